"""The payouts worker's job: ask the provider whether a destination exists and whose it is, and judge the check by it.

The question is the one that is asked before a first payout, kept in the same row: whoever comes first asks, once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from base.sealing import CannotOpen
from bot import payout_tasks
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.kernel import Event
from flows.kyc_events import KycApproved, KycAskedAgain, KycSentToReview
from loyalty import kyc, programme_rows
from loyalty.kyc import Check
from loyalty.kyc_rules import approvals_needed, grade_place
from payouts import checking
from payouts.checking import Checking, Known
from payouts.destination import BadDestination
from payouts.steps import House as Paying

BY = "system:destination-check"
UNAVAILABLE = Known("unavailable", None)


def check(house: House, task: Task) -> Ended | Later:
    """As far as it goes now; what the bank, or nobody, could say is told to the member."""
    paying = payout_tasks.paying(house)
    with house.engine.begin() as conn:
        given, now = kyc.read(conn, str(task.payload["check"])), house.clock.now(conn)
        if given is None or given.state != "checking" or given.token is None:
            return Ended("settled")
        asking = _begin(conn, paying, given, given.token, now)
    if isinstance(asking, Checking):
        until = _ask(house, paying, asking)
        with house.engine.connect() as conn:
            known = checking.known(conn, asking.token)
        if known is None:
            return Later(until)
        asking = known
    return _judged(house, given, asking)


def _begin(conn: Connection, paying: Paying, given: Check, token: str, now: datetime) -> Checking | Known:
    """The question, committed before it is asked; or what is known already."""
    if paying.checker is None:
        return checking.known(conn, token) or UNAVAILABLE
    try:
        destination = paying.vault.destination(conn, token)
    except (BadDestination, CannotOpen):
        destination = None
    if destination is None:  # forgotten or erased meanwhile
        return UNAVAILABLE
    state, provider_id = checking.gate_of(conn, token, given.member_id, paying.provider.name, now)
    if state != "ask":
        return checking.known(conn, token) or UNAVAILABLE
    names = paying.vault.names(conn, given.member_id)
    return Checking(given.id, token, given.member_id, destination, names, provider_id)


def _ask(house: House, paying: Paying, asking: Checking) -> datetime:
    """Outside any transaction; when to look again."""
    assert paying.checker is not None
    if asking.provider_id is None:
        answer = paying.checker.check(asking.destination, asking.member_id, asking.payout_id)
    else:
        answer = paying.checker.look(asking.provider_id)
    with house.engine.begin() as conn:
        return checking.record(conn, asking, answer, house.clock.now(conn))


def _judged(house: House, given: Check, known: Known) -> Ended:
    with house.engine.connect() as conn:
        rules = programme_rows.current(conn, given.programme_id).programme.kyc
        state, reason = grade_place(rules, known.state, known.score, kyc.tries(conn, given.member_id, "destination"))
        told_in = kyc.told_in(conn, given)

    def store(conn: Connection, now: datetime) -> None:
        decided = kyc.decide(conn, given.id, state=state, reason=reason, by=BY, now=now, score=known.score)
        if decided is not None and state == "review":
            kyc.open_review(
                conn, review_id=house.ids.new("kyr"), check_id=given.id, why=reason,
                approvals=approvals_needed(rules, reason), now=now,
            )  # fmt: skip

    return Ended(state, _news(given, state, reason), store, told_in=told_in)


def _news(given: Check, state: str, reason: str) -> Event:
    if state == "verified":
        return KycApproved(given.kind, given.masked)
    if state == "review":
        return KycSentToReview(given.kind, given.masked)
    return KycAskedAgain(given.kind, given.masked, reason)
