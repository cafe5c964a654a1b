"""The texts that may be sent outside the 24-hour window, and the timer that hears what WhatsApp says of them."""

from unittest.mock import patch

import pytest
from sqlalchemy import text

from bot import clock, content
from flows.texts import LOCALES, catalogue, template_categories
from tests.house import Home
from tests.templates import template_faults
from whatsapp.content.approval import Approval


def test_every_template_is_a_text_of_ours_that_whatsapp_may_approve() -> None:
    assert set(template_categories()) <= set(catalogue("en"))
    assert set(template_categories().values()) <= {"UTILITY", "MARKETING", "AUTHENTICATION"}
    made = content.templates()
    assert len(made) == len(template_categories()) * len(LOCALES)
    assert {f"{one.text_key} ({one.locale})": template_faults(one) for one in made if template_faults(one)} == {}


NEWS = ("paid", "paid_bare", "failed", "failed_vpa", "failed_account", "failed_declined", "reversed", "delayed")


@pytest.mark.parametrize("event", NEWS)
def test_news_about_money_is_a_template(event: str) -> None:
    assert template_categories()[f"news.{event}"] == "UTILITY"


def test_no_resource_is_made_twice() -> None:
    hashes = [made.hash for made in content.specs()]
    assert len(hashes) == len(set(hashes))


class Meta:
    """Says what it is told to say, and counts the questions."""

    def __init__(self, word: str) -> None:
        self.word, self.asked = word, 0

    def approval(self, sid: str) -> Approval:
        self.asked += 1
        return Approval(self.word)


def test_the_timer_asks_only_about_what_somebody_has_submitted(at_home: Home) -> None:
    first, second = content.templates()[:2]
    for number, one in enumerate((first, second)):
        at_home.change(
            "INSERT INTO content_resources (hash, text_key, locale, sid, created_at) VALUES (:h, :k, :l, :s, :now)",
            h=one.hash, k=one.text_key, l=one.locale, s=f"HX{number:032x}", now=at_home.at,
        )  # fmt: skip
    at_home.change("UPDATE content_resources SET approval = 'pending' WHERE hash = :h", h=first.hash)
    meta = Meta("approved")
    with patch.dict(at_home.house.__dict__, {"twilio": meta}):
        (timer,) = [timer for timer in clock.TIMERS if timer.name == "template approvals"]
        clock.once(at_home.house, timer.name, timer.run)
    assert meta.asked == 1
    known = at_home.rows("SELECT approval FROM content_resources ORDER BY sid")
    assert [row.approval for row in known] == ["approved", "unsubmitted"]


def test_the_service_may_write_what_it_hears(at_home: Home) -> None:
    with at_home.house.engine.begin() as conn:
        conn.execute(text("UPDATE content_resources SET approval = 'x', approval_read_at = :now"), {"now": at_home.at})
