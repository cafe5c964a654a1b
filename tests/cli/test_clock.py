"""`./saathi clock advance`: time moves forward for everybody, or for nobody."""

import httpx
import pytest
from sqlalchemy import text

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
