"""What a reviewer decides on a bill: each decision is one transaction, and news for the member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from base import audit, staff
from base.money import rupees
from base.sealing import Sealer
from bot import bells
from bot.wiring import House
from flows.bill_events import ClaimApproved, ClaimRejected, ClaimReversed
from flows.codec import to_json
from flows.kernel import Event
from handlers.balance import day
from handlers.claim_till import Till, credit
from journal import inbox
from ledger.balance import balance
from ledger.points import TooFew
from ledger.post import TooMuch
from ledger.reversals import Reversed, reverse
from ledger.transfers import transfer
from loyalty import claim_registers, claims, merge
from loyalty.claim_rules import Accept
from loyalty.claims import Claim
from loyalty.eligible import NotEligible, eligible
from loyalty.programme_rows import current
from loyalty.reading import Reading, with_value

WAIT_FOR_ANSWER = timedelta(hours=24)  # then a reviewer looks at a bill whose question nobody has answered
REFUSALS = ("not_an_invoice", "not_authorised", "stale", "seen", "no_products", "unreadable")
REVERSALS = ("returned", "mistake")

_RAN_OUT = text("SELECT EXISTS (SELECT FROM lots WHERE posting_id = :posting AND expires_at <= :now)")
_KEY = text("SELECT data_key FROM contacts WHERE id = :id")


class NotDone(Exception):
    """The decision cannot be taken as asked: why, and what can be done, in one line. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Decided:
    claim: str
    state: str
    points: int | None


def approve(house: House, claim_id: str, by: str) -> Decided:
    """Credit a bill that waits, by the rules as they are. `by`: a name of the staff. Raises NotDone, StaffError."""
    with house.engine.begin() as conn:
        claim, reading, now = _open(house, conn, claim_id, ("review", "asked"), by, "claim.approve")
        if claim.member_id is None:
            raise NotDone(f"{claim_id}: its sender is no member yet; it is decided when they join")
        version = current(conn, claim.programme_id)
        _must_be_whole(conn, claim, reading)
        if version.programme.distributor(reading.seller_gstin or "") is None:
            raise NotDone(f"{reading.seller_gstin} is no authorised distributor: publish it with the programme, or reject")
        counted = eligible(version.programme, reading)
        if isinstance(counted, NotEligible):
            raise NotDone("which lines count cannot be told: say it with `claims correct --set counted=RUPEES`, or reject")
        if counted.taxable_paise * version.programme.points_per_100_rupees < 10_000:
            raise NotDone(f"{rupees(counted.taxable_paise)} is less than one point: reject it")
        till = Till(conn, claim, claim.member_id, version, now)
        credited = credit(till, reading, Accept(counted), "approved", reviewer=by)
        if credited is None:
            raise NotDone("the programme's budget has no points left: raise budget_points and publish, then approve again")
        news = ClaimApproved(claim.id, reading.invoice_number or "", credited.points, credited.balance)
        _tell(house, conn, claim, "approved", news, now)
        decided = _audited(conn, claim, Decided(claim.id, "credited", credited.points), "approve", by, now)
    bells.ring_turn(house, claim.conversation_id)
    return decided


def correct(house: House, claim_id: str, by: str, values: Mapping[str, str]) -> Decided:
    """Put right what was read; the claim waits on, to be approved or rejected. Raises NotDone, StaffError."""
    with house.engine.begin() as conn:
        claim, reading, now = _open(house, conn, claim_id, ("review", "asked"), by, "claim.correct")
        for name, value in values.items():
            reading = with_value(reading, name, value)
        whole = replace(reading, verdict="review", question=None)
        told = {"fields": ", ".join(sorted(values)), "reviewer": by}
        claims.rewrite(conn, claim, whole, _sealer(house, conn, claim), "corrected", now, **told)
        again = claims.lock(conn, claim_id)
        assert again is not None
        version = current(conn, claim.programme_id)
        promised = claim.promised_at or now + timedelta(hours=version.programme.invoices.review_hours)
        rival = claim_registers.same_bill(conn, again, whole)
        reason = claim.reason if claim.state == "review" else "doubtful"
        claims.move(conn, again, "corrected", "review", now, reason=reason, rival_of=rival, promised_at=promised, reviewer=by)
        return _audited(conn, claim, Decided(claim.id, "review", None), "correct", by, now, ", ".join(sorted(values)))


def reject(house: House, claim_id: str, by: str, reason: str) -> Decided:
    """Refuse a bill that waits; of a credited one, take the points back. Raises NotDone, StaffError."""
    with house.engine.begin() as conn:
        claim, reading, now = _open(house, conn, claim_id, ("review", "asked", "credited"), by, "claim.reject")
        fitting = REVERSALS if claim.state == "credited" else REFUSALS
        if reason not in fitting:
            raise NotDone(f"{claim_id} is {claim.state}: its reason is one of {', '.join(fitting)}")
        if claim.state == "credited":
            decided = _reverse(house, conn, claim, reading, by, reason, now)
        else:
            claims.move(conn, claim, "rejected", "refused", now, reason=reason, decided_at=now, reviewer=by)
            news = ClaimRejected(claim.id, day(claim.created_at), reason)
            _tell(house, conn, claim, "rejected", news, now)
            decided = Decided(claim.id, "refused", None)
        _audited(conn, claim, decided, "reject", by, now, reason)
    bells.ring_turn(house, claim.conversation_id)
    return decided


