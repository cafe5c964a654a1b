"""Secrets come from the environment and go nowhere else: ten ways to fail, and none of them says one."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from base.clock import Clock
from bot.app import create_app
from bot.cli.main import cli
from bot.wiring import House
from config.settings import Settings, read
from tests.house import SENDER, Home, home
from tests.servers import Database

ROOT = Path(__file__).resolve().parents[2]
DATA_KEY = base64.b64encode(b"PLANTED-data-key-of-32-bytes-xyz").decode()
CODE_KEY = "9d" * 32
SECRETS = {
    "twilio_auth_token": "PLANTED-twilio-token", "twilio_auth_token_secondary": "PLANTED-second-token",
    "razorpayx_key_secret": "PLANTED-razorpay-secret", "razorpayx_webhook_secret": "PLANTED-webhook-secret",
    "cashfree_client_secret": "PLANTED-cashfree-secret", "ops_token": "PLANTED-ops-token",
    "data_keys": f"k1:{DATA_KEY}", "code_keys": f"A:{CODE_KEY}",
    "database_url": "postgresql://saathi:PLANTED-db-password@127.0.0.1:1/saathi",
    "database_owner_url": "postgresql://owner:PLANTED-owner-password@127.0.0.1:1/saathi",
    "redis_url": "redis://:PLANTED-redis-password@127.0.0.1:1/0",
    "media_store": "s3://PLANTEDs3key:PLANTED-s3-secret@127.0.0.1:1/bucket?scheme=http",
}  # fmt: skip
MARKS = ("PLANTED", DATA_KEY, CODE_KEY)
PLAIN = {
    "twilio_from": SENDER, "public_base_url": "https://bot.example.com", "twilio_api_base_url": "http://127.0.0.1:1",
    "razorpayx_api_base_url": "http://127.0.0.1:1/v1",
}  # fmt: skip


def leaks(said: str) -> list[str]:
    return [mark for mark in MARKS if mark in said]


def saathi(tmp_path: Path, *words: str, **more: str) -> str:
    env = {name.upper(): value for name, value in {**SECRETS, **PLAIN, **more}.items()}
    env |= {"PATH": os.environ["PATH"], "SAATHI_ROOT": str(tmp_path), "PYTHONFAULTHANDLER": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode != 0, (words, done.stdout)
    logs = "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*.log"))
    return done.stdout + done.stderr + logs


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (("doctor",), {}),
        (("member", "show", "9812345678"), {}),
        (("ledger", "verify"), {"database_url": "postgresql://saathi:PLANTED-db-password@[::bad/saathi"}),
        (("payouts", "show"), {"data_keys": "k1:PLANTED-not-base64"}),
        (("worker", "media"), {"code_keys": "A:PLANTED-not-hex"}),
        (("relay",), {"port": "PLANTED-port"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_command_that_fails_says_no_secret(tmp_path: Path, words: tuple[str, ...], more: dict[str, str]) -> None:
    said = saathi(tmp_path, *words, **more)
    assert said.strip()
    if words == ("relay",):  # a port is no secret, and the fault must be seen
        said = said.replace("PLANTED-port", "")
    assert leaks(said) == [], said


def dead(tmp_path: Path) -> House:
    given = {**SECRETS, **PLAIN, "saathi_root": str(tmp_path)}
    return House(Settings(**given), Clock(shiftable=True), pool_size=1)


def test_a_web_without_its_servers_says_no_secret(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    house = dead(tmp_path)
    web = create_app(house).test_client()
    made = Home.form(None, "hi")  # type: ignore[arg-type]  # it needs nothing of a home
    from twilio.request_validator import RequestValidator

    signed = RequestValidator("PLANTED-twilio-token").compute_signature("https://bot.example.com/twilio/inbound", made)
    answers = [
        web.post("/twilio/inbound", data=made, headers={"X-Twilio-Signature": signed}),
        web.post("/twilio/inbound", data=made, headers={"X-Twilio-Signature": "x"}),
        web.get("/readyz", headers={"Authorization": "Bearer PLANTED-ops-token"}),
        web.get("/metrics", headers={"Authorization": "Bearer PLANTED-ops-toke"}),
        web.get("/media/x.y"), web.post("/razorpayx/events", data=b"{}"), web.post("/cashfree/events", data=b"{}"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [503, 403, 503, 404, 404, 403, 403]
    out, err = capfd.readouterr()
    assert leaks(out + err + "".join(answer.text for answer in answers)) == []
    assert "message not stored" in err


def test_a_turn_that_fails_logs_a_traceback_without_secrets(
    database: Database, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = {name: SECRETS[name] for name in ("data_keys", "code_keys", "razorpayx_key_secret", "ops_token")}
    with home(database.url, **keys) as made:
        made.enrol()

        def fails(turn, *rest):
            raise RuntimeError(f"no such thing in {turn.keyring!r} {turn.codes!r} {turn!r}"[:100_000])

        monkeypatch.setattr("handlers.limits.exceeded", fails)
        monkeypatch.setattr("bot.turn.exceeded", fails)
        made.write("points, my number is 9812345678")
    out, err = capfd.readouterr()
    assert "turn failed" in err and "RuntimeError" in err
    assert leaks(out + err) == []


def test_settings_show_no_secret_of_theirs(database: Database) -> None:
    settings = Settings(**{**SECRETS, **PLAIN})
    assert leaks(repr(settings) + str(settings)) == []
    with home(database.url, ops_token="PLANTED-ops-token") as made:
        assert leaks(repr(made.house)) == []


def test_faults_of_settings_name_no_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAATHI_ROOT", str(tmp_path))
    monkeypatch.setenv("OPS_TOKEN", "PLANTED" * 100)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "PLANTED-token")
    settings, faults = read()
    assert any("OPS_TOKEN" in fault for fault in faults)
    assert leaks("\n".join([*faults, *settings.faults()])) == []


def test_no_secret_is_taken_from_a_command_line() -> None:
    """A command line is read by everybody on the machine, and kept in the shell's history."""
    import click

    def options(command: click.Command) -> list[str]:
        own = [name for parameter in command.params for name in parameter.opts]
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                own += options(found)
        return own

    words = ("password", "secret", "token", "key")
    assert [name for name in options(cli) if name.startswith("-") and any(word in name for word in words)] == []
    assert CliRunner().invoke(cli, ["--help"]).exit_code == 0
