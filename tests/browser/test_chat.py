"""The whole house in a real browser: a person joins, sends a label's photo, and takes the money, by clicking alone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot.demo_pictures import photograph
from bot.own_root import free_port
from config.settings import ROOT, Settings
from loyalty.code_search import wa_link

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
PATIENCE_MS = 30_000
NOT_OURS = {name.upper() for name in Settings.model_fields}


class House:
    """A house of this test's own, run and asked through the command line."""

    def __init__(self, root: Path) -> None:
        self.port = free_port()
        self.env = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self.env |= {"SAATHI_ROOT": str(root), "PORT": str(free_port()), "SANDBOX_PORT": str(self.port)}

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house("up")
    yield house
    house("down")


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{house.port}/")
        yield page
        browser.close()


def test_from_hello_to_the_money_by_clicking(house: House, page: Page, tmp_path: Path) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    phone = page.locator(".phone").first

    def write(words: str) -> None:
        phone.get_by_label("Message", exact=True).fill(words)
        page.keyboard.press("Enter")

    write("hello")
    phone.get_by_role("button", name="I agree").click()
    expect(phone.get_by_text("What is your name?")).to_be_visible()
    write("Asha Patil")
    phone.get_by_role("button", name="Choose").last.click()
    sheet = phone.get_by_role("dialog")
    sheet.get_by_label("Electrician").check()
    sheet.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("PIN code of your area")).to_be_visible()
    write("411001")
    expect(phone.get_by_text("You are in, Asha Patil!")).to_be_visible()

    codes = json.loads(house("coupon", "issue", "--sku", "WIRE-1.5-90", "--count", "2", "--json"))["codes"]
    labels = [(wa_link("14155238886", code), code) for code in codes]
    picture = photograph(labels, tmp_path / "labels.jpg", columns=2, tilt=0.2)
    phone.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="Photo").click()
    chooser.value.set_files(str(picture))
    phone.get_by_role("button", name="Send file").click()
    expect(phone.get_by_text("120 points added")).to_be_visible()

    write("redeem")
    write("100")
    write("asha@okaxis")
    phone.get_by_role("button", name="Yes, send it").click()
    expect(phone.get_by_text("has arrived at as•••@okaxis")).to_be_visible()
    assert json.loads(house("ledger", "verify", "--json"))["differences"] == []
