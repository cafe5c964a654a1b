"""The staff's pages in a real browser: signing in, one key a decision, and nothing from elsewhere."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot.app import create_app
from tests.house import SUNITA, Home, home
from tests.reviews import PAN, card, waiting
from tests.servers import Database
from tests.staff import PASSWORD, Colleague, hire

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
PATIENCE_MS = 30_000


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def made(database: Database) -> Iterator[Home]:
    with home(database.url) as it:
        it.enrol()
        it.enrol(SUNITA)
        yield it


@pytest.fixture
def url(made: Home) -> Iterator[str]:
    """The house's web on a port of this machine, as `make up` serves it."""
    server = make_server("127.0.0.1", 0, lambda *_: [], handler_class=Silent)
    address = f"http://127.0.0.1:{server.server_port}"
    made.house.settings = made.house.settings.model_copy(update={"public_base_url": address})
    server.set_app(create_app(made.house))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        page = browser.new_page(viewport={"width": 1366, "height": 768}, java_script_enabled=request.param)
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def sign_in(page: Page, url: str, who: Colleague) -> None:
    page.goto(f"{url}/console/")
    page.get_by_label("Name").fill(who.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of your authenticator").fill(who.code())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="KYC reviews")).to_be_visible()


def test_a_queue_is_worked_off(made: Home, url: str, page: Page, request: pytest.FixtureRequest) -> None:
    """By keys where scripts run, by clicks where they do not: the same decisions."""
    keys = "no scripts" not in request.node.name
    expect.set_options(timeout=PATIENCE_MS)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("request", lambda asked: None if asked.url.startswith(url) else wrong.append(asked.url))
    waiting(made, SUNITA, value="ABCPS9999F", name="SUNITA DEVEE")
    made.forward(minutes=20)
    waiting(made, photo=card())
    sign_in(page, url, hire(made.house, "meera", "finance"))

    settled(page)
    page.keyboard.press("n") if keys else page.get_by_role("link", name="rev_").first.click()
    expect(page.get_by_text("SUNITA DEVEE")).to_be_visible()
    if keys:
        settled(page)
        page.keyboard.press("r")
        expect(page.get_by_text("belongs to somebody else")).to_be_visible()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    else:
        page.get_by_text("Reject").first.click()
        page.get_by_label("belongs to somebody else").check()
        page.get_by_role("button", name="Reject").click()

    expect(page.get_by_role("status")).to_contain_text("rejected")
    expect(page.get_by_text("RAMESH KUMAAR")).to_be_visible()
    picture = page.get_by_role("img", name="What the member sent")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["width"] > 300  # type: ignore[index]  # it is visible, so it has a box
    assert PAN not in page.content()
    page.get_by_role("button", name="Show the number in full").click()
    expect(page.get_by_text(PAN)).to_be_visible()
    settled(page)
    page.keyboard.press("a") if keys else page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("approved")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()

    assert wrong == []
    states = [tuple(row) for row in made.rows("SELECT state, reason, decided_by FROM kyc_checks ORDER BY created_at")]
    assert states == [("rejected", "not_yours", "meera"), ("verified", None, "meera")]
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def settled(page: Page) -> None:
    """A page takes no verdict in its first half second: it may have been meant for the one before."""
    page.wait_for_timeout(600)
