"""The WhatsApp-like page in a real browser, driven as a person would, partly by keyboard alone."""

import os
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from sandbox.world import World
from tests.sandbox.chatting import ChattingBot, picture
from tests.sandbox.conftest import CHROMIUM

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"page tests left out: there is no {CHROMIUM}")


def write(page: Page, text: str, phone: int = 0) -> None:
    page.locator(".phone").nth(phone).get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_conversation_with_buttons_and_a_list(page: Page, bot: tuple[ChattingBot, World]) -> None:
    first = page.locator(".phone").first
    write(page, "hello")
    expect(first.locator(".mine .text")).to_have_text("hello")
    first.get_by_role("button", name="मेरे पॉइंट").click()
    first.get_by_role("button", name="Product lines").click()
    sheet = first.get_by_role("dialog", name="Product lines")
    expect(sheet.get_by_role("button", name="Send")).to_be_disabled()
    sheet.get_by_text("Switches").click()
    sheet.get_by_role("button", name="Send").click()
    expect(first.locator(".theirs .text").last).to_have_text("You chose nothing Switches (line.switches).")
    expect(sheet).to_have_count(0)
    assert bot[0].forms[-1]["ListId"] == "line.switches"


def test_the_list_can_be_used_by_keyboard_alone(page: Page, bot: tuple[ChattingBot, World]) -> None:
    first = page.locator(".phone").first
    write(page, "hello")
    first.get_by_role("button", name="मेरे पॉइंट").focus()
    page.keyboard.press("Enter")
    first.get_by_role("button", name="Product lines").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(first.get_by_role("dialog")).to_have_count(0)
    expect(first.get_by_role("button", name="Product lines")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(first.locator(".mine .text").last).to_have_text("Switches")


def test_ticks_turn_blue_and_typing_shows_until_the_answer(page: Page, bot: tuple[ChattingBot, World]) -> None:
    first = page.locator(".phone").first
    write(page, "wait")
    expect(first.locator(".presence")).to_have_text("typing…")
    expect(first.locator(".typing")).to_be_visible()
    expect(first.get_by_label("read", exact=True)).to_be_visible()
    write(page, "hello")
    expect(first.get_by_role("button", name="Redeem")).to_be_visible()
    expect(first.locator(".presence")).to_have_text("online")
    expect(first.locator(".typing")).to_have_count(0)


def test_a_phone_nobody_looks_at_counts_unread_until_it_is_clicked(page: Page, bot: tuple[ChattingBot, World]) -> None:
    chatting = bot[0]
    second = page.locator(".phone").nth(1)
    write(page, "hello", phone=1)
    expect(second.locator(".message[data-status=read]")).to_have_count(1)
    write(page, "hello", phone=0)  # now the first is being looked at
    chatting.send("whatsapp:+919876543210", Body="are you there?")
    expect(second.locator(".unread")).to_have_text("1")
    expect(second.locator(".message[data-status=delivered]")).to_have_count(1)
    second.locator(".talk").click()
    expect(second.locator(".unread")).to_be_hidden()
    expect(second.locator(".message[data-status=read]")).to_have_count(2)


def test_photos_and_documents_are_previewed(page: Page, bot: tuple[ChattingBot, World], tmp_path: Path) -> None:
    first = page.locator(".phone").first
    photo = tmp_path / "bill.png"
    photo.write_bytes(picture())
    first.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        first.get_by_role("button", name="Photo").click()
    chooser.value.set_files(photo)
    preview = first.get_by_role("dialog", name="Preview")
    expect(preview.locator("img")).to_be_visible()
    preview.get_by_label("Caption").fill("my bill")
    page.keyboard.press("Enter")
    expect(first.locator(".mine img.picture")).to_be_visible()
    expect(first.locator(".theirs .text").last).to_contain_text("Received image/png")
    assert bot[0].forms[-1]["Body"] == "my bill"

    paper = tmp_path / "invoice 12.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    first.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        first.get_by_role("button", name="Document").click()
    chooser.value.set_files(paper)
    preview.get_by_role("button", name="Cancel").click()
    expect(preview).to_have_count(0)
    assert len(bot[0].forms) == 1


def test_markup_in_a_message_stays_text(page: Page, bot: tuple[ChattingBot, World]) -> None:
    attack = "<img src=x onerror=\"document.title='broken'\"> *bold* 2*3*4 https://example.com/a?b=1."
    write(page, attack)
    text = page.locator(".phone").first.locator(".mine .text")
    expect(text).to_have_text(attack.replace("*bold*", "bold"))
    expect(text.locator("strong")).to_have_text("bold")
    expect(text.locator("a")).to_have_attribute("href", "https://example.com/a?b=1")
    assert page.title() != "broken"


def test_a_hidden_phone_is_added_and_a_failed_message_says_why(page: Page, bot: tuple[ChattingBot, World]) -> None:
    chatting, world = bot
    page.get_by_label("Number", exact=True).fill("+919900000001")
    page.get_by_label("Profile name").fill("Gupta & Sons")
    page.get_by_label("Number hidden").check()
    page.get_by_role("button", name="Add phone").click()
    third = page.locator(".phone").nth(2)
    expect(third.locator(".flag")).to_have_text("number hidden")
    chatting.send(world.phones["+919900000001"].address, Body="too early")
    expect(third.locator(".failed")).to_contain_text("63016")
    write(page, "hello", phone=2)
    expect(third.get_by_role("button", name="Redeem")).to_be_visible()
    assert chatting.forms[-1]["From"].startswith("whatsapp:IN.")
    page.get_by_role("button", name="Put Gupta & Sons away").click()
    expect(page.locator(".phone")).to_have_count(2)
    page.get_by_role("button", name="Open Gupta & Sons").click()
    expect(third.locator(".mine .text")).to_have_text("hello")


def test_faults_and_the_clock_are_at_hand(page: Page, bot: tuple[ChattingBot, World]) -> None:
    chatting, world = bot
    page.get_by_label("What").select_option("drop")
    page.get_by_role("button", name="Let it happen").click()
    expect(page.locator("#faults")).to_contain_text("twilio.inbound: drop")
    write(page, "lost")
    expect(page.locator("#faults li")).to_have_count(0)
    expect(page.locator(".phone").first.get_by_label("sent", exact=True)).to_be_visible()
    assert chatting.forms == []
    page.get_by_role("button", name="+25 hours").click()
    expect(page.locator("#clock")).to_contain_text("25 h ahead")
    expect(page.locator("#clock-note")).to_contain_text("this page only")
    assert world.dial.ahead_s == 90000


def test_a_reload_and_a_reset_keep_the_phones_on_the_screen(page: Page, bot: tuple[ChattingBot, World]) -> None:
    write(page, "hello")
    expect(page.locator(".phone").first.get_by_role("button", name="Redeem")).to_be_visible()
    page.reload()
    expect(page.locator(".phone").first.locator(".mine .text")).to_have_text("hello")
    bot[1].reset()
    expect(page.locator(".message")).to_have_count(0)
    write(page, "again")
    expect(page.locator(".phone").first.get_by_role("button", name="Redeem")).to_be_visible()


def test_the_head_of_a_phone_stays_under_the_finger(page: Page, bot: tuple[ChattingBot, World]) -> None:
    """Pressed before a redraw and released after it, a button is still clicked."""
    second = page.locator(".phone").nth(1)
    second.get_by_role("button", name="away").hover()
    page.mouse.down()
    number = second.locator(".number").inner_text().replace(" ", "")
    for unread in range(3):
        bot[0].send(f"whatsapp:{number}", Body=f"news {unread}")
    write_from_outside(bot[1], number)
    expect(second.locator(".mine .text")).to_have_text("from outside")
    page.mouse.up()
    expect(page.locator(".phone")).to_have_count(1)


def test_what_the_service_did_not_take_is_said_in_the_chat(page: Page, bot: tuple[ChattingBot, World]) -> None:
    first = page.locator(".phone").first
    bot[0].status = "503 Service Unavailable"
    write(page, "hello")
    expect(first.get_by_role("note")).to_have_text("Not delivered: the service answered 503")
    bot[0].status = "204 No Content"
    write(page, "again")
    expect(first.get_by_role("button", name="Redeem")).to_be_visible()
    expect(first.get_by_role("note")).to_have_count(1)
    expect(first.locator(".mine").last.get_by_label("read", exact=True)).to_be_visible()


def write_from_outside(world: World, number: str) -> None:
    requests.post(f"{world.settings.own_url}/sandbox/phones/{number}/messages", json={"text": "from outside"}, timeout=10)


@pytest.mark.skipif("SANDBOX_SCREENSHOT" not in os.environ, reason="on request: SANDBOX_SCREENSHOT=dir")
def test_take_pictures(page: Page, bot: tuple[ChattingBot, World], tmp_path: Path) -> None:
    where = Path(os.environ["SANDBOX_SCREENSHOT"])
    first, second = page.locator(".phone").first, page.locator(".phone").nth(1)
    photo = tmp_path / "bill.png"
    photo.write_bytes(picture())
    write(page, "👍", phone=1)
    expect(second.get_by_role("button", name="Redeem")).to_be_visible()
    bot[0].send("whatsapp:+919876543210", Body="सीता जी, आपके ₹500 भेज दिए गए हैं। UTR *412345678901*")
    write(page, "namaste")
    first.get_by_role("button", name="मेरे पॉइंट").click()
    first.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        first.get_by_role("button", name="Photo").click()
    chooser.value.set_files(photo)
    page.screenshot(path=where / "preview.png")
    page.keyboard.press("Enter")
    expect(first.locator(".theirs .text").last).to_contain_text("Received")
    write(page, "wait")
    expect(first.locator(".typing")).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=where / "chat.png")
    first.get_by_role("button", name="Product lines").click()
    page.screenshot(path=where / "list.png")
