"""What stands beside a phone on the page: state and variables as the service tells them, as text and nothing else."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.world import World
from tests.sandbox.chatting import ChattingBot
from tests.sandbox.conftest import CHROMIUM
from tests.sandbox.test_page import write

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"page tests left out: there is no {CHROMIUM}")

ATTACK = "<img src=x onerror=\"document.title='broken'\">"
STANDING = {
    "now": "2026-01-05T04:30:00+00:00", "turns": 2, "turn": 2, "at": None, "gone": None, "next": None,
    "state": f"enrol.{ATTACK}",
    "frames": [
        {"flow": "details", "version": 1, "kind": "AwaitMembership", "fields": {}},
        {"flow": "enrol", "version": 1, "kind": "AskRole", "fields": {"name": ATTACK, ATTACK: [{"$": "X", "deep": ATTACK}]}},
    ],
    "asked": "enrol.ask_role", "misses": 1,
    "steps": [{"event": {"kind": "Said", "fields": {"text": ATTACK}}, "heard": None,
               "effects": [{"kind": "Say", "fields": {"key": "enrol.ask_role", "values": {"name": ATTACK}}}]}],
}  # fmt: skip


def test_state_and_variables_stand_beside_the_phone_as_text(page: Page, bot: tuple[ChattingBot, World]) -> None:
    bot[0].inside = STANDING
    first = page.locator(".phone").first
    first.get_by_role("button", name="State of").click()
    inside = first.get_by_label("State and variables")
    expect(inside.locator("h3").first).to_have_text("enrol v1AskRole")
    expect(inside.locator("h3").nth(1)).to_have_text("under it: details v1AwaitMembership")
    expect(inside.locator("dd").first).to_have_text(ATTACK)
    expect(first.locator(".where")).to_contain_text("turn 2 of 2")
    expect(page.locator(".inside img")).to_have_count(0)
    timeout = first.get_by_role("button", name="Timeout")
    expect(timeout).to_be_disabled()
    expect(timeout).to_have_attribute("title", "Nothing here waits for time to pass")
    bot[0].inside = {**STANDING, "next": {"what": "pin", "words": ATTACK, "at": "2026-01-05T05:30:00+00:00"}, "gone": ATTACK}
    write(page, "hello")
    expect(timeout).to_be_enabled()
    expect(timeout).to_have_attribute("title", f"To just after: {ATTACK}")
    expect(inside).to_contain_text(f"Its words are gone: {ATTACK}")
    assert page.title() != "broken"


def test_a_service_that_tells_nothing_of_itself_is_said_to(page: Page, bot: tuple[ChattingBot, World]) -> None:
    first = page.locator(".phone").first
    first.get_by_role("button", name="State of").click()
    expect(first.get_by_label("State and variables")).to_contain_text("tells nothing of itself")
    for name in ("1 hour later", "Timeout", "Save as .chat", "Turn before", "Turn after"):
        expect(first.get_by_role("button", name=name)).to_be_disabled()
    expect(first.get_by_role("button", name="Timeout")).to_have_attribute("title", re.compile("tells nothing of itself"))
    first.get_by_role("button", name="State of").click()
    expect(first.locator(".inside")).to_be_hidden()
