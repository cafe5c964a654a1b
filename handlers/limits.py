"""Limits of the contact who writes: what passes one is stored, yet not heard, and its sender is told once.

What begins or ends our messages (STOP, START, no offers) is heard always; said again it changes nothing, and counts like the
rest.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from base.days import minute_of
from flows.events import Commanded, Said
from flows.kernel import Event
from flows.limit_events import TooMany
from flows.session import Session
from flows.understand import exactly
from handlers.inbound import is_readable, strike_out_any_pin
from handlers.turn import Turn
from loyalty import limits
from loyalty.limits import Count
from whatsapp.inbound import Inbound

log = structlog.get_logger()


def exceeded(turn: Turn, inbound: Inbound, session: Session) -> Event | None:
    """What is heard instead of a message that is one too many; None for all others. One statement for a message."""
    if inbound.recovered:  # what lay at Twilio while we were away comes all at once, and nobody is to blame
        return None
    pictures = sum(is_readable(media) for media in inbound.media)
    took = {"photos": pictures} if pictures else {"burst": 1, "messages": 1}
    standing = limits.take(turn.conn, turn.conversation.contact_id, took, turn.now)
    turn.locks = dict(standing.locks)
    kind, first = next((kind for kind in took if kind in turn.locks), ""), False
    if not kind:
        kind = next((kind for kind, count in standing.counts.items() if _passes(turn, kind, count) is not None), "")
        first = bool(kind)
    if not kind or _changes_consent(turn, inbound):
        return None
    strike_out_any_pin(turn, inbound, session)
    return TooMany("photos" if kind == "photos" else "messages", minute_of(turn.locks[kind], up=True), first)


def locked(turn: Turn, kind: str) -> datetime | None:
    """Until when the contact is locked out of `kind`; None where they are not."""
    if turn.locks is None:
        turn.locks = dict(limits.take(turn.conn, turn.conversation.contact_id, {}, turn.now).locks)
    return turn.locks.get(kind)


def count(turn: Turn, kind: str, amount: int = 1) -> datetime | None:
    """Count it; until when the contact is locked out of `kind`, by this or already."""
    standing = limits.take(turn.conn, turn.conversation.contact_id, {kind: amount}, turn.now)
    turn.locks = dict(standing.locks)
    return turn.locks.get(kind) or _passes(turn, kind, standing.counts[kind])


def _passes(turn: Turn, kind: str, so_far: Count) -> datetime | None:
    """Until when this locks, where it is more than the programme allows. The programme is read only where it may be."""
    if so_far.count <= limits.LEAST or so_far.count <= limits.most(turn.programme.limits, kind):
        return None
    until = limits.lock(
        turn.conn, lock_id=turn.ids.new("lck"), contact_id=turn.conversation.contact_id,
        programme_id=turn.conversation.programme_id, kind=kind, count=so_far, limits=turn.programme.limits, now=turn.now,
    )  # fmt: skip
    assert turn.locks is not None
    turn.locks[kind] = until
    log.warning("lock-out", kind=kind, contact=turn.conversation.contact_id, count=so_far.count)
    return until


def _changes_consent(turn: Turn, inbound: Inbound) -> bool:
    stopped, no_offers = turn.conversation.stopped_at is not None, turn.conversation.marketing_stopped_at is not None
    changes = {"stop": not stopped, "start": stopped, "stop_marketing": not no_offers, "start_marketing": no_offers}
    said = exactly(Said(inbound.text.strip()), None, "en")
    return isinstance(said, Commanded) and changes.get(said.command, False)
