"""Paying one payout: a transaction that commits what will be sent, a call outside any transaction, one that records.

begin    requested -> reserved: reference, key and sealed bytes are committed  -- crash here: sent on the next ring
         or -> awaiting approval; or it waits for its rail to open
call     the provider, with the stored bytes                                   -- crash here: the same bytes again
record   state, points, money and the member's news, together                  -- crash here: the same answer again
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from base.clock import Clock
from base.sealing import CannotOpen
from payouts import books, checking, judge, rows, schedule
from payouts.approval import Limits, approvals_needed
from payouts.checking import Checker, Checking
from payouts.destination import BadDestination, BankAccount, Destination, Vpa
from payouts.judge import Source
from payouts.lifecycle import OPEN, TABLE, Cause, State
from payouts.modes import Mode, NoMode, Rails
from payouts.news import Tell
from payouts.payout import Payout
from payouts.provider import Order, Outcome, Provider, Unbuildable
from payouts.record import DELAY_AFTER, Context, Recorded, move, record, stand_still, wait
from payouts.schedule import Move
from payouts.vault import Vault


def no_limits(conn: Connection, programme_id: str) -> Limits:
    return Limits()


@dataclass(frozen=True, slots=True)
class House:
    """What paying needs of the world."""

    engine: Engine
    clock: Clock
    provider: Provider
    vault: Vault
    tell: Tell
    limits: Callable[[Connection, str], Limits] = no_limits  # of a programme, by its id
    rails: Rails = field(default_factory=Rails)
    checker: Checker | None = None  # None: a destination is believed until the bank refuses it
    delay_after: timedelta = DELAY_AFTER


@dataclass(frozen=True, slots=True)
class Begun:
    """Committed: make this call now. `request` is None for a question."""

    payout_id: str
    reference_id: str
    idempotency_key: str
    request: bytes | None


class WrongProvider(RuntimeError):
    """The payout was begun with another provider; only that one can say what became of it. Configure it again."""


def pay(house: House, payout_id: str) -> Recorded:
    """Take a payout as far as it goes now. Safe to call at any time, any number of times, by any number of workers.

    The payout's task follows by itself: `next_at` is its due time, None means it has ended or a person must look.
    Raises UnknownPayout, WrongProvider.
    """
    begun = begin(house, payout_id)
    if isinstance(begun, Checking) and house.checker is not None:
        checked = _check(house, house.checker, begun)
        if checked.next_at is None or checked.told is not None:
            return checked
        begun = begin(house, payout_id)  # known now, as a rule: then it goes out at once
        if isinstance(begun, Checking):  # somebody has rung meanwhile: that answer is looked for with the next ring
            return checked
    if isinstance(begun, Recorded):
        return begun
    assert isinstance(begun, Begun)  # without a checker nothing is checked
    outcome, source = _call(house.provider, begun)
    with house.engine.begin() as conn:
        return record(
            conn, payout_id, outcome, source=source, now=house.clock.now(conn), tell=house.tell,
            repeat_is_safe=house.provider.repeat_is_safe, delay_after=house.delay_after,
        )  # fmt: skip


def _check(house: House, checker: Checker, asking: Checking) -> Recorded:
    if asking.provider_id is None:
        answer = checker.check(asking.destination, asking.member_id, asking.payout_id)
    else:
        answer = checker.look(asking.provider_id)
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        payout = rows.lock(conn, asking.payout_id)
        until = checking.record(conn, asking, answer, now)
        if payout.state is not State.REQUESTED or payout.alert is not None or payout.held_by is not None:
            return Recorded(payout.state, payout.next_at, None)  # a person, or a callback, was there meanwhile
        return wait(conn, payout, payout, until, _context(house, now))


def begin(house: House, payout_id: str) -> Begun | Checking | Recorded:
    """Commit what is about to be asked of the provider, and a lease, so that a second worker stays away meanwhile.

    Recorded: there is nothing to do now (not due, settled, or it failed before anything left).
    """
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        payout = rows.lock(conn, payout_id)
        if payout.state not in OPEN or payout.next_at is None or payout.next_at > now:
            return Recorded(payout.state, payout.next_at if payout.state in OPEN else None, None)
        if payout.state is State.AWAITING_APPROVAL or payout.held_by is not None:
            return wait(conn, payout, payout, None, _context(house, now))  # a person decides; the member hears of a delay
        if payout.state is State.REQUESTED:
            return _reserve(conn, house, payout, now)
        return _go_on(conn, house, payout, now)


def _reserve(conn: Connection, house: House, payout: Payout, now: datetime) -> Begun | Checking | Recorded:
    context = _context(house, now)
    try:
        destination, mode = _way(conn, house, payout)
        known = _known(conn, house, payout, destination, now)
        if isinstance(known, Checking):
            lease = now + timedelta(seconds=schedule.LEASE_S)
            rows.save(conn, payout, replace(payout, next_at=lease), now)
            return known
        needed = approvals_needed(payout.amount_paise, house.limits(conn, payout.programme_id))
        needed = max(needed, 1 if known == "name_differs" else 0)
        if needed and payout.approved_at is None:
            return _ask_people(conn, payout, needed, known, context)
        opens_at = house.rails.opens_at(mode, now)
        if opens_at is not None:
            return wait(conn, payout, replace(payout, reason="rail_closed"), opens_at, context)
        request = house.provider.build(
            Order(payout.id, payout.member_id, payout.reference_id, payout.amount_paise, mode), destination
        )
        sealer = house.vault.sealer(conn, payout.member_id)
        if sealer is None:
            raise Unbuildable("member_erased")
    except (Unbuildable, BadDestination, NoMode) as fault:
        failed = replace(payout, reason=fault.reason)
        made = TABLE[payout.state, Cause.UNBUILDABLE]
        return move(conn, payout, failed, made, Cause.UNBUILDABLE, {"reason": fault.reason}, context)
    sealed = sealer.seal(request, _place(payout.id))
    books.commit_money(conn, payout, now)
    name = house.provider.name
    reserved = replace(payout, state=TABLE[payout.state, Cause.BEGUN].to, provider=name, mode=mode, request=sealed)
    reserved = replace(reserved, reserved_at=now, reason=None)
    rows.note(conn, payout.id, now, Cause.BEGUN, payout.state, reserved.state, {"provider": name, "mode": mode})
    return _leased(conn, payout, reserved, request, now)


def _ask_people(conn: Connection, payout: Payout, needed: int, known: str, context: Context) -> Recorded:
    asking = replace(payout, approvals_needed=needed, next_at=judge.delay_told_at(payout, context.delay_after))
    asking = replace(asking, reason=known if known == "name_differs" else payout.reason)
    made = TABLE[payout.state, Cause.APPROVAL_NEEDED]
    return move(conn, payout, asking, made, Cause.APPROVAL_NEEDED, {"approvals": needed, "destination": known}, context)


def _known(conn: Connection, house: House, payout: Payout, destination: Destination, now: datetime) -> str | Checking:
    """What is known of the destination; Checking: it must be asked first. Raises Unbuildable where it does not exist."""
    if house.checker is None:
        return "unchecked"
    state, provider_id = checking.gate(conn, payout, house.provider.name, now)
    if state == "invalid":
        raise Unbuildable("beneficiary_vpa_invalid" if isinstance(destination, Vpa) else "beneficiary_account_invalid")
    if state != "ask":
        return state
    names = (destination.holder,) if isinstance(destination, BankAccount) else house.vault.names(conn, payout.member_id)
    return Checking(payout.id, payout.secret_token, payout.member_id, destination, names, provider_id)


def _way(conn: Connection, house: House, payout: Payout) -> tuple[Destination, Mode]:
    destination = house.vault.destination(conn, payout.secret_token)
    if destination is None:
        raise Unbuildable("secret_erased")
    return destination, house.rails.choose(destination, payout.amount_paise)


def _context(house: House, now: datetime) -> Context:
    return Context(now, house.tell, house.delay_after)


def _go_on(conn: Connection, house: House, payout: Payout, now: datetime) -> Begun | Recorded:
    if payout.provider != house.provider.name:
        raise WrongProvider(f"payout {payout.id} was begun with {payout.provider}, not {house.provider.name}")
    age_s = (now - (payout.reserved_at or now)).total_seconds()
    how = schedule.move(
        payout.state, unanswered=payout.unanswered, age_s=age_s, repeat_is_safe=house.provider.repeat_is_safe
    )
    request = _stored(conn, house, payout) if how is Move.SEND else None
    if how is Move.STOP or (how is Move.SEND and request is None and payout.unanswered == 0):
        why = "never_taken_and_too_old" if how is Move.STOP else "request_cannot_be_opened"
        return stand_still(conn, payout, payout, why, "stopped", {}, _context(house, now))
    return _leased(conn, payout, payout, request, now)


def _stored(conn: Connection, house: House, payout: Payout) -> bytes | None:
    """The very bytes of the first post; None where they can no longer be opened."""
    try:
        sealer = house.vault.sealer(conn, payout.member_id)
        return sealer.open(payout.request, _place(payout.id)) if sealer and payout.request else None
    except CannotOpen:
        return None


def _leased(conn: Connection, before: Payout, payout: Payout, request: bytes | None, now: datetime) -> Begun:
    lease = now + timedelta(seconds=schedule.LEASE_S)
    if request is None:
        after = replace(payout, asks=payout.asks + 1, next_at=lease)
    else:
        # Counted before the call: a worker that dies in it leaves a post whose fate nobody knows.
        after = replace(payout, attempts=payout.attempts + 1, unanswered=payout.unanswered + 1)
        after = replace(after, sent_at=now, absent_at=None, next_at=lease)
    rows.save(conn, before, after, now)
    return Begun(payout.id, payout.reference_id, payout.idempotency_key, request)


def _call(provider: Provider, begun: Begun) -> tuple[Outcome, Source]:
    if begun.request is None:
        return provider.ask(begun.reference_id), Source.ASK
    return provider.send(begun.request, begun.idempotency_key), Source.SEND


def _place(payout_id: str) -> str:
    return f"payout/{payout_id}/request"
