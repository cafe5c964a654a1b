"""Reviews of KYC: one vote a colleague, four eyes, a reason the member can be told, everything on record, time measured."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from base import staff
from bot.desk import HouseDesk
from console.desk import decide_kyc, enter_pan
from loyalty import kyc, kyc_review
from loyalty.kyc_review import CannotReview, Decided, UnknownReview, Verdict
from tests.house import SUNITA, Home, home
from tests.reviews import PAN, card, waiting
from tests.servers import Database


@pytest.fixture
def made(database: Database) -> Iterator[Home]:
    with home(database.url) as it:
        it.enrol()
        with it.house.engine.begin() as conn:
            for name in ("meera", "dev", "asha"):
                staff.add(conn, staff_id=f"stf_{name}", name=name, roles=["finance"], by="system:first", at=it.at)
        yield it


def decide(made: Home, review: str, name: str, verdict: Verdict = "approve", reason: str = "", note: str = "") -> Decided:
    with made.house.engine.begin() as conn:
        by = staff.acting(conn, name, f"kyc.{verdict}")
        return decide_kyc(HouseDesk(made.house), conn, review, by, verdict, reason=reason, note=note)


def state(made: Home, review: str) -> tuple[str, str]:
    with made.house.engine.connect() as conn:
        found = kyc_review.read(conn, review)
    return found.state, found.check.state


def told(made: Home) -> list[str]:
    return [row.key for row in made.rows("SELECT key FROM inbox WHERE key LIKE 'rev_%' ORDER BY id")]


def test_an_approval_verifies_and_tells_the_member_once(made: Home) -> None:
    review = waiting(made)
    made.forward(minutes=20)
    assert decide(made, review, "meera", note="known shop").missing == 0
    assert state(made, review) == ("approved", "verified") and told(made) == [f"{review}/approved"]
    (act,) = made.rows("SELECT actor, act, before, after, reason FROM audit WHERE act LIKE 'kyc%'")
    assert (act.actor, act.act, act.reason, act.before["state"], act.after["check"]) == (
        "meera", "kyc.approve", "known shop", "open", "verified")  # fmt: skip
    with pytest.raises(CannotReview, match="is approved"):
        decide(made, review, "dev")


def test_two_different_people_where_the_review_asks_for_two(made: Home) -> None:
    review = waiting(made, approvals=2)
    assert decide(made, review, "meera").missing == 1
    assert state(made, review) == ("open", "review") and told(made) == []
    with pytest.raises(CannotReview, match="a second colleague must"):
        decide(made, review, "meera")
    with pytest.raises(CannotReview, match="a second colleague must"):
        decide(made, review, "meera", "reject", "not_yours")
    assert decide(made, review, "dev").missing == 0
    assert state(made, review) == ("approved", "verified")
    assert [r.actor for r in made.rows("SELECT actor FROM audit WHERE act = 'kyc.approve' ORDER BY id")] == ["meera", "dev"]


def test_a_second_look_may_reject_what_the_first_approved(made: Home) -> None:
    review = waiting(made, approvals=2)
    decide(made, review, "meera")
    assert decide(made, review, "dev", "reject", "not_yours").state == "rejected"
    assert state(made, review) == ("rejected", "rejected") and told(made) == [f"{review}/rejected"]


def test_of_several_at_once_each_counts_once_and_nobody_is_told_twice(made: Home) -> None:
    review = waiting(made, approvals=2)

    def vote(name: str) -> Any:
        try:
            return decide(made, review, name).missing
        except CannotReview as why:
            return str(why)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(vote, ["meera", "meera", "dev", "dev", "asha", "meera"]))
    assert sorted(answer for answer in answers if isinstance(answer, int)) == [0, 1]
    assert told(made) == [f"{review}/approved"]
    assert made.count("SELECT count(DISTINCT staff_id) FROM kyc_review_votes") == 2


@pytest.mark.parametrize(
    ("verdict", "reason", "complaint"),
    [("reject", "", "the reason is one of"), ("reject", "unreadable", "the reason is one of"), ("ask", "not_yours", "one of"),
     ("approve", "other", "an approval has no reason"), ("reject", "<script>", "one of")],
)  # fmt: skip
def test_a_reason_is_of_the_list(made: Home, verdict: Verdict, reason: str, complaint: str) -> None:
    review = waiting(made)
    with pytest.raises(CannotReview, match=complaint):
        decide(made, review, "meera", verdict, reason)
    assert state(made, review) == ("open", "review") and made.count("SELECT count(*) FROM kyc_review_votes") == 0


def test_what_cannot_be_decided_changes_nothing(made: Home) -> None:
    with pytest.raises(UnknownReview):
        decide(made, "rev_none", "meera")
    unread = waiting(made, photo=card(), readable=False, why="unreadable")
    with pytest.raises(CannotReview, match="nobody has read"):
        decide(made, unread, "meera")
    with pytest.raises(CannotReview, match="at most 500"):
        decide(made, unread, "meera", "ask", "unreadable", "x" * 501)
    assert state(made, unread) == ("open", "review")
    assert decide(made, unread, "meera", "ask", "unreadable").state == "asked"
    assert state(made, unread) == ("asked", "ask_again")


def enter(made: Home, review: str, name: str, typed: str) -> str:
    with made.house.engine.begin() as conn:
        by = staff.acting(conn, name, "kyc.enter")
        return enter_pan(HouseDesk(made.house), conn, review, by, typed, "RAMESH  KUMAR ")


def test_what_one_colleague_reads_on_a_photo_another_approves(made: Home) -> None:
    unread = waiting(made, photo=card(), readable=False, why="unreadable")
    for typed in ("", "ABCPK1234", "1234567890", "\x00" * 10, "ABCPK1234F; --"):
        with pytest.raises(CannotReview, match="no PAN"):
            enter(made, unread, "meera", typed)
    fresh = enter(made, unread, "meera", "abcpk 1234 f")
    assert state(made, unread)[0] == "dropped" and state(made, fresh) == ("open", "review")
    for again in (unread, fresh):
        with pytest.raises(CannotReview, match=r"is dropped|has been read"):
            enter(made, again, "dev", PAN)
    with pytest.raises(CannotReview, match="a second colleague must"):
        decide(made, fresh, "meera")
    assert decide(made, fresh, "dev").missing == 0 and state(made, fresh) == ("approved", "verified")
    (row,) = made.rows("SELECT masked, source FROM member_pans WHERE replaced_at IS NULL")
    assert tuple(row) == ("AB••••••4F", "kyc") and PAN not in made.every_row()


def test_what_the_member_has_replaced_is_decided_no_more(made: Home) -> None:
    old = waiting(made, approvals=2)
    decide(made, old, "meera")
    new = waiting(made, value="ABCPK4321G")
    with pytest.raises(CannotReview, match="is dropped"):
        decide(made, old, "dev")
    with made.house.engine.connect() as conn:
        assert [review.id for review in kyc_review.queue(conn)] == [new]
        check = kyc_review.read(conn, new).check
        assert [one.masked for one in kyc_review.earlier(conn, check)] == ["AB••••••4F"]


def test_rejecting_a_pan_takes_it_off_the_member(made: Home) -> None:
    review = waiting(made)
    decide(made, review, "meera", "reject", "not_genuine")
    with made.house.engine.connect() as conn:
        found = kyc.current(conn, made.conversation().member_id)["pan"]
    assert (found.state, found.reason, found.decided_by) == ("rejected", "not_genuine", "meera")


def test_of_somebody_who_was_erased_a_review_can_still_be_closed(made: Home) -> None:
    review = waiting(made, photo=card())
    made.change("UPDATE members SET data_key = NULL")
    made.change("UPDATE contacts SET data_key = NULL")
    assert decide(made, review, "meera", "reject", "other").state == "rejected" and told(made) == []


def test_time_on_the_queue_is_measured(made: Home) -> None:
    made.enrol(SUNITA)
    with made.house.engine.connect() as conn:
        empty = kyc_review.figures(conn, made.at)
    assert (empty.waiting, empty.oldest_s, empty.p50_s, empty.p95_s, empty.first_look_p50_s) == (0, None, None, None, None)
    for minutes in (10, 30, 120):
        review = waiting(made, value=f"ABCPK{minutes:04}F")
        made.forward(minutes=5)
        with made.house.engine.begin() as conn:
            kyc_review.look(conn, review, "meera", made.at)
            kyc_review.look(conn, review, "dev", made.at)
        made.forward(minutes=minutes - 5)
        decide(made, review, "meera", "ask", "other")
    waiting(made, SUNITA, value="ABCPS9999F")
    made.forward(hours=2)
    with made.house.engine.connect() as conn:
        now = kyc_review.figures(conn, made.at)
    assert (now.waiting, now.oldest_s, now.decided) == (1, 7_200, 3)
    assert (now.p50_s, now.p95_s, now.first_look_p50_s) == (1_800, 7_200, 300)
    made.forward(days=31)
    with made.house.engine.connect() as conn:
        assert kyc_review.figures(conn, made.at).decided == 0


def test_votes_and_audit_cannot_be_changed_and_show_no_number(made: Home) -> None:
    review = waiting(made)
    decide(made, review, "meera")
    votes = ("UPDATE kyc_review_votes SET verdict = 'reject'", "DELETE FROM kyc_review_votes")
    for change in (*votes, "UPDATE audit SET actor = 'x'"):
        with pytest.raises(DBAPIError):
            made.change(change)
    assert PAN not in made.every_row()