def leave_to_reviewers(house: House) -> int:
    """Questions that nobody has answered for a day are a reviewer's; how many."""
    moved = 0
    with house.engine.connect() as conn:
        waiting = claims.unanswered(conn, house.clock.now(conn) - WAIT_FOR_ANSWER)
    for claim_id in waiting:
        with house.engine.begin() as conn:
            claim, now = claims.lock(conn, claim_id), house.clock.now(conn)
            if claim is not None and claim.state == "asked":
                hours = current(conn, claim.programme_id).programme.invoices.review_hours
                promised = now + timedelta(hours=hours)
                claims.move(conn, claim, "not_answered", "review", now, reason="doubtful", promised_at=promised)
                moved += 1
    return moved


def _reverse(
    house: House, conn: Connection, claim: Claim, reading: Reading, by: str, reason: str, now: datetime
) -> Decided:
    assert claim.points is not None and claim.posting_id is not None and claim.member_id is not None
    holder = merge.lives_on(conn, claim.member_id)
    if holder != claim.member_id:
        _bring_back(conn, claim, holder, reason, now)
    taken = reverse(
        conn, key=f"invoice/{claim.id}/reversed", programme_id=claim.programme_id, member_id=claim.member_id,
        posting_id=claim.posting_id, happened_at=now, recorded_at=now,
        facts={"claim": claim.id, "invoice_number": reading.invoice_number or "", "reason": reason, "decided_by": by},
    )  # fmt: skip
    match taken:
        case TooFew(left):
            raise NotDone(f"the member has spent them: {left} of {claim.points} points are left; try again later")
        case TooMuch():  # all of them have run out
            points = 0
        case Reversed(_, points):
            pass
    left = balance(conn, claim.programme_id, holder, now).available
    claims.move(conn, claim, "reversed", "reversed", now, reason=reason, decided_at=now, reviewer=by)
    news = ClaimReversed(claim.id, reading.invoice_number or "", points, left, reason)
    _tell(house, conn, claim, "reversed", news, now)
    return Decided(claim.id, "reversed", points)


def _bring_back(conn: Connection, claim: Claim, holder: str, reason: str, now: datetime) -> None:
    """The points of a bill whose account was merged went to another: from there they come back, for the reversal stands
    in the books of whoever was credited. What has run out since cannot be told apart there any more."""
    assert claim.points is not None and claim.posting_id is not None and claim.member_id is not None
    if conn.execute(_RAN_OUT, {"posting": claim.posting_id, "now": now}).scalar_one():
        raise NotDone(f"{claim.id}: its points have run out, with {holder}, which the account was merged into; none is left")
    missing = claim.points - balance(conn, claim.programme_id, claim.member_id, now).available
    if missing <= 0:
        return
    back = transfer(
        conn, key=f"invoice/{claim.id}/brought_back", programme_id=claim.programme_id, member_id=holder,
        to=claim.member_id, points=missing, happened_at=now, recorded_at=now, facts={"claim": claim.id, "reason": reason},
    )  # fmt: skip
    if isinstance(back, TooFew):
        raise NotDone(
            f"the member has spent them: {back.available} of {claim.points} points are left with {holder}, which the account"
            " was merged into; try again later"
        )


def _open(
    house: House, conn: Connection, claim_id: str, states: tuple[str, ...], by: str, act: str
) -> tuple[Claim, Reading, datetime]:
    staff.acting(conn, by, act)
    claim = claims.lock(conn, claim_id)
    if claim is None:
        raise NotDone(f"there is no claim {claim_id}; ./saathi claims queue lists those that wait")
    if claim.state not in states:
        raise NotDone(f"{claim_id} is {claim.state}: only a claim that is {' or '.join(states)} can be decided on")
    if not claim.sealed:
        raise NotDone(f"{claim_id}: its sender was erased, and with them what was read of it; the points are given up")
    return claim, claim.reading(_sealer(house, conn, claim)), house.clock.now(conn)


def _audited(
    conn: Connection, claim: Claim, decided: Decided, verb: str, by: str, now: datetime, reason: str = ""
) -> Decided:
    before, after = {"state": claim.state}, {"state": decided.state, "points": decided.points}
    audit.write(
        conn, actor=by, act=f"claim.{verb}", subject=claim.id, at=now, before=before, after=after, reason=reason
    )  # fmt: skip
    return decided


def _must_be_whole(conn: Connection, claim: Claim, reading: Reading) -> None:
    """A credit names its bill: what was not read must be put right first."""
    told = {
        "number": reading.number_key, "date": reading.invoice_date, "seller": reading.seller_gstin, "total": reading.total_paise
    }
    if missing := [name for name, value in told.items() if value is None]:
        raise NotDone(f"{', '.join(missing)} were not read: `./saathi claims correct {claim.id} --set {missing[0]}=…` first")
    if (other := claim_registers.same_bill(conn, claim, reading)) is not None:
        raise NotDone(f"{other} has the same number of the same seller: reject that one first, or this one")


def _sealer(house: House, conn: Connection, claim: Claim) -> Sealer:
    return house.keyring.unwrap(conn.execute(_KEY, {"id": claim.contact_id}).scalar_one(), claim.contact_id)


def _tell(house: House, conn: Connection, claim: Claim, what: str, news: Event, now: datetime) -> None:
    inbox.put_happening(conn, claim.conversation_id, f"{claim.id}/{what}", to_json(news), now, house.keyring)
