"""A click is a person's; the link leads where the campaign's file says, and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from campaigns import clicks
from campaigns.spec import Arm, Campaign, Words
from tests.campaigns.fair import NOW, Fair, fair
from tests.servers import Database

PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
INSIDE = PHONE + " [WhatsApp/2.24.13.77]"
SHOP, OFFER = "https://shop.example.com/diwali?from=wa&x=1", "https://shop.example.com/पेशकश"


def campaign() -> Campaign:
    words = {"en": Words("Hello", link=SHOP, link_title="Shop"), "hi": Words("Namaste", link=OFFER, link_title="Dekho")}
    return Campaign("diwali", "Diwali", "marketing", (Arm("a", 50, words), Arm("b", 50, {"en": Words("Hello")})))


@pytest.fixture
def made(database: Database) -> Fair:
    made = fair(database, campaign())
    made.message(made.turn("m1", "a"), "delivered")
    return made


def follow(made: Fair, token: str = "tokm1", agent: str = PHONE, opened: bool = True, at: datetime = NOW) -> str | None:
    with made.engine.begin() as conn:
        return clicks.follow(conn, token, agent=agent, opened=opened, now=at)


def counted(made: Fair) -> int:
    with made.engine.connect() as conn:
        return int(conn.execute(text("SELECT count(*) FROM campaign_clicks")).scalar_one())


def test_a_person_who_opens_it_is_counted_and_led_on(made: Fair) -> None:
    assert follow(made, at=NOW + timedelta(seconds=1)) == SHOP
    assert counted(made) == 1


def test_each_arm_and_language_leads_to_its_own(made: Fair) -> None:
    made.turn("m2", "a", locale="hi")
    made.turn("m3", "b")
    made.turn("m4", "a", locale="ta")
    assert follow(made, "tokm2") == OFFER
    assert follow(made, "tokm3") is None  # an arm without a link
    assert follow(made, "tokm4") is None


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("agent", ["facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                                   "WhatsApp/2.23.20.0 A", "WhatsApp", "TelegramBot (like TwitterBot)"])  # fmt: skip
def test_a_preview_is_no_click(made: Fair, agent: str, opened: bool) -> None:
    for seconds in (0, 1.9, 3_600):
        assert follow(made, agent=agent, opened=opened, at=NOW + timedelta(seconds=seconds)) == SHOP
    assert counted(made) == 0


def test_looking_without_opening_is_no_click(made: Fair) -> None:
    assert follow(made, opened=False, at=NOW + timedelta(hours=1)) == SHOP
    assert counted(made) == 0


def test_a_page_inside_whatsapp_is_a_click_but_not_at_once(made: Fair) -> None:
    assert follow(made, agent=INSIDE, at=NOW + timedelta(seconds=2)) == SHOP
    assert counted(made) == 0
    assert follow(made, agent=INSIDE, at=NOW + timedelta(seconds=2.1)) == SHOP
    assert counted(made) == 1


def test_what_is_fetched_before_twilio_has_answered_is_a_preview(made: Fair) -> None:
    made.message(made.turn("m2", "a"), "sending")
    assert follow(made, "tokm2", agent=INSIDE, at=NOW + timedelta(minutes=1)) == SHOP
    assert counted(made) == 0


@pytest.mark.parametrize(
    "token", ["", "tokm", "tokm1x", "tokm1\x00", "tokm1\n", "../tokm1", "t" * 5_000, "tokm1'--", "\ud800", "तो"]
)
def test_a_token_that_is_none_of_ours_leads_nowhere(made: Fair, token: str) -> None:
    assert follow(made, token) is None
    assert counted(made) == 0


def test_a_program_that_opens_it_for_ever_fills_no_table(made: Fair) -> None:
    for _ in range(clicks.CLICKS_KEPT + 5):
        assert follow(made) == SHOP
    assert counted(made) == clicks.CLICKS_KEPT


@pytest.mark.parametrize(
    "link",
    ["http://shop.example.com", "javascript:alert(1)", "//evil.example", "https://a\r\nSet-Cookie: x", "https://", "",
     "data:text/html,x"],
)  # fmt: skip
def test_an_address_that_no_checked_file_has_is_not_followed(database: Database, link: str) -> None:
    words = {"en": Words("Hello", link=link, link_title="Shop")}
    made = fair(database, Campaign("diwali", "Diwali", "marketing", (Arm("a", 100, words),)))
    made.turn("m1", "a")
    assert follow(made) is None
