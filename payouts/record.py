"""What came of a call or a callback, put on the books: state, points, money and the member's news, all or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from payouts import books, judge, news, rows
from payouts.judge import Source
from payouts.lifecycle import FINAL, OPEN, Change, Contradiction, News, Points, Stale, State, change
from payouts.news import Tell
from payouts.payout import Payout
from payouts.provider import Outcome

DELAY_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Recorded:
    """`next_at`: when to go on; None: nothing more to do by ourselves. `told`: a conversation has something new."""

    state: State
    next_at: datetime | None
    told: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """What applying an outcome needs besides the payout."""

    now: datetime
    tell: Tell
    delay_after: timedelta = DELAY_AFTER


def record(
    conn: Connection, payout_id: str, outcome: Outcome, *, source: Source, now: datetime, tell: Tell,
    repeat_is_safe: bool = False, delay_after: timedelta = DELAY_AFTER,
) -> Recorded:  # fmt: skip
    """Apply `outcome` once, whatever order it comes in; repeats change nothing. Commits nothing. Raises UnknownPayout.

    An outcome that contradicts the books or tells another amount settles nothing: the payout keeps its state, carries
    an alert and stands still until a person clears it.
    """
    context = Context(now, tell, delay_after)
    before = rows.lock(conn, payout_id)
    payout = judge.counted(before, outcome, source, now)
    cause = judge.cause_of(payout, outcome, source)
    verdict: Change | Stale | Contradiction = Stale()
    if cause is not None:
        verdict = change(payout.state, cause, known_to_provider=payout.provider_id is not None)
    said, detail = cause.value if cause else judge.slug(outcome), judge.detail(outcome, source)
    objection = judge.objection(payout, outcome)
    if objection is None and isinstance(verdict, Contradiction):
        objection = f"{said}_though_{payout.state}"
    if objection is not None:
        return stand_still(conn, before, payout, objection, said, detail, context)
    if before.alert is not None:
        rows.note(conn, payout.id, now, said, payout.state, payout.state, detail | {"kept_still": before.alert})
        return _finish(conn, before, before, None, now)
    after = judge.known(payout, outcome)
    state = verdict.to if isinstance(verdict, Change) else after.state
    after = replace(after, waits_for=judge.waits_for(after, outcome) if state in OPEN else None)
    if state in OPEN:
        next_at = judge.next_at(
            after, state, outcome, source, repeat_is_safe=repeat_is_safe, now=now, delay_after=delay_after
        )
        after = replace(after, next_at=next_at)
    if isinstance(verdict, Change):
        return move(conn, before, after, verdict, said, detail, context)
    if source is not Source.EVENT or after.state in OPEN or after.utr != before.utr:
        rows.note(conn, after.id, now, said, after.state, after.state, detail)  # not every late repeat of a callback
    return _delayed(conn, before, after, context)


def move(
    conn: Connection, before: Payout, payout: Payout, made: Change, cause: str, detail: dict[str, Any], context: Context
) -> Recorded:
    """Carry out one row of the lifecycle's table."""
    available = 0 if made.points is Points.STAY else books.settle(conn, payout, made.points, context.now)
    after = replace(payout, state=made.to)
    if made.to in FINAL:
        after = replace(after, next_at=None, settled_at=context.now, waits_for=None)
    points = {} if made.points is Points.STAY else {"points": made.points.value}
    rows.note(conn, payout.id, context.now, cause, payout.state, made.to, detail | points)
    if made.news is News.NOTHING:
        return _delayed(conn, before, after, context)
    news.tell_ending(conn, context.tell, after, made.news, available, context.now)
    return _finish(conn, before, after, after.conversation_id, context.now)


def wait(conn: Connection, before: Payout, payout: Payout, until: datetime | None, context: Context) -> Recorded:
    """Nothing is sent: until `until`, or until a person decides. The member hears of the delay when it is time."""
    tell_at = judge.delay_told_at(payout, context.delay_after)
    if tell_at is not None and context.now < tell_at and (until is None or tell_at < until):
        until = tell_at
    if payout.reason != before.reason:
        rows.note(conn, payout.id, context.now, "put_off", payout.state, payout.state, {"reason": payout.reason})
    return _delayed(conn, before, replace(payout, next_at=until), context)


def stand_still(
    conn: Connection, before: Payout, payout: Payout, why: str, said: str, detail: dict[str, Any], context: Context
) -> Recorded:
    """Keep the state, raise an alert (the first one stays) and tell an unsettled member that it takes longer."""
    rows.note(conn, payout.id, context.now, said, payout.state, payout.state, detail | {"alert": why})
    after = replace(payout, alert=before.alert or why, next_at=None)
    return _tell_delay(conn, before, after, context, late=after.state not in FINAL)


def _delayed(conn: Connection, before: Payout, after: Payout, context: Context) -> Recorded:
    """Save; where the payout is still open after a while, say so, once."""
    late = after.state in OPEN and context.now >= after.requested_at + context.delay_after
    return _tell_delay(conn, before, after, context, late=late)


def _tell_delay(conn: Connection, before: Payout, after: Payout, context: Context, *, late: bool) -> Recorded:
    if not late or after.delay_told_at is not None:
        return _finish(conn, before, after, None, context.now)
    news.tell_delay(conn, context.tell, after, context.now)
    told = replace(after, delay_told_at=context.now)
    return _finish(conn, before, told, after.conversation_id, context.now)


def _finish(conn: Connection, before: Payout, after: Payout, told: str | None, now: datetime) -> Recorded:
    rows.save(conn, before, after, now)
    return Recorded(after.state, after.next_at, told)
