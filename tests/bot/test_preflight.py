"""Wrong settings: every fault at once, and nothing is started, made or asked before they are mended."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import local, preflight, supervise, up
from bot.cli.main import cli
from config.settings import BadSettings, Settings, load, new_keys
from tests.config.test_settings import REAL
from tests.servers import Database

WRONG = {
    "PORT": "many", "PAYOUT_PROVIDER": "pigeon", "DATA_KEYS": "k1:short", "CODE_KEYS": "nonsense", "WEB_PROCESSES": "0",
    "REDIS_URL": "rediss//:hunter2@host", "MEDIA_STORE": "s3://host/bucket", "DATABASE_OWNER_URL": "mysql://x",
    "SAATHI_POSTGRES": "12",
}  # fmt: skip


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty root, nothing set; whoever starts a server or a supervisor fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was started")

    for name in (*(n.upper() for n in Settings.model_fields), "SANDBOX_PORT", "WEB_THREADS", *WRONG):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAATHI_ROOT", str(tmp_path))
    for module, name in ((local, "start"), (supervise, "run"), (supervise, "start_detached")):
        monkeypatch.setattr(module, name, refuse)
    yield tmp_path


def said(monkeypatch: pytest.MonkeyPatch, *words: str, **given: str) -> Result:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == 1, (result.output, result.exception)
    assert "hunter2" not in result.output and "Traceback" not in result.output
    return result


@pytest.mark.parametrize("verb", ["serve", "up", "doctor"])
def test_every_fault_is_named_at_once_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    told = said(monkeypatch, verb, **WRONG).output
    assert [name for name in WRONG if name not in told] == []


def test_serve_names_what_is_missing_along_with_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = said(monkeypatch, "serve", PORT="0", REDIS_URL="nonsense").stderr.splitlines()
    for name in ("PORT:", "REDIS_URL", "PUBLIC_BASE_URL", "TWILIO_AUTH_TOKEN", "RAZORPAYX_KEY_ID"):
        assert sum(line.startswith(name) for line in lines) == 1, (name, lines)


def test_the_doctor_of_a_bare_machine_says_it_in_one_line_and_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told = said(monkeypatch, "doctor").stdout
    assert told.count("\n") == 1 and told.startswith("WRONG settings")
    assert all(name in told for name in ("PUBLIC_BASE_URL", "TWILIO_AUTH_TOKEN", "DATA_KEYS", "CODE_KEYS"))


def test_a_redis_that_is_not_there_is_named_before_anything_starts(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    with socket.socket() as silent:  # listens, and never says a word
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://:hunter2@127.0.0.1:{silent.getsockname()[1]}/0"
        monkeypatch.setattr(up, "_taken", lambda port: False)
        told = said(monkeypatch, "up", REDIS_URL=url, DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/d").stderr
    assert "REDIS_URL: redis does not answer" in told and "DATABASE_URL: the database does not answer" in told
    assert not (root / ".local" / "env").exists()  # later commands would believe in a house that never was


def test_up_names_ports_and_exported_names_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = said(monkeypatch, "up", SANDBOX_PORT=str(port), TWILIO_API_BASE_URL="https://api.twilio.com").stderr
    assert f"port {port} is in use" in told and "TWILIO_API_BASE_URL is exported" in told


def test_what_is_well_is_no_fault(monkeypatch: pytest.MonkeyPatch, database: Database, redis_url: str) -> None:
    for name, value in {**REAL, **new_keys(), "DATABASE_URL": database.url, "REDIS_URL": redis_url}.items():
        monkeypatch.setenv(name, value)
    settings = preflight.sound()
    assert preflight.silent(settings) == []


@pytest.mark.parametrize("url", ["redis://h:notaport/0", "http://h", "redis:/", "://", "redis"])
def test_a_redis_url_that_is_none(url: str) -> None:
    found = preflight.unusable(Settings(redis_url=url))
    assert all(fault.startswith("REDIS_URL cannot be used") for fault in found)
    assert found or url == "redis:/"  # redis-py takes that for localhost


def test_two_faults_of_one_setting_are_told_once_each() -> None:
    with pytest.raises(BadSettings) as told:
        preflight.demand(["A is wrong", "B is wrong", "A is wrong"])
    assert str(told.value) == "A is wrong\nB is wrong"


def test_keys_that_are_none_start_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "DATA_KEYS" in said(monkeypatch, "ledger", "trial", DATA_KEYS="k1:short").stderr


def test_loading_still_refuses_what_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("PAYOUT_PROVIDER", "pigeon")
    with pytest.raises(BadSettings) as told:
        load()
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == ["PORT", "PAYOUT_PROVIDER"]
