"""The whole house in a real browser: a person joins, sends a label's photo, and takes the money, by clicking alone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from bot.demo_pictures import photograph
from bot.own_root import free_port
from config.settings import ROOT, Settings
from flows.chat import rewrite
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


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
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


def write(phone: Locator, words: str) -> None:
    phone.get_by_label("Message", exact=True).fill(words)
    phone.get_by_label("Message", exact=True).press("Enter")


def join(phone: Locator, name: str) -> None:
    write(phone, "hello")
    phone.get_by_role("button", name="I agree").click()
    expect(phone.get_by_text("What is your name?")).to_be_visible()
    write(phone, name)
    phone.get_by_role("button", name="Choose").last.click()
    sheet = phone.get_by_role("dialog")
    sheet.get_by_label("Electrician").check()
    sheet.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("PIN code of your area")).to_be_visible()
    write(phone, "411001")
    expect(phone.get_by_text(f"You are in, {name}!")).to_be_visible()


def redeem(phone: Locator, points: str, vpa: str) -> None:
    """Each answer is waited for, as people do: messages that are sent at once may arrive in another order."""
    write(phone, "redeem")
    expect(phone.get_by_text("How many points do you want")).to_be_visible()
    write(phone, points)
    expect(phone.get_by_text("What is your UPI ID")).to_be_visible()
    write(phone, vpa)
    phone.get_by_role("button", name="Yes, send it").click()


def test_from_hello_to_the_money_by_clicking(house: House, page: Page, tmp_path: Path) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    phone = page.locator(".phone").first
    join(phone, "Asha Patil")

    codes = json.loads(house("coupon", "issue", "--sku", "WIRE-1.5-90", "--count", "2", "--json"))["codes"]
    labels = [(wa_link("14155238886", code), code) for code in codes]
    picture = photograph(labels, tmp_path / "labels.jpg", columns=2, tilt=0.2)
    phone.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="Photo").click()
    chooser.value.set_files(str(picture))
    phone.get_by_role("button", name="Send file").click()
    expect(phone.get_by_text("120 points added")).to_be_visible()

    redeem(phone, "100", "asha@okaxis")
    expect(phone.get_by_text("has arrived at as•••@okaxis")).to_be_visible()
    assert json.loads(house("ledger", "verify", "--json"))["differences"] == []


@pytest.mark.thorough
def test_time_travel_past_a_payouts_retry_and_the_talk_as_a_golden(house: House, page: Page, tmp_path: Path) -> None:
    """The bank's side fails once; nobody waits for the retry: it is clicked to. What was said is saved, and passes."""
    expect.set_options(timeout=PATIENCE_MS)
    phone = page.locator(".phone").nth(1)
    phone.get_by_role("button", name="State of").click()
    timeout = phone.get_by_role("button", name="Timeout")
    expect(timeout).to_have_attribute("title", "Nothing here waits for time to pass")
    expect(timeout).to_be_disabled()
    join(phone, "Gulab Tripathi")
    expect(phone.locator(".where")).to_contain_text("turn 5 of 5")
    phone.get_by_role("button", name="Turn before").click()
    expect(phone.locator(".where")).to_contain_text("enrol.AskPin")
    expect(phone.get_by_label("State and variables")).to_contain_text("Gulab Tripathi")
    phone.get_by_role("button", name="Turn after").click()

    write(phone, json.loads(house("coupon", "issue", "--sku", "WIRE-1.5-90", "--count", "1", "--json"))["codes"][0])
    expect(phone.get_by_text("60 points added")).to_be_visible()
    page.get_by_label("Where").select_option("razorpayx.payouts")
    page.get_by_label("What").select_option("error")
    page.get_by_role("button", name="Let it happen").click()
    redeem(phone, "60", "gulab@okaxis")
    expect(timeout).to_have_attribute("title", re.compile("a payout is tried again"))
    expect(phone.get_by_text("has arrived at")).to_have_count(0)
    timeout.click()
    expect(phone.get_by_text("has arrived at gu•••@okaxis")).to_be_visible()
    phone.get_by_role("button", name="1 day later").click()
    expect(page.locator("#clock")).to_contain_text("24 h ahead")
    expect(phone.get_by_text("The service's time")).to_be_visible()

    with page.expect_download() as download:
        phone.get_by_role("button", name="Save as .chat").click()
    download.value.save_as(tmp_path / "saved.chat")
    golden = (tmp_path / "saved.chat").read_text(encoding="utf-8")
    assert rewrite(golden) == golden  # what tests/flows asks of every page in tests/conversations
    assert "< news.paid" in golden and "Gulab" not in golden and "gulab" not in golden
