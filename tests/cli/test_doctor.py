"""The doctor: a house in which all is well, and then each thing that can be wrong with it, one at a time."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from base.clock import Clock, wall
from bot import bells, content, doctor_inside, doctor_outside, heartbeat
from bot.cli.main import cli
from bot.seed import seed
from bot.wiring import House
from bot.worker import BeatingWorker
from config.settings import Settings, new_keys
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.cli.answers import answering
from tests.servers import Database

ACCOUNT = "AC" + "1" * 32


@dataclass
class Patient:
    """A house, and how it is made another one."""

    house: House

    def but(self, **settings: Any) -> "Patient":
        changed = self.house.settings.model_copy(update=settings)
        return Patient(House(changed, Clock(shiftable=changed.development), pool_size=2))

    def examined(self) -> dict[str, dict[str, Any]]:
        result = CliRunner().invoke(cli, ["doctor", "--json"], obj=self.house)
        self.house.close()
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        told = json.loads(result.stdout)
        assert told["healthy"] == (result.exit_code == 0) == all(check["ok"] for check in told["checks"])
        return {check["name"]: check for check in told["checks"]}

    def only_wrong(self, name: str) -> str:
        """What is told about the one thing that is wrong."""
        checks = self.examined()
        assert [check["name"] for check in checks.values() if not check["ok"]] == [name], checks
        assert checks[name]["remedy"]
        return f"{checks[name]['found']}. {checks[name]['remedy']}"


@pytest.fixture
def well(database: Database, redis_url: str, tmp_path: Path) -> Iterator[Patient]:
    """Everything in order; the world beyond our walls is the sandbox, and our public address answers as we do."""
    with ExitStack() as stack:
        ours = stack.enter_context(answering("200 OK", "ok\n"))
        world = stack.enter_context(running(SandboxSettings(port=0, bot_url=ours, account_sid=ACCOUNT, auth_token="t")))
        keys = {name.lower(): value for name, value in new_keys().items()}
        settings = Settings(
            database_url=database.url, redis_url=redis_url, public_base_url=ours, twilio_account_sid=ACCOUNT,
            twilio_auth_token="t", twilio_api_base_url=world.settings.own_url, media_store=str(tmp_path / "media"),
            razorpayx_api_base_url=f"{world.settings.own_url}/v1", razorpayx_key_id=world.settings.razorpay_key_id,
            razorpayx_key_secret=world.settings.razorpay_key_secret, saathi_root=str(tmp_path), **keys,
        )  # fmt: skip
        house = House(settings, Clock(shiftable=True), pool_size=2)
        stack.callback(lambda: house.close())
        seed(house)
        synchronised(house)
        for name in (*doctor_inside.QUEUES, *doctor_inside.BEATING):
            heartbeat.beat(house, name)
        yield Patient(house)


def synchronised(house: House) -> None:
    """As if `content sync` had run, which takes longer."""
    row = """INSERT INTO content_resources (hash, text_key, locale, sid, created_at)
             VALUES (:hash, :text_key, :locale, :sid, :now)"""
    made = [
        {"hash": one.hash, "text_key": one.text_key, "locale": one.locale, "sid": f"HX{number:032}", "now": wall()}
        for number, one in enumerate(content.specs())
    ]
    with house.engine.begin() as conn:
        conn.execute(text(row), made)


def silence(house: House, name: str) -> None:
    redis = bells.redis(house)
    redis.delete(*redis.keys(f"saathi:alive:{name}:*"))


def test_a_healthy_house(well: Patient) -> None:
    checks = well.examined()
    assert all(check["ok"] for check in checks.values()), checks
    assert list(checks) == [
        "settings", "database", "migrations", "keys", "redis", "workers", "media store", "twilio", "sender", "webhook",
        "content", "payouts", "clock",
    ]  # fmt: skip


def test_the_url_to_register_is_told_with_its_retries(well: Patient) -> None:
    found = well.examined()["webhook"]["found"]
    assert f"register {well.house.settings.public_base_url}/twilio/inbound#rc=2&rp=ct,rt,5xx" in found


def test_people_get_one_line_each(well: Patient) -> None:
    house = well.but(media_store="/proc/nowhere").house
    result = CliRunner().invoke(cli, ["doctor"], obj=house)
    house.close()
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 13 and sum(line.startswith("ok ") for line in lines) == 12
    assert [line for line in lines if line.startswith("WRONG media store") and "Remedy: " in line]


def test_nothing_is_left_in_the_media_store(well: Patient, tmp_path: Path) -> None:
    well.examined()
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


class TestOurOwnRooms:
    def test_no_database(self, well: Patient) -> None:
        checks = well.but(database_url="postgresql://nobody@127.0.0.1:1/none").examined()
        assert not checks["database"]["ok"] and "DATABASE_URL" in checks["database"]["remedy"]
        unseen = {name for name, check in checks.items() if check["found"] == "not looked at"}
        assert unseen == {"migrations", "keys", "sender", "content", "clock"}
        assert checks["redis"]["ok"] and checks["twilio"]["ok"]

    def test_an_old_revision(self, well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor_inside.migrate, "newest", lambda: "9999")
        checks = well.examined()
        assert "./saathi migrate" in checks["migrations"]["remedy"] and not checks["migrations"]["ok"]

    def test_no_redis(self, well: Patient) -> None:
        checks = well.but(redis_url="redis://127.0.0.1:1").examined()
        assert not checks["redis"]["ok"] and "REDIS_URL" in checks["redis"]["remedy"]
        assert checks["workers"]["found"] == "not looked at"
        assert checks["database"]["ok"] and checks["clock"]["ok"]

    def test_no_worker_on_a_queue(self, well: Patient) -> None:
        silence(well.house, "media")
        told = well.only_wrong("workers")
        assert "no worker on media" in told and "./saathi worker media" in told

    def test_a_process_that_was_killed_does_not_count(self, well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(heartbeat.psutil, "pid_exists", lambda pid: False)
        assert "no worker on turns, no worker on media" in well.only_wrong("workers")

    def test_processes_of_another_machine_are_counted_by_their_signs(
        self, well: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(heartbeat.socket, "gethostname", lambda: "elsewhere")
        heartbeat.beat(well.house, "media", 999_999_999)
        monkeypatch.undo()
        assert well.examined()["workers"]["found"].startswith("1 on turns, 2 on media, 1 on paper, 1 on payouts")

    def test_a_worker_is_known_again_after_redis_lost_its_data(self, well: Patient) -> None:
        worker = BeatingWorker(well.house, bells.queue(well.house, "media"))
        worker.register_birth()
        worker.heartbeat()
        bells.redis(well.house).flushdb()
        for name in ("turns", "paper", "payouts", *doctor_inside.BEATING):
            heartbeat.beat(well.house, name)
        assert "no worker on media" in well.only_wrong("workers")
        worker._beaten_at = -1_000.0  # some seconds later
        worker.heartbeat()
        assert well.examined()["workers"]["ok"]

    def test_a_worker_at_work_gives_its_sign_through_rqs_own(self, well: Patient) -> None:
        silence(well.house, "turns")
        worker = BeatingWorker(well.house, bells.queue(well.house, "turns"))
        worker.work(burst=True, logging_level="ERROR")
        assert heartbeat.living(well.house, "turns") == 1

    @pytest.mark.parametrize(("name", "start"), [("relay", "./saathi relay"), ("clock", "./saathi clock run")])
    def test_a_silent_process(self, well: Patient, name: str, start: str) -> None:
        silence(well.house, name)
        told = well.only_wrong("workers")
        assert f"no sign of life from the {name}" in told and start in told

    @pytest.mark.parametrize("where", ["/proc/nowhere", "s3://host/bucket", "s3://k:s@127.0.0.1:1/b?scheme=http"])
    def test_no_media_store(self, well: Patient, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("base.media_s3.RETRIES", 0)
        assert "MEDIA_STORE" in well.but(media_store=where).only_wrong("media store")

    @pytest.mark.parametrize(
        ("address", "told"), [("whatsapp:+15550001111", "not among the senders"), ("+14155238886", "write it as whatsapp:")]
    )
    def test_a_sender_nobody_knows(self, well: Patient, address: str, told: str) -> None:
        assert told in well.but(twilio_from=address).only_wrong("sender")

    def test_texts_that_are_not_at_twilio(self, well: Patient) -> None:
        with well.house.engine.begin() as conn:
            conn.execute(text("DELETE FROM content_resources WHERE text_key = 'enrol.consent'"))
        told = well.only_wrong("content")
        assert told.startswith("2 of ") and "./saathi content sync" in told

    def test_a_clock_that_goes_wrong(self, well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor_inside, "wall", lambda: wall() - timedelta(seconds=90))
        assert "90.0 s apart" in well.only_wrong("clock")

    def test_a_turned_dial_is_well_in_development_only(self, well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
        with well.house.engine.begin() as conn:
            conn.execute(text("UPDATE dev_clock SET offset_s = 90000"))
        assert "turned forward by 90000 s" in well.examined()["clock"]["found"]
        monkeypatch.setattr(Settings, "development", property(lambda self: False))
        monkeypatch.setattr(Settings, "faults", lambda self: [])
        assert "development dial" in well.only_wrong("clock")


class TestSettings:
    def test_a_real_deployment_is_told_every_fault_at_once(self, well: Patient) -> None:
        bare = Settings(database_url=well.house.settings.database_url, redis_url=well.house.settings.redis_url)
        bare = bare.model_copy(update={"twilio_api_base_url": "http://twilio.invalid"})
        found = Patient(House(bare, Clock(shiftable=False))).examined()["settings"]["found"]
        assert "PUBLIC_BASE_URL" in found and "TWILIO_AUTH_TOKEN" in found and "DATA_KEYS" in found

    @pytest.mark.parametrize(("name", "value"), [("data_keys", "k1:short"), ("code_keys", "nonsense"), ("data_keys", "")])
    def test_keys_that_cannot_be_used(self, well: Patient, name: str, value: str) -> None:
        told = well.but(**{name: value}).only_wrong("settings")
        assert name.upper() in told and "./saathi keys new" in told

    def test_an_environment_that_makes_no_house_at_all(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("SAATHI_ROOT", str(tmp_path))
        monkeypatch.setenv("PORT", "many")
        monkeypatch.setenv("PAYOUT_PROVIDER", "pigeon")
        result = CliRunner().invoke(cli, ["doctor"])
        assert result.exit_code == 1
        assert result.stdout.count("\n") == 1
        assert "PORT" in result.stdout and "PAYOUT_PROVIDER" in result.stdout


class TestTheWorld:
    @pytest.mark.parametrize("wrong", [{"twilio_auth_token": "x"}, {"twilio_account_sid": "AC" + "2" * 32}])
    def test_credentials_twilio_does_not_know(self, well: Patient, wrong: dict[str, str]) -> None:
        told = well.but(**wrong).only_wrong("twilio")
        assert "TWILIO_AUTH_TOKEN" in told and "'x'" not in told

    @pytest.mark.parametrize(
        ("status", "body", "told"),
        [
            ("200 OK", '{"status": "suspended"}', "suspended"),
            ("500 Oops", "{}", "does not answer"),
            ("200 OK", "<html>", "does not answer"),
        ],
    )
    def test_a_twilio_that_is_not_well(self, well: Patient, status: str, body: str, told: str) -> None:
        with answering(status, body) as url:
            assert told in well.but(twilio_api_base_url=url).only_wrong("twilio")

    def test_no_twilio_at_all(self, well: Patient) -> None:
        assert "does not answer" in well.but(twilio_api_base_url="http://127.0.0.1:1").only_wrong("twilio")

    @pytest.mark.parametrize(
        ("status", "body"), [("200 OK", "<h1>Welcome</h1>"), ("404 Not Found", "ok"), ("301 Moved", ""), ("502 Bad", "")]
    )
    def test_an_address_that_leads_to_somebody_else(self, well: Patient, status: str, body: str) -> None:
        with answering(status, body) as url:
            told = well.but(public_base_url=url).only_wrong("webhook")
        assert "not as we do" in told and f"register {url}/twilio/inbound#rc=2&rp=ct,rt,5xx" in told

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://no-such-host.invalid", "nonsense", "http://["])
    def test_an_address_that_leads_nowhere(self, well: Patient, url: str) -> None:
        assert "/twilio/inbound#" in well.but(public_base_url=url).only_wrong("webhook") or url == "http://["

    def test_a_secret_the_payout_provider_does_not_know(self, well: Patient) -> None:
        told = well.but(razorpayx_key_secret="hunter2").only_wrong("payouts")
        assert "RAZORPAYX_KEY_SECRET" in told and "hunter2" not in told

    @pytest.mark.parametrize(("status", "body"), [("500 Oops", ""), ("200 OK", "<html>"), ("200 OK", '{"items": [{}]}')])
    def test_a_payout_provider_that_is_not_well(self, well: Patient, status: str, body: str) -> None:
        with answering(status, body) as url:
            assert "does not answer" in well.but(razorpayx_api_base_url=url).only_wrong("payouts")

    def test_no_payout_provider(self, well: Patient) -> None:
        assert "not reachable" in well.but(razorpayx_api_base_url="http://127.0.0.1:1/v1").only_wrong("payouts")


def test_a_check_that_falls_ill_itself_is_a_finding(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def ill(*_: object, **__: object) -> Callable[[], None]:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(doctor_outside.httpx, "Client", ill)
    assert "two; lines" in well.examined()["webhook"]["found"]


def test_keys_that_do_not_open_the_database_are_found(well: Patient) -> None:
    with well.house.engine.begin() as conn:
        conn.execute(
            text("INSERT INTO contacts (id, address, data_key, created_at) VALUES ('con_x', 'whatsapp:+1', :key, :now)"),
            {"key": b"lost:" + b"x" * 60, "now": datetime(2026, 1, 5, tzinfo=UTC)},
        )
    try:
        assert "DATA_KEYS do not open" in well.only_wrong("keys")
    finally:
        with well.house.engine.begin() as conn:
            conn.execute(text("UPDATE contacts SET data_key = NULL WHERE id = 'con_x'"))
