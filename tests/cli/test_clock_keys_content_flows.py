"""clock, keys, content, flows: the verbs that make or move something small."""

import json
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from base.sealing import Keyring
from bot.cli import flows as flows_cli
from loyalty.codes import CodeKeys
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.cli.answers import answering
from tests.cli.shop import CommandLine, command_line
from tests.servers import Database


def offset_s(line: CommandLine) -> int:
    with line.house.engine.connect() as conn:
        return int(conn.execute(text("SELECT offset_s FROM dev_clock")).scalar_one())


@pytest.mark.parametrize(("by", "seconds"), [("90s", 90), ("15m", 900), ("25h", 90_000), ("2d", 172_800), ("0s", 0)])
def test_time_moves_by_what_is_said(saathi: CommandLine, by: str, seconds: int) -> None:
    assert "it is now 2" in saathi("clock", "advance", by).stdout
    assert offset_s(saathi) == seconds


@pytest.mark.parametrize("by", ["25", "h", "25 h", "-5h", "1w", "1.5h", "25H", "", "9999999d", "२५h", "1h30m", "25h\n"])
def test_a_time_that_cannot_be_read_is_wrong_usage(saathi: CommandLine, by: str) -> None:
    assert "write for example 90s, 15m, 25h or 2d" in saathi.misuse("clock", "advance", "--", by)
    assert offset_s(saathi) == 0


def test_time_does_not_leave_the_calendar(saathi: CommandLine) -> None:
    assert "more than 36500 days ahead" in saathi.refusal("clock", "advance", "999999d")
    saathi.data("clock", "advance", "36500d")
    assert "more than 36500 days ahead" in saathi.refusal("clock", "advance", "1s")
    assert offset_s(saathi) == 36_500 * 86_400


@pytest.mark.parametrize("url", ["", "https://api.twilio.com", "https://127.0.0.1.example.com"])
def test_time_is_not_moved_outside_development(database: Database, url: str) -> None:
    with command_line(database, twilio_api_base_url=url) as line:
        assert line.refusal("clock", "advance", "25h").startswith("refused: TWILIO_API_BASE_URL is not on this machine")
        assert offset_s(line) == 0


def test_the_sandboxs_clock_moves_along(database: Database) -> None:
    with running(SandboxSettings(port=0)) as world, command_line(database, sandbox_url=world.settings.own_url) as line:
        line.data("clock", "advance", "25h")
        assert httpx.get(f"{world.settings.own_url}/sandbox/clock").json()["ahead_s"] == 90_000 == offset_s(line)


def test_a_sandbox_that_does_not_move_keeps_ours_from_moving(database: Database) -> None:
    with answering("500 Internal Server Error", "no") as url:
        for where in (url, "http://127.0.0.1:1"):
            with command_line(database, sandbox_url=where) as line:
                said = line.refusal("clock", "advance", "25h")
                assert "ours was not turned either" in said and "make up" in said
                assert offset_s(line) == 0


def test_new_keys_are_usable_and_never_the_same(saathi: CommandLine) -> None:
    first, second = saathi.data("keys", "new"), saathi.data("keys", "new")
    assert not set(first.values()) & set(second.values())
    Keyring.parse(first["DATA_KEYS"])
    CodeKeys.parse(first["CODE_KEYS"])
    lines = saathi("keys", "new").stdout.splitlines()
    assert [line.partition("=")[0] for line in lines] == ["DATA_KEYS", "CODE_KEYS"]  # as an environment file wants them


def test_content_is_made_once(database: Database) -> None:
    account = "AC" + "1" * 32
    with running(SandboxSettings(port=0, account_sid=account, auth_token="t")) as world:
        given = {"twilio_api_base_url": world.settings.own_url, "twilio_account_sid": account, "twilio_auth_token": "t"}
        with command_line(database, **given) as line:
            made = line.data("content", "sync")["created"]
            assert line("content", "sync").stdout == f"kept {made}, found 0, created 0\n"
        with command_line(database, **given | {"twilio_auth_token": "wrong"}) as line:
            with line.house.engine.begin() as conn:
                conn.execute(text("SET LOCAL ROLE NONE"))
                conn.execute(text("DELETE FROM content_resources"))
            assert "check the account with ./saathi doctor" in line.refusal("content", "sync")


def test_content_without_twilio_is_refused_in_one_line(saathi: CommandLine) -> None:
    assert "./saathi doctor" in saathi.refusal("content", "sync")


def test_flows_are_drawn(saathi: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(flows_cli, "ROOT", tmp_path)
    monkeypatch.setattr(flows_cli, "DRAWN", tmp_path / "docs" / "flows.md")
    assert saathi("flows", "draw").stdout == "wrote docs/flows.md\n"
    assert "stateDiagram-v2" in (tmp_path / "docs" / "flows.md").read_text()


def test_a_golden_conversation_is_rewritten_and_what_is_none_is_left_alone(saathi: CommandLine, tmp_path: Path) -> None:
    source = Path(__file__).parents[1] / "conversations" / "balance.en.chat"
    good, bad, binary = tmp_path / "good.chat", tmp_path / "bad.chat", tmp_path / "photo.chat"
    good.write_text(source.read_text(encoding="utf-8").replace("\n< ", "\n< not.this "), encoding="utf-8")
    assert saathi("flows", "rewrite", good).exit_code == 0
    assert good.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")
    for path, words in ((bad, "what is this\n".encode()), (binary, b"\xff\xfe\x00")):
        path.write_bytes(words)
        assert str(path) in saathi.refusal("flows", "rewrite", path)
        assert path.read_bytes() == words
    saathi.misuse("flows", "rewrite", tmp_path / "none.chat")
    saathi.misuse("flows", "rewrite")


def test_what_is_printed_as_json_is_one_document(selling: CommandLine) -> None:
    for words in (("programme", "show"), ("ledger", "trial"), ("keys", "new")):
        json.loads(selling(*words, "--json").stdout)
