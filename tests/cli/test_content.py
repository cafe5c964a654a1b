"""`./saathi content`: what Twilio must have before buttons can be shown."""

from sqlalchemy import text

from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.cli.shop import CommandLine, command_line
from tests.servers import Database


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
