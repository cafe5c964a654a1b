"""`./saathi content`: what Twilio must have before buttons can be shown, and WhatsApp must have approved."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from sandbox.world import World
from tests.cli.shop import CommandLine, command_line
from tests.servers import Database

ACCOUNT = "AC" + "1" * 32


@pytest.fixture
def world() -> Iterator[World]:
    with running(SandboxSettings(port=0, account_sid=ACCOUNT, auth_token="t")) as made:
        yield made


@pytest.fixture
def line(database: Database, world: World) -> Iterator[CommandLine]:
    with command_line(database, **account(world)) as made:
        yield made


def account(world: World, token: str = "t") -> dict[str, str]:
    url = world.settings.own_url
    return {"twilio_api_base_url": url, "twilio_account_sid": ACCOUNT, "twilio_auth_token": token}


def test_content_is_made_once(line: CommandLine, world: World, database: Database) -> None:
    made = line.data("content", "sync")["created"]
    assert line("content", "sync").stdout.startswith(f"kept {made}, found 0, created 0\ntemplates: unsubmitted ")
    with command_line(database, **account(world, "wrong")) as stranger:
        with stranger.house.engine.begin() as conn:
            conn.execute(text("SET LOCAL ROLE NONE"))
            conn.execute(text("DELETE FROM content_resources"))
        assert "check the account with ./saathi doctor" in stranger.refusal("content", "sync")


def test_content_without_twilio_is_refused_in_one_line(saathi: CommandLine) -> None:
    assert "./saathi doctor" in saathi.refusal("content", "sync")


def test_templates_are_submitted_once_and_their_approval_read(line: CommandLine, world: World) -> None:
    line.data("content", "sync")
    approved = line.data("content", "approve", "news.paid")["templates"]
    assert [(one["text_key"], one["locale"], one["approval"]) for one in approved] == [
        ("news.paid", "en", "approved"), ("news.paid", "hi", "approved")
    ]  # fmt: skip
    assert {one.approval.category for one in world.contents.values() if one.approval} == {"UTILITY"}
    every = line.data("content", "approve")["templates"]
    assert {one["approval"] for one in every} == {"approved"} and len(every) > len(approved)
    assert line.data("content", "approve")["templates"] == line.data("content", "list")["templates"] == every


def test_a_rejection_is_told_with_its_reason_and_the_doctor_says_it(line: CommandLine, world: World) -> None:
    line.data("content", "sync")
    line.data("content", "approve", "news.delayed")
    for one in world.contents.values():
        if one.approval and one.language == "hi":
            one.rule("rejected", "TAG_CONTENT_MISMATCH")
    told = line("content", "sync").stdout
    assert "news.delayed (hi) rejected: TAG_CONTENT_MISMATCH\n" in told
    shown = line("content", "list").stdout
    assert "TAG_CONTENT_MISMATCH" in shown and "unsubmitted" in shown
    (found,) = [row for row in line("doctor").stdout.splitlines() if "content" in row.split()[1]]
    assert found.startswith("WRONG") and "news.delayed (hi) rejected" in found and "flows/texts" in found


def test_a_template_that_is_none_is_refused(line: CommandLine) -> None:
    assert "no template: menu.main, nonsense" in line.refusal("content", "approve", "menu.main", "nonsense")


def test_nothing_can_be_approved_before_it_is_made(line: CommandLine) -> None:
    assert "./saathi content sync" in line.refusal("content", "approve")


def test_the_list_needs_no_twilio(saathi: CommandLine) -> None:
    listed = saathi.data("content", "list")["templates"]
    assert {(one["sid"], one["approval"]) for one in listed} == {(None, "unsubmitted")}
