"""Reviewers: the queue, one claim, and decisions that the member hears of and the books show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import claims as desk
from bot import turn
from ledger import budget
from ledger.lots import expire_due
from ledger.verify import verify
from tests.bills import OTHER, SELLER, WIRE, bill, send, states
from tests.cli.contract import promises
from tests.cli.shop import CommandLine
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database

PROMISES = promises()


@dataclass(frozen=True)
class Desk(CommandLine):
    home: Home

    def waiting(self) -> str:
        """The one claim that waits."""
        (row,) = self.data("claims", "queue")["claims"]
        return str(row["id"])

    def hears(self, who: str = RAMESH) -> str:
        turn.run(self.house, self.home.conversation(who).id)
        return self.home.told(who)[-1]

    def points(self) -> int:
        return self.home.count("SELECT coalesce(sum(remaining), 0) FROM lots")


@pytest.fixture
def reviewer(database: Database) -> Iterator[Desk]:
    with home(database.url) as made:
        made.enrol()
        made_desk = Desk(made.house, made)
        assert made_desk("staff", "add", "asha", "--role", "admin").exit_code == 0
        yield made_desk


def kept(name: str, printed: object) -> None:
    assert PROMISES[name].differences(printed) == [] and PROMISES[name].unexplained() == set()


def test_a_bill_that_waits_is_shown_approved_and_told(reviewer: Desk, tmp_path: Path) -> None:
    send(reviewer.home, bill("A-1", verdict="review", problems=("total_doubtful",)))
    kept("claims queue", reviewer.data("claims", "queue"))
    claim = reviewer.waiting()
    kept("claims show", page := reviewer.data("claims", "show", claim))
    assert [line["sku"] for line in page["lines"]] == ["WIRE-2.5-90", "LED-9W"]
    decided = reviewer.data("claims", "approve", claim, "--as", "asha")
    kept("claims approve", decided)
    assert decided == {"claim": claim, "state": "credited", "points": 125}
    assert reviewer.hears() == "news.bill_approved" and "A-1" in reviewer.home.said()[-1].body
    assert reviewer.points() == 125
    facts = reviewer.home.rows("SELECT facts FROM postings WHERE reason = 'earn'")[0].facts
    assert facts["decided_by"] == "asha" and facts["claim"] == claim
    assert "credited" in reviewer.refusal("claims", "approve", claim, "--as", "asha")
    assert reviewer.points() == 125


def test_what_was_not_read_is_put_right_first(reviewer: Desk) -> None:
    send(reviewer.home, bill(verdict="review", invoice_number=None, invoice_date=None, seller_gstin=None, lines=()))
    claim = reviewer.waiting()
    assert "number, date, seller were not read" in reviewer.refusal("claims", "approve", claim, "--as", "asha")
    sets = [word for each in ("number=GST/77", "date=20-12-2025", f"seller={SELLER}") for word in ("--set", each)]
    kept("claims correct", reviewer.data("claims", "correct", claim, *sets, "--as", "asha"))
    assert "which lines count" in reviewer.refusal("claims", "approve", claim, "--as", "asha")
    reviewer.data("claims", "correct", claim, "--set", "counted=5,000.00", "--as", "asha")
    assert reviewer.data("claims", "approve", claim, "--as", "asha")["points"] == 50
    assert reviewer.hears() == "news.bill_approved"


def test_a_correction_that_is_none_is_wrong_usage(reviewer: Desk) -> None:
    send(reviewer.home, bill(verdict="review"))
    claim = reviewer.waiting()
    sums = ("total=-5", "total=abc", "total=NaN", "counted=1e99", "counted=0.001")
    for wrong in (*sums, "number=", "date=31-02-2026", "seller=27AABCR4521P1Z9", "shoe=7", "x"):
        assert "--set" in reviewer.misuse("claims", "correct", claim, "--set", wrong, "--as", "asha"), wrong


def test_a_rejected_bill_is_told_with_why_and_frees_its_number(reviewer: Desk) -> None:
    send(reviewer.home, bill("A-1", verdict="review"))
    claim = reviewer.waiting()
    assert "its reason is one of" in reviewer.refusal("claims", "reject", claim, "--reason", "mistake", "--as", "asha")
    kept("claims reject", reviewer.data("claims", "reject", claim, "--reason", "unreadable", "--as", "asha"))
    assert reviewer.hears() == "news.bill_rejected.unreadable"
    assert send(reviewer.home, bill("A-1")) == "invoice.credited"


def test_points_are_taken_back_when_the_goods_went_back(reviewer: Desk) -> None:
    send(reviewer.home, bill("A-1"))
    claim = reviewer.home.rows("SELECT id FROM claims")[0].id
    decided = reviewer.data("claims", "reject", claim, "--reason", "returned", "--as", "asha")
    assert decided == {"claim": claim, "state": "reversed", "points": 125}
    assert reviewer.hears() == "news.bill_returned" and reviewer.points() == 0
    assert "reversed" in reviewer.refusal("claims", "reject", claim, "--reason", "returned", "--as", "asha")
    with reviewer.house.engine.connect() as conn:
        assert verify(conn) == []
        assert budget.read_budget(conn, "roshni").remaining == 5_000_000


def test_points_that_are_spent_cannot_be_taken_back(reviewer: Desk) -> None:
    send(reviewer.home, bill())
    for words in ("redeem", "100", "ramesh@okaxis", "yes"):
        reviewer.home.write(words)
    claim = reviewer.home.rows("SELECT id FROM claims")[0].id
    assert "25 of 125 points" in reviewer.refusal("claims", "reject", claim, "--reason", "mistake", "--as", "asha")
    assert states(reviewer.home) == [("credited", None)]


def test_of_two_bills_with_one_number_one_can_be_approved(reviewer: Desk) -> None:
    reviewer.home.enrol(SUNITA)
    send(reviewer.home, bill("A-1"))
    send(reviewer.home, bill("A-1", total_paise=2_950_000), SUNITA)
    claim = reviewer.waiting()
    (row,) = reviewer.data("claims", "queue")["claims"]
    first = row["rival_of"]
    assert first in reviewer.refusal("claims", "approve", claim, "--as", "asha")
    reviewer.data("claims", "reject", first, "--reason", "mistake", "--as", "asha")
    reviewer.data("claims", "approve", claim, "--as", "asha")
    assert reviewer.hears(SUNITA) == "news.bill_approved" and reviewer.points() == 125


def test_a_correction_may_make_it_a_bill_that_was_sent_before(reviewer: Desk) -> None:
    send(reviewer.home, bill("A-1"))
    send(reviewer.home, bill("A-7", verdict="review"))
    claim = reviewer.waiting()
    reviewer.data("claims", "correct", claim, "--set", "number=A-1", "--as", "asha")
    assert "same number" in reviewer.refusal("claims", "approve", claim, "--as", "asha")


def test_refusals_are_one_line(reviewer: Desk) -> None:
    for verb in ("show", "approve"):
        by = ("--as", "asha") if verb == "approve" else ()
        assert "there is no claim clm_none" in reviewer.refusal("claims", verb, "clm_none", *by)
    send(reviewer.home, bill(verdict="review", seller_gstin="29AAGCB7383J1Z4"))
    assert "no authorised distributor" in reviewer.refusal("claims", "approve", reviewer.waiting(), "--as", "asha")


def test_too_little_and_a_spent_budget_are_named(reviewer: Desk) -> None:
    send(reviewer.home, bill(verdict="review", taxable_paise=500_000, lines=(OTHER,)))
    claim = reviewer.waiting()
    assert "which lines count" in reviewer.refusal("claims", "approve", claim, "--as", "asha")
    reviewer.data("claims", "correct", claim, "--set", "counted=99.99", "--as", "asha")
    assert "less than one point" in reviewer.refusal("claims", "approve", claim, "--as", "asha")
    reviewer.data("claims", "correct", claim, "--set", "counted=500", "--as", "asha")
    with reviewer.house.engine.begin() as conn:
        at = reviewer.home.at
        budget.set_budget(conn, key="none", programme_id="roshni", budget_points=1, happened_at=at, recorded_at=at)
    assert "no points left" in reviewer.refusal("claims", "approve", claim, "--as", "asha")


def test_a_question_nobody_answers_is_a_reviewers_after_a_day(reviewer: Desk) -> None:
    from loyalty.reading import Question

    question = Question("confirm", "invoice_number", "A-1")
    send(reviewer.home, bill("A-1", verdict="ask", question=question))
    reviewer.home.forward(hours=23)
    assert desk.leave_to_reviewers(reviewer.house) == 0
    reviewer.home.forward(hours=2)
    assert desk.leave_to_reviewers(reviewer.house) == 1 and desk.leave_to_reviewers(reviewer.house) == 0
    assert reviewer.data("claims", "queue")["claims"][0]["overdue"] is False
    reviewer.home.forward(hours=25)
    assert reviewer.data("claims", "queue")["claims"][0]["overdue"] is True
    reviewer.home.write("yes")  # too late, and harmless
    assert reviewer.home.told()[-1] == "invoice.review.doubtful"


def test_the_same_pages_for_people(reviewer: Desk) -> None:
    assert reviewer("claims", "queue").stdout == "nothing waits\n"
    send(reviewer.home, bill("A-1", verdict="review", invoice_date=date(2025, 12, 20), lines=(WIRE, OTHER)))
    claim = reviewer.waiting()
    assert "doubtful" in reviewer("claims", "queue").stdout
    page = reviewer("claims", "show", claim).stdout
    assert "₹14,750" in page and "WIRE-2.5-90" in page and "decided: read -> review" in page
    assert json.loads(reviewer("claims", "show", claim, "--json").stdout)["fields"]["invoice_number"] == "A-1"


def test_points_that_ran_out_unspent_are_not_taken_back_once_more(reviewer: Desk) -> None:
    send(reviewer.home, bill("A-1"))
    claim = reviewer.home.rows("SELECT id FROM claims")[0].id
    with reviewer.house.engine.begin() as conn:
        (ends,) = conn.execute(text("SELECT expires_at FROM lots")).scalars()
        assert len(expire_due(conn, ends, 10)) == 1
    decided = reviewer.data("claims", "reject", claim, "--reason", "returned", "--as", "asha")
    assert decided == {"claim": claim, "state": "reversed", "points": 0}
    with reviewer.house.engine.connect() as conn:
        assert verify(conn) == [] and reviewer.points() == 0


def test_only_reviewers_decide_and_what_they_decide_is_on_record(reviewer: Desk) -> None:
    send(reviewer.home, bill("A-1", verdict="review", problems=("total_doubtful",)))
    claim = reviewer.waiting()
    assert reviewer("staff", "add", "ravi", "--role", "distributor", "--as", "asha").exit_code == 0
    assert "nobody on the staff is called nobody" in reviewer.refusal("claims", "approve", claim, "--as", "nobody")
    refused = reviewer.refusal("claims", "reject", claim, "--reason", "unreadable", "--as", "ravi")
    assert "ravi may not do this" in refused and reviewer.waiting() == claim
    reviewer.data("claims", "correct", claim, "--set", "total=1180", "--as", "asha")
    reviewer.data("claims", "approve", claim, "--as", "asha")
    reviewer.data("claims", "reject", claim, "--reason", "returned", "--as", "asha")
    acts = reviewer.data("staff", "audit", "--subject", claim)["audit"]
    assert [(act["act"], act["actor"], act["after"]["state"]) for act in reversed(acts)] == [
        ("claim.correct", "asha", "review"), ("claim.approve", "asha", "credited"), ("claim.reject", "asha", "reversed"),
    ]  # fmt: skip
    assert [act["before"]["state"] for act in reversed(acts)] == ["review", "review", "credited"]
