"""What a reviewer decides reaches the member in their own language, with a reason in plain words."""

from __future__ import annotations

import pytest

from base import staff
from bot import turn
from bot.desk import HouseDesk
from console.desk import decide_kyc
from loyalty.kyc_review import REASONS, Verdict
from tests.house import RAMESH, Home
from tests.reviews import PAN, waiting
from tests.staff import hire
from whatsapp.outbound import Message

KEYS = {"approve": "news.kyc_approved", "reject": "news.kyc_rejected", "ask": "news.kyc_asked_again"}
EVERY = [(verdict, reason) for verdict, reasons in REASONS.items() for reason in reasons or ("",)]


@pytest.mark.parametrize("locale", ["en", "hi"])
def test_every_verdict_and_every_reason_is_told(made: Home, locale: str) -> None:
    hire(made.house, "meera", "finance")
    made.change("UPDATE conversations SET locale = :locale", locale=locale)
    for verdict, reason in EVERY:
        told = decided(made, verdict, reason)
        assert told.text_key == KEYS[verdict], (verdict, reason)
        assert "AB••••••4F" in told.body and PAN not in told.body and "{" not in told.body


def decided(made: Home, verdict: Verdict, reason: str) -> Message:
    review = waiting(made)
    with made.house.engine.begin() as conn:
        by = staff.acting(conn, "meera", f"kyc.{verdict}")
        done = decide_kyc(HouseDesk(made.house), conn, review, by, verdict, reason=reason)
    turn.run(made.house, done.conversation_id)
    return made.said(RAMESH)[-1]
