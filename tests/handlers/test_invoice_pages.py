"""Several pictures of one bill, bills of strangers, the list of bills, and what of it all lies in the clear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import turn
from loyalty.reading import Question, ReadLine
from tests.bills import BULB, WIRE, bill, put, send, states
from tests.handlers.test_invoice import MARKS, points
from tests.house import SUNITA, Home


@pytest.fixture
def member(at_home: Home) -> Home:
    at_home.enrol()
    return at_home


def test_a_better_picture_takes_the_place_of_one_that_was_unclear(member: Home) -> None:
    for first in (bill("A-1", verdict="review"), bill("A-2", invoice_number=None, verdict="review")):
        marks = tuple(mark + 1_000 * (first.invoice_number is None) for mark in MARKS)
        assert send(member, first, marks=marks) == "invoice.review.doubtful"
        assert send(member, bill(first.invoice_number or "A-2"), marks=marks) == "invoice.credited"
    assert [state for state, _ in states(member)] == ["joined", "credited", "joined", "credited"]


def test_a_better_picture_does_not_wipe_out_a_contested_one(member: Home) -> None:
    member.enrol(SUNITA)
    send(member, bill("A-1"))
    edited = bill("A-1", total_paise=2_950_000)
    send(member, edited, SUNITA)
    assert send(member, edited, SUNITA) in ("invoice.refused.seen_other", "invoice.review.contested")
    assert points(member) == 125


def test_two_pages_of_one_bill_are_read_together(member: Home) -> None:
    corner = Question("corner", "total_paise", edge="bottom")
    send(member, bill("A-1", verdict="ask", total_paise=None, taxable_paise=None, lines=(WIRE,), question=corner), marks=MARKS)
    assert member.told()[-1] == "invoice.corner.bottom"
    page = bill(invoice_number=None, seller_gstin=None, invoice_date=None, verdict="review", lines=(BULB,))
    assert send(member, replace(page, invoice_number=None)) == "invoice.joined"
    task = member.rows("SELECT payload FROM tasks WHERE kind = 'read_photo'")[0].payload
    claims = member.rows("SELECT id, state, media FROM claims ORDER BY created_at, id")
    assert [(c.state, len(c.media)) for c in claims] == [("read", 2), ("joined", 1)] and task["claim"] == claims[0].id


def test_a_strangers_bill_is_kept_and_credited_on_joining(at_home: Home) -> None:
    at_home.write("hi")
    put(at_home, bill())
    turn.run(at_home.house, at_home.conversation().id)
    assert points(at_home) == 0
    for words in ("I agree", "Ramesh Kumar", "Electrician", "411001"):
        at_home.write(words)
    assert "invoice.credited" in at_home.told() and points(at_home) == 125


def test_the_bills_are_listed_on_demand(member: Home) -> None:
    member.write("my bills")
    assert member.told()[-1] == "bills.none"
    send(member, bill("A-1"))
    send(member, bill(lines=()))
    member.write("bill status")
    assert member.told()[-1] == "bills.list"
    assert "✅ A-1, sent 5 Jan 2026: +125" in member.said()[-1].body and "answer by 6 Jan 2026" in member.said()[-1].body
    member.write("points")
    assert "+125, A-1" in member.said()[-1].body


def test_what_was_read_lies_sealed(member: Home) -> None:
    line = ReadLine("FR 2.5 SQMM 90MTR SECRETWORD", "854449", 1_250_000)
    send(member, bill(buyer_name="Kumar Hidden Stores", lines=(line,), words=("Kumar Hidden Stores",)))
    everything = member.every_row()
    assert "Kumar Hidden" not in everything and "SECRETWORD" not in everything


def test_a_page_that_names_nothing_is_not_put_to_a_bill_that_is_whole(member: Home) -> None:
    send(member, bill("A-1", lines=()))
    assert member.told()[-1] == "invoice.review.lines"
    nameless = replace(bill(), invoice_number=None, seller_gstin=None, verdict="review")
    assert send(member, nameless) == "invoice.review.doubtful"


def test_pages_count_as_one_bill_whichever_comes_first(member: Home) -> None:
    nameless = replace(bill(), invoice_number=None, seller_gstin=None, verdict="review", lines=(BULB,))
    send(member, nameless)
    unread = {"verdict": "ask", "total_paise": None, "question": Question("type", "total_paise")}
    assert send(member, bill("A-1", **unread)) == "invoice.joined"
    member.forward(minutes=30)
    send(member, nameless)
    member.forward(minutes=30)
    assert send(member, bill("A-2", **unread)) == "invoice.type.total"  # too long ago to be a page of it
