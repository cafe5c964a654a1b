"""A bill that was read: credited once, for what counts, by whoever sent it first; asked about, reviewed or refused else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import turn
from ledger import budget
from ledger.verify import verify
from loyalty.reading import Question
from tests.bills import BRAND_ONLY, BULB, OTHER, STRANGER, WIRE, bill, put, send, states
from tests.house import RAMESH, SUNITA, Home

MARKS = tuple(range(2, 60, 2))


@pytest.fixture
def member(at_home: Home) -> Home:
    at_home.enrol()
    return at_home


def points(home: Home) -> int:
    return home.count("SELECT coalesce(sum(points), 0) FROM lots")


def test_a_sound_bill_brings_its_points_with_all_that_says_why(member: Home) -> None:
    assert send(member, bill("GST/2526/0417")) == "invoice.credited"
    body = member.said()[-1].body
    for words in ("125 points", "Rane Electric Distributors, Pune", "GST/2526/0417", "20 Dec 2025", "₹14,750", "₹12,500"):
        assert words in body
    facts = member.rows("SELECT facts FROM postings WHERE reason = 'earn'")[0].facts
    assert facts["invoice_number"] == "GST/2526/0417" and facts["seller_gstin"] == "27AABCR4521P1Z3"
    assert facts["taxable_paise"] == 1_250_000 and facts["rate"] == 1 and facts["lines"] == "WIRE-2.5-90 1000000; LED-9W 250000"
    assert "rounded down = 125 points" in facts["trace"] and facts["programme_version"] == 1
    with member.house.engine.connect() as conn:
        assert verify(conn) == []


def test_only_the_lines_that_are_ours_count(member: Home) -> None:
    mixed = bill(lines=(WIRE, BULB, OTHER), taxable_paise=1_750_000, total_paise=2_065_000)
    assert send(member, mixed) == "invoice.credited" and points(member) == 125


def test_a_seller_of_the_brand_alone_needs_no_lines(member: Home) -> None:
    assert send(member, bill(seller_gstin=BRAND_ONLY, lines=())) == "invoice.credited" and points(member) == 125


UNSOUND: list[tuple[dict, str]] = [
    ({"lines": ()}, "invoice.review.lines"),
    ({"lines": (WIRE,)}, "invoice.review.lines"),  # the lines do not add up: one was not read
    ({"lines": (WIRE, replace(BULB, taxable_paise=None))}, "invoice.review.lines"),
    ({"lines": (replace(OTHER, taxable_paise=1_250_000),)}, "invoice.refused.no_products"),
    ({"lines": (replace(OTHER, description="ROSHNI SPECIAL", taxable_paise=1_250_000),)}, "invoice.review.lines"),
    ({"taxable_paise": 9_900, "lines": (replace(BULB, taxable_paise=9_900),)}, "invoice.refused.too_small"),
    ({"seller_gstin": STRANGER}, "invoice.refused.not_authorised"),
    ({"seller_gstin": STRANGER, "confidence": {"seller_gstin": 0.5}}, "invoice.review.doubtful"),
    ({"seller_gstin": STRANGER, "verdict": "review"}, "invoice.review.doubtful"),
    ({"seller_gstin": None}, "invoice.review.doubtful"),
    ({"invoice_number": "///"}, "invoice.review.doubtful"),
    ({"verdict": "review"}, "invoice.review.doubtful"),
    ({"verdict": "ask"}, "invoice.review.doubtful"),  # a question nobody could ask
    ({"verdict": "refuse"}, "invoice.refused.not_an_invoice"),
    ({"doc_type": "credit_note"}, "invoice.review.credit_note"),
    ({"invoice_date": date(2025, 11, 5)}, "invoice.refused.stale"),
    ({"invoice_date": date(2025, 11, 6)}, "invoice.credited"),  # sixty days are not too old
    ({"invoice_date": date(2026, 1, 6)}, "invoice.review.date_ahead"),
    ({"total_paise": None}, "invoice.review.doubtful"),
]


def test_what_is_not_sound_brings_no_points_by_itself(member: Home) -> None:
    for changed, told in UNSOUND:
        before = points(member)
        assert send(member, bill(**changed)) == told, changed
        assert points(member) - before == (125 if told == "invoice.credited" else 0)


def test_the_same_bill_again_is_told_with_its_day_and_brings_nothing(member: Home) -> None:
    send(member, bill("A-1"))
    member.forward(days=3)
    for number in ("A-1", "a/1", "A 1"):
        assert send(member, bill(number)) == "invoice.refused.seen_yours"
        assert "5 Jan 2026" in member.said()[-1].body
    assert points(member) == 125


def test_the_same_number_of_another_year_seller_or_type_is_another_bill(member: Home) -> None:
    send(member, bill("A-1", invoice_date=date(2026, 1, 2)))
    member.at += timedelta(days=100)
    assert send(member, bill("A-1", invoice_date=date(2026, 4, 2))) == "invoice.credited"
    assert send(member, bill("A-1", invoice_date=date(2026, 4, 2), seller_gstin=BRAND_ONLY)) == "invoice.credited"
    assert points(member) == 375


def test_somebody_elses_bill_is_refused_and_other_amounts_go_to_a_reviewer(member: Home) -> None:
    member.enrol(SUNITA)
    send(member, bill("A-1"))
    assert send(member, bill("A-1"), SUNITA) == "invoice.refused.seen_other"
    edited = bill("A-1", total_paise=2_950_000, taxable_paise=2_500_000, lines=(replace(WIRE, taxable_paise=2_500_000),))
    assert send(member, edited, SUNITA) == "invoice.review.contested"
    assert send(member, edited) == "invoice.review.contested"
    assert points(member) == 125


def test_a_picture_sent_before_under_another_number_goes_to_a_reviewer(member: Home) -> None:
    member.enrol(SUNITA)
    send(member, bill("A-1"), marks=MARKS)
    assert send(member, bill("A-7"), SUNITA, marks=MARKS) == "invoice.review.contested"
    other = bill("B-9", total_paise=1_485_000, taxable_paise=1_260_000, lines=(replace(WIRE, taxable_paise=1_260_000),))
    assert send(member, other, SUNITA, marks=MARKS) == "invoice.credited"  # alike as bills of one seller are


def test_a_bill_of_a_buyer_who_is_another_member_goes_to_a_reviewer(member: Home) -> None:
    member.enrol(SUNITA)
    buyer = "27AAACK1234L1ZX"
    send(member, bill(buyer_gstin=buyer))
    assert send(member, bill(buyer_gstin=buyer)) == "invoice.credited"
    assert send(member, bill(buyer_gstin=buyer), SUNITA) == "invoice.review.contested"


def test_ten_people_with_one_bill_at_once_are_credited_once(at_home: Home) -> None:
    people = [f"whatsapp:+9190000000{n:02d}" for n in range(10)]
    for who in people:
        at_home.enrol(who)
        put(at_home, bill("A-1"), who)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda who: turn.run(at_home.house, at_home.conversation(who).id), people))
    last = sorted(at_home.told(who)[-1] for who in people)
    assert last == ["invoice.credited"] + ["invoice.refused.seen_other"] * 9
    assert points(at_home) == 125


def test_a_budget_that_is_spent_sends_the_bill_to_a_reviewer(member: Home) -> None:
    with member.house.engine.begin() as conn:
        budget.set_budget(
            conn, key="less", programme_id="roshni", budget_points=100, happened_at=member.at, recorded_at=member.at
        )  # fmt: skip
    assert send(member, bill()) == "invoice.review.budget"
    assert points(member) == 0 and states(member) == [("review", "budget")]


def test_a_happening_that_comes_twice_credits_once(member: Home) -> None:
    claim = put(member, bill())
    conversation = member.conversation().id
    turn.run(member.house, conversation)
    member.happen(RAMESH, "again", {"$": "InvoiceRead", "claim": claim, "photo": "x"})
    turn.run(member.house, conversation)
    assert points(member) == 125 and member.told()[-1] == "invoice.refused.seen_yours"


def test_nobody_decides_on_or_answers_for_anothers_bill(member: Home) -> None:
    member.enrol(SUNITA)
    claim = put(member, bill())
    member.happen(SUNITA, "stolen", {"$": "InvoiceRead", "claim": claim, "photo": "x"})
    turn.run(member.house, member.conversation(SUNITA).id)
    assert member.rows("SELECT state, member_id FROM claims") == [("read", None)]


# ---- one question -------------------------------------------------------------------------------------------------------

ASK_NUMBER = Question("confirm", "invoice_number", "GST/2526/0417")


def ask(member: Home, **changed: object) -> str:
    return send(member, bill("GST/2526/0417", verdict="ask", **{"question": ASK_NUMBER, **changed}))


def test_a_number_that_the_paper_bears_out_is_credited(at_home: Home) -> None:
    """As read, or one letter off: a reader slips, a forger needs more."""
    for who, said in enumerate(["yes", "haan ji", "gst/2526/0417", "GST/2526/O417", "no it is GST/2526/0416"]):
        asked = Question("confirm", "invoice_number", f"{who}ST/2526/0417")
        at_home.enrol(phone := f"whatsapp:+919000000{who:03d}")
        send(at_home, bill(asked.value, verdict="ask", question=asked), phone)
        assert at_home.told(phone)[-1] == "invoice.confirm.number" and asked.value in at_home.said(phone)[-1].body
        at_home.write(said.replace("gst", f"{who}st").replace("GST", f"{who}ST"), phone)
        assert at_home.told(phone)[-1] == "invoice.credited", said


def test_a_number_of_the_members_own_making_is_a_reviewers(member: Home) -> None:
    ask(member)
    member.write("ABC/99")
    assert member.told()[-1] == "invoice.review.doubtful"
    assert member.rows("SELECT note FROM claims")[0].note == "member says invoice_number is ABC/99"
    assert points(member) == 0


def test_a_number_that_stands_elsewhere_on_the_paper_counts(member: Home) -> None:
    words = ("TAX INVOICE", "No: KKF/77 Dt 20-12-25")
    ask(member, question=Question("type", "invoice_number"), invoice_number=None, words=words)
    assert member.told()[-1] == "invoice.type.number"
    member.write("KKF/77")
    assert member.told()[-1] == "invoice.credited"


def test_a_number_typed_for_a_second_credit_is_seen_through(member: Home) -> None:
    send(member, bill("GST/2526/0416"))
    ask(member)
    member.write("GST/2526/0416")  # one letter off what was read, and sent before
    assert member.told()[-1] == "invoice.refused.seen_yours"


def test_what_only_an_unverified_code_says_is_not_borne_out_by_a_yes(member: Home) -> None:
    ask(member, invoice_number=None, question=Question("confirm", "invoice_number", "X/1"))
    member.write("yes")
    assert member.told()[-1] == "invoice.review.doubtful"


def test_a_total_must_close_the_sums(member: Home) -> None:
    for said, told in (("99,999", "invoice.review.doubtful"), ("14,750", "invoice.credited")):
        send(member, bill(verdict="ask", total_paise=1_475_800, question=Question("confirm", "total_paise", "1475800")))
        assert member.told()[-1] == "invoice.confirm.total"
        member.write(said)
        assert member.told()[-1] == told


def test_a_date_typed_must_stand_on_the_paper_and_may_be_too_old(member: Home) -> None:
    question = Question("type", "invoice_date")
    asked = {"verdict": "ask", "invoice_date": None, "question": question, "words": ("Dated 05/06/2025",)}
    for said, told in (("20-12-2025", "invoice.review.doubtful"), ("5 june 2025", "invoice.refused.stale")):
        send(member, bill(**asked))
        assert member.told()[-1] == "invoice.type.date"
        member.write(said)
        assert member.told()[-1] == told, said


def test_no_question_is_asked_of_a_bill_that_cannot_count(member: Home) -> None:
    assert ask(member, seller_gstin=STRANGER) == "invoice.refused.not_authorised"
    assert ask(member, invoice_date=date(2025, 6, 1)) == "invoice.refused.stale"


def test_whoever_cannot_tell_goes_to_a_reviewer_with_a_day_promised(member: Home) -> None:
    ask(member)
    member.write("Cannot tell")
    assert member.told()[-1] == "invoice.review.doubtful" and "6 Jan 2026" in member.said()[-1].body
