"""What every verb shares: one line for a fault of the operator or the world, a traceback for one of ours, exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg.errors
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from base.clock import Clock
from bot.cli.main import GROUPS, cli
from bot.wiring import House
from tests.cli.lived import Lived, lived
from tests.cli.shop import CommandLine, command_line
from tests.house import settings_of
from tests.servers import Database, cloned

ROOT = Path(__file__).resolve().parents[2]
READING = [
    ("ledger", "trial"), ("ledger", "verify"), ("outbox", "list"), ("payouts", "show"), ("programme", "show"),
    ("member", "show", "+919812345678"), ("journal", "show", "+919812345678"), ("coupon", "batches"),
    ("clock", "advance", "1s"), ("coupon", "issue", "--sku", "LED-9W", "--count", "1"),
]  # fmt: skip


def at(database_url: str, *words: str) -> Result:
    house = House(settings_of(database_url), Clock(shiftable=True))
    try:
        return CliRunner().invoke(cli, [*words], obj=house)
    finally:
        house.close()


def one_line(result: Result) -> str:
    assert result.exit_code == 1 and result.stdout == "", (result.exit_code, result.output, result.exception)
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)
    return result.stderr.strip()


@pytest.mark.parametrize("words", READING, ids=lambda words: " ".join(words[:2]))
def test_without_a_database_every_verb_says_so_in_one_line(words: tuple[str, ...]) -> None:
    said = one_line(at("postgresql://saathi:very-secret@127.0.0.1:1/x", *words))
    assert said.startswith("the database does not answer (") and said.endswith("check DATABASE_URL and that it runs")
    assert "very-secret" not in said and "sqlalche.me" not in said


@pytest.mark.parametrize("url", ["nonsense", "postgresql://u:very-secret@127.0.0.1:5:6/x", "mysql://very-secret@h/x", "://"])
def test_a_database_url_that_is_none_is_named_without_its_secret(url: str) -> None:
    said = one_line(at(url, "ledger", "trial"))
    assert "DATABASE_URL" in said and "very-secret" not in said


def test_an_empty_database_asks_for_the_migration(admin: Connection) -> None:
    with cloned(admin, "template0") as url:
        for words in READING:
            assert one_line(at(url, *words)) == "the database is not at this version's revision: run `./saathi migrate`"


def test_a_fault_of_ours_is_not_passed_off_as_the_operators(saathi: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("bot.cli.ledger.read_differences", broken)
    assert isinstance(saathi("ledger", "verify").exception, ZeroDivisionError)

    def waited(_: object) -> object:
        raise OperationalError("SELECT", {}, psycopg.errors.DeadlockDetected("deadlock detected"))

    monkeypatch.setattr("bot.cli.ledger.read_differences", waited)
    assert isinstance(saathi("ledger", "verify").exception, OperationalError)


def test_a_colleague_who_is_at_the_same_thing_and_a_database_that_takes_too_long(
    saathi: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(sql: str) -> None:
        def run(conn: Connection) -> None:
            conn.execute(text("SET LOCAL lock_timeout = 20"))
            conn.execute(text("SET LOCAL statement_timeout = 500"))
            conn.execute(text(sql))

        monkeypatch.setattr("bot.cli.ledger.read_differences", run)

    with saathi.house.engine.begin() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(7)"))
        waits("SELECT pg_advisory_xact_lock(7)")
        assert "a colleague, or the house itself, is at the same thing" in saathi.refusal("ledger", "verify")
    waits("SELECT pg_sleep(60)")
    assert "this takes the database too long" in saathi.refusal("ledger", "verify")


def test_other_data_keys_are_named_as_the_reason(read_only: Lived) -> None:
    url, other = read_only.house.settings.database_url, "k1:" + "B" * 43 + "="
    for words in (("member", "show", "+919812345678"), ("journal", "show", "+919812345678")):
        house = House(settings_of(url, data_keys=other), Clock(shiftable=True))
        assert "check that DATA_KEYS" in one_line(CliRunner().invoke(cli, [*words], obj=house))
        house.close()


def test_settings_that_cannot_be_are_named_one_a_line(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SAATHI_ROOT": str(tmp_path)}
    servers = {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "REDIS_URL": "redis://x"}
    for given, names in (
        ({"PORT": "eighty", "PAYOUT_PROVIDER": "piggybank"}, {"PORT", "PAYOUT_PROVIDER"}),
        (servers | {"DATA_KEYS": "short"}, {"DATA_KEYS"}),
        (servers | {"CODE_KEYS": "short"}, {"CODE_KEYS"}),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "bot", "ledger", "trial"], env=bare | given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
        lines = done.stderr.splitlines()
        assert len(lines) == len(names) and all(any(line.startswith(name) for name in names) for line in lines), lines


def test_the_real_world_is_not_faced_with_local_defaults(database: Database) -> None:
    with command_line(database, twilio_api_base_url="") as line:
        result = line("content", "sync")
    assert result.exit_code == 1 and result.stdout == ""
    named = {said.split()[0] for said in result.stderr.splitlines()}
    assert {"PUBLIC_BASE_URL", "TWILIO_AUTH_TOKEN", "RAZORPAYX_KEY_ID", "DATA_KEYS"} <= named


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("ledger", "nonsense"), ("ledger", "trial", "--nonsense"), ("member", "show"), ("ledger", "trial", "more"),
     ("outbox", "list", "--state", "lost"), ("outbox", "list", "--last", "0"), ("outbox", "list", "--last", "many"),
     ("worker", "nonsense"), ("programme", "publish", "/nowhere/at.toml")],
    ids=lambda words: " ".join(words),
)  # fmt: skip
def test_wrong_usage_is_2(saathi: CommandLine, words: tuple[str, ...]) -> None:
    assert "Usage:" in saathi.misuse(*words)


def test_every_group_can_be_named_and_says_what_it_is_for() -> None:
    told = CliRunner().invoke(cli, ["--help"])
    assert told.exit_code == 0 and all(f"\n  {name} " in told.stdout for name in GROUPS)


@pytest.mark.parametrize("phone", ["\udcff", "a\x00b", "'; DROP TABLE members; --", "%", "", " ", "+" * 5_000, "९" * 40, "😀"])
def test_odd_words_are_refused_like_any_stranger(read_only: Lived, phone: str) -> None:
    for words in (("member", "show"), ("journal", "show"), ("outbox", "list", "--to"), ("payouts", "show", "--member")):
        result = read_only(*words, phone)
        if words[0] in ("outbox", "payouts") and phone == "":
            assert result.exit_code in (0, 1)
        else:
            one_line(result)


def test_hindi_reaches_a_terminal_that_knows_no_hindi(read_only: Lived) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    settings = read_only.house.settings
    env |= {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url, "DATA_KEYS": settings.data_keys,
            "CODE_KEYS": settings.code_keys, "TWILIO_API_BASE_URL": "http://127.0.0.1:1"}  # fmt: skip
    for words in (("programme", "show", "--json"), ("payouts", "show")):
        done = subprocess.run([sys.executable, "-m", "bot", *words], env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


def test_a_house_that_lived_is_made_anew_for_each(database: Database) -> None:
    with lived(database.url) as line:
        assert line.data("ledger", "trial")["sums"] == {"CPC": 0, "INR": 0, "PTS": 0}
