"""Erasing a person: their keys go, and with them everything that was sealed; what is left names nobody.

Three steps, each of which may be repeated: what law wants kept is sealed anew under a retention key (erase_retain.py);
one transaction takes keys, secrets, addresses and words away and gives up what points are left; then pictures leave the
media store, which the retention timer does as well where we were killed before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, text

from base import audit, people
from base.sealing import CannotOpen
from bot import erase_retain, erase_rows, retention_store
from bot.wiring import House
from handlers import erasures
from handlers.erasures import Owned
from ledger.balance import balance
from ledger.points import TooFew
from ledger.post import BudgetSpent
from ledger.transfers import adjust
from loyalty import claims, memberships

ERASURES_MAX = 50  # of one round of the timer
ACTOR = "system:erasure"

log = structlog.get_logger()

_DUE = text("""
    SELECT id FROM erasures WHERE due_at <= :now AND cancelled_at IS NULL AND done_at IS NULL
    ORDER BY tried_at NULLS FIRST, due_at, id LIMIT :most""")
_CONTACT = text("SELECT contact_id FROM erasures WHERE id = :id")
_LOCK = text("""
    SELECT asked_by, reason, due_at FROM erasures
    WHERE id = :id AND cancelled_at IS NULL AND done_at IS NULL FOR UPDATE""")
# The conversations first, as everywhere; those of others who acted for the account too. NO KEY: somebody who has the member
# and writes news into such a conversation asks for its key alone, and must not wait for us while we wait for the member.
_TALKS = text("""
    SELECT id FROM conversations WHERE contact_id = ANY(:person) OR member_id = ANY(:members)
    ORDER BY id FOR NO KEY UPDATE""")
_WAITS = text("""
    UPDATE erasures SET waits_for = :why, tried_at = :now WHERE id = :id AND cancelled_at IS NULL AND done_at IS NULL""")
_DONE = text("UPDATE erasures SET done_at = :now, tried_at = :now, waits_for = NULL WHERE id = :id")
_LATE = text("""
    SELECT m.id, m.programme_id FROM members m JOIN accounts a ON a.id = m.programme_id || '/member/' || m.id || '/available'
    WHERE m.erased_at IS NOT NULL AND a.credits > a.debits ORDER BY m.id""")
_UNDECIDED = text("""
    SELECT EXISTS (SELECT FROM claims c JOIN members m ON m.id = c.member_id AND m.data_key IS NOT NULL
                   WHERE c.contact_id = ANY(:person) AND c.state IN ('read', 'asked', 'review')
                     AND NOT c.member_id = ANY(:members))""")
_OPEN_CLAIMS = text("""
    SELECT id FROM claims WHERE state IN ('read', 'asked', 'review') AND (contact_id = :contact OR member_id = ANY(:members))
    ORDER BY id""")


@dataclass(frozen=True, slots=True)
class Erased:
    """`waits_for`: "payouts" or "bills", where open ones hold it up; then nothing was erased yet."""

    id: str
    waits_for: str | None
    members: tuple[str, ...]
    points_given_up: int


def run_due(house: House) -> int:
    """Erase everyone whose day has come; how many were. One that cannot be is logged, holds up nobody else's and is tried
    again in the next round."""
    with house.engine.connect() as conn:
        due = list(conn.scalars(_DUE, {"now": house.clock.now(conn), "most": ERASURES_MAX}))
    done = 0
    for erasure in due:
        try:
            erased = erase(house, erasure)
        except Exception as fault:  # the store is down, a key is not on the ring, or we were wrong: only this one's affair
            remedy = "`keys check` names what does not open" if isinstance(fault, CannotOpen) else "the next round tries again"
            log.exception("not erased", erasure=erasure, remedy=remedy)
            _faulty(house, erasure)
            continue
        done += erased is not None and erased.waits_for is None
    _give_up_late(house)
    return done


def _faulty(house: House, erasure: str) -> None:
    with house.engine.begin() as conn:
        conn.execute(_WAITS, {"id": erasure, "why": "fault", "now": house.clock.now(conn)})


def erase(house: House, erasure: str) -> Erased | None:
    """Carry out one erasure whose day has come; None where it was stopped or done, or an account changed hands, meanwhile."""
    with house.engine.connect() as conn:
        contact = people.living(conn, conn.execute(_CONTACT, {"id": erasure}).scalar_one())
        accounts = erasures.owned(conn, contact)
        members = [one.member_id for one in accounts]
        waits = erasures.open_payouts(conn, members) > 0
    if not waits:
        for member in members:
            erase_retain.retain(house, member)
        with house.engine.connect() as conn:
            others = erase_retain.others(conn, people.contacts(conn, contact), members)
        for member, sent_by in others:  # evidence of what a shop was given goes with nobody who helped there
            erase_retain.retain(house, member, sent_by)
    with house.engine.begin() as conn:
        erased = _erase(conn, erasure, contact, accounts, house.clock.now(conn))
    if erased is not None and erased.waits_for is None:
        _forget_pictures(house)
        log.info("erased", erasure=erasure, members=len(erased.members))
    return erased


def _forget_pictures(house: House) -> None:
    try:
        retention_store.forget_erased(house)
    except Exception:  # no key opens them any more, and the retention timer goes on
        log.exception("pictures of somebody who is erased are still in the store")


def _erase(conn: Connection, erasure: str, contact: str, accounts: list[Owned], now: datetime) -> Erased | None:
    """`accounts`: of which was kept what the law wants; where they are others by now, nothing is erased."""
    members = [one.member_id for one in accounts]
    person = sorted(people.contacts(conn, contact))  # of one known under two addresses, both go
    conn.execute(_TALKS, {"person": person, "members": members})
    memberships.lock(conn, *members)
    asked: Any = conn.execute(_LOCK, {"id": erasure}).one_or_none()
    if asked is None or asked.due_at > now or erasures.owned(conn, contact) != accounts:
        return None  # one that was handed over just now is somebody else's; the next round looks again
    why = _held_up_by(conn, person, members)
    if why is not None:
        conn.execute(_WAITS, {"id": erasure, "why": why, "now": now})
        return Erased(erasure, why, (), 0)
    _refuse_bills(conn, contact, members, now)
    given_up = sum(_give_up(conn, account, now) for account in accounts)
    for member in members:
        erase_rows.member(conn, member, now)
    for one in person:
        erase_rows.contact(conn, one, now)
    conn.execute(_DONE, {"id": erasure, "now": now})
    after = {"members": members, "points_given_up": given_up, "asked_by": asked.asked_by}
    audit.write(
        conn, actor=ACTOR, act="privacy.erased", subject=contact, at=now, after=after, reason=asked.reason
    )  # fmt: skip
    return Erased(erasure, None, tuple(members), given_up)


def _held_up_by(conn: Connection, person: list[str], members: list[str]) -> str | None:
    if erasures.open_payouts(conn, members):
        return "payouts"
    # Bills of a shop that lives on: nobody could read them afterwards.
    return "bills" if conn.execute(_UNDECIDED, {"person": person, "members": members}).scalar_one() else None


def _refuse_bills(conn: Connection, contact: str, members: list[str], now: datetime) -> None:
    for claim_id in conn.scalars(_OPEN_CLAIMS, {"contact": contact, "members": members}).all():
        claim = claims.lock(conn, claim_id)
        if claim is not None and claim.state in claims.OPEN:
            claims.move(conn, claim, "erased", "refused", now, reason="erased", decided_at=now)


def _give_up_late(house: House) -> None:
    """A bank may give money back days after it was paid, and its points return to an account that is nobody's any more."""
    with house.engine.connect() as conn:
        late = [Owned(*row) for row in conn.execute(_LATE)]
    for account in late:
        try:
            with house.engine.begin() as conn:
                _give_up(conn, account, house.clock.now(conn), f"/{house.ids.new('late')}")
        except Exception:
            log.exception("points of an erased account are not given up yet", member=account.member_id)


def _give_up(conn: Connection, account: Owned, now: datetime, late: str = "") -> int:
    """Points that are left go to the account for what is taken by hand. Past due ones are the sweep's."""
    points = balance(conn, account.programme_id, account.member_id, now).available
    if points <= 0:
        return 0
    taken = adjust(
        conn, key=f"erased/{account.member_id}{late}", programme_id=account.programme_id, member_id=account.member_id,
        points=-points, expires_at=None, happened_at=now, recorded_at=now, facts={"reason": "erased"},
    )  # fmt: skip
    if isinstance(taken, TooFew | BudgetSpent):
        raise AssertionError(f"the balance of {account.member_id} changed under its conversation's lock")
    return points
