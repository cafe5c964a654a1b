from __future__ import annotations

from datetime import timedelta

from ledger import points
from ledger.balance import movements, trial
from ledger.lots import expire_due
from ledger.moves import Move, OpenLot, Posting
from ledger.post import post
from tests.ledger.books import NOW, Books
from tests.statements import counted

MEMBER = "mbr_asha"


def test_an_earning_costs_one_statement_and_a_balance_one(books: Books) -> None:
    for call in (
        lambda: books.earn(MEMBER, 10), lambda: books.earn(MEMBER, 10), lambda: books.hold(MEMBER, 5, "h1"),
        lambda: books.hold(MEMBER, 5, "h2"), lambda: books.burn(MEMBER, "h1"), lambda: books.release(MEMBER, "h2"),
        lambda: books.balance(MEMBER),
    ):  # fmt: skip
        with counted() as seen:
            call()
        assert len(seen.statements) == 1


def test_movements_tell_what_happened_newest_first_with_their_facts(books: Books) -> None:
    books.earn(MEMBER, 100)
    books.hold(MEMBER, 30, "h1")
    books.burn(MEMBER, "h1")
    books.hold(MEMBER, 20, "h2")
    books.release(MEMBER, "h2")
    books.earn("mbr_other", 5)
    with books.engine.begin() as conn:
        told = movements(conn, books.programme, MEMBER, 4)
        assert movements(conn, books.programme, "mbr_nobody", 4) == []
    assert [(move.kind, move.points) for move in told] == [("release", 20), ("hold", -20), ("burn", 0), ("hold", -30)]
    assert told[0].facts == {"rule": "test"} and told[0].at == NOW


def test_the_trial_balance_adds_up_to_zero(books: Books) -> None:
    books.earn(MEMBER, 100)
    books.earn("mbr_other", 70, days=1)
    books.hold(MEMBER, 30, "h1")
    books.hold("mbr_other", 10, "h2")
    books.burn(MEMBER, "h1")
    with books.engine.begin() as conn:
        expire_due(conn, NOW + timedelta(days=2), 10)
    with books.engine.begin() as conn:
        rows = {row.account.removeprefix("prg_test/"): row.balance for row in trial(conn, books.programme)}
    assert rows == {
        "budget": 99_830, "issue": -100_000, "members/available": 70, "members/held": 10, "redeemed": 30,
        "expired": 60, "cash": 0, "payout-clearing": 0, "paid-out": 0, "tax-payable": 0,
        "breakage": 0, "adjustments": 0, "transfers": 0, "converted": 0, "drawn": 0, "coop-issue": 0,
    }  # fmt: skip


def test_facts_keep_any_script(books: Books) -> None:
    facts = {"why": "ਦੋ ਤਾਰਾਂ 2×50 = 100 \U0001f44d", "rule": "कूपन", "nested": {"n": [1, None, True]}}
    with books.engine.begin() as conn:
        points.earn(
            conn, key="f", programme_id=books.programme, member_id=MEMBER, points=1, expires_at=None,
            happened_at=NOW, recorded_at=NOW, facts=facts,
        )  # fmt: skip
        assert movements(conn, books.programme, MEMBER, 1)[0].facts == facts


def test_a_movement_of_any_reason_is_signed_by_what_it_did(books: Books) -> None:
    books.earn(MEMBER, 100)
    available = f"{books.programme}/member/{MEMBER}/available"
    back = Posting(
        "back", books.programme, "give_back", NOW, (Move(f"{books.programme}/redeemed", available, "PTS", 30),),
        lots=OpenLot(None), member_id=MEMBER,
    )  # fmt: skip
    with books.engine.begin() as conn:
        post(conn, back, NOW)
        assert [(move.kind, move.points) for move in movements(conn, books.programme, MEMBER, 1)] == [("give_back", 30)]
    assert books.sound()
