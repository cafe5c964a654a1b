"""Before the first payout to a destination: does it exist, and is it the member's.

The answer is kept for the destination's secret, so each is asked about once. What does not exist fails the payout, and its
points return; another's name needs a person's approval, whatever the amount; where the provider cannot say, the payout
goes on as it would without this. The registered name itself is never kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, text

from payouts import names, rows, schedule
from payouts.destination import Destination
from payouts.news import ACCOUNT_REASONS, VPA_REASONS
from payouts.payout import Payout
from payouts.provider import RateLimited, Refused, Unknown

TRIES_MAX = 3
TRY_AGAIN = timedelta(minutes=30)  # RazorpayX: after a technical failure
GIVE_UP_AFTER = timedelta(hours=24)
LOOK_S = (5, 3_600)  # least and most until the next look: as long as it has taken so far

_READ = text("SELECT state, provider_id, tries, asked_at FROM destination_checks WHERE token = :token FOR NO KEY UPDATE")
_KNOWN = text("SELECT state, score FROM destination_checks WHERE token = :token AND state <> 'asked'")
_ASK = text("""
    INSERT INTO destination_checks (token, member_id, provider, state, tries, asked_at)
    VALUES (:token, :member, :provider, 'asked', 1, :now)
    ON CONFLICT (token) DO UPDATE SET tries = destination_checks.tries + 1""")
_PUT = text("UPDATE destination_checks SET provider_id = :provider_id WHERE token = :token AND state = 'asked'")
_END = text("""
    UPDATE destination_checks SET state = :state, score = :score, ended_at = :now,
           provider_id = coalesce(:provider_id, provider_id)
    WHERE token = :token AND state = 'asked'""")
_WAITING = text("""
    SELECT p.id FROM destination_checks c JOIN payouts p ON p.secret_token = c.token
    WHERE c.provider_id = :provider_id AND c.state = 'asked' AND p.state = 'requested' AND p.held_by IS NULL
      AND p.next_at > :now""")


@dataclass(frozen=True, slots=True)
class Checked:
    """`exists` None: not decided yet."""

    provider_id: str
    exists: bool | None
    registered_name: str | None


@dataclass(frozen=True, slots=True)
class CheckFailed:
    """The provider could not find out; later it may."""

    why: str


Asked = Checked | CheckFailed | RateLimited | Refused | Unknown


class Checker(Protocol):
    """Methods never raise for the world's faults. Asking twice costs a rupee and pays nobody."""

    def check(self, destination: Destination, member_id: str, reference_id: str) -> Asked: ...

    def look(self, provider_id: str) -> Asked: ...


@dataclass(frozen=True, slots=True)
class Checking:
    """Committed: ask now; with `provider_id` look at what was asked before. `names`: any of these is the member's.
    `payout_id`: of what waits for the answer, a payout or a KYC check: it spreads the tries."""

    payout_id: str
    token: str
    member_id: str
    destination: Destination
    names: Sequence[str]
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out of a destination. state: valid | name_differs | invalid | unavailable. `score`: of the names."""

    state: str
    score: int | None


def known(conn: Connection, token: str) -> Known | None:
    """None where it is not known yet."""
    row = conn.execute(_KNOWN, {"token": token}).one_or_none()
    return Known(row.state, row.score) if row else None


def gate(conn: Connection, payout: Payout, provider: str, now: datetime) -> tuple[str, str | None]:
    """What is known of the payout's destination, as `gate_of` says it."""
    return gate_of(conn, payout.secret_token, payout.member_id, provider, now)


def gate_of(conn: Connection, token: str, member_id: str, provider: str, now: datetime) -> tuple[str, str | None]:
    """What is known of the destination: (state, the provider's id); "ask" where nobody has asked, or must again."""
    row = conn.execute(_READ, {"token": token}).one_or_none()
    if row is not None and row.state != "asked":
        return str(row.state), None
    if row is not None and ((row.tries >= TRIES_MAX and row.provider_id is None) or now - row.asked_at >= GIVE_UP_AFTER):
        _end(conn, token, "unavailable", now)
        return "unavailable", None
    if row is None or row.provider_id is None:
        conn.execute(_ASK, {"token": token, "member": member_id, "provider": provider, "now": now})
        return "ask", None
    return "ask", str(row.provider_id)


def record(conn: Connection, checking: Checking, answer: Asked, now: datetime) -> datetime:
    """Keep the answer; when to go on with the payout."""
    match answer:
        case Checked(provider_id, None, _):
            conn.execute(_PUT, {"token": checking.token, "provider_id": provider_id})
            asked_at = conn.execute(_READ, {"token": checking.token}).one().asked_at
            least, most = LOOK_S
            return now + timedelta(seconds=min(max((now - asked_at).total_seconds(), least), most))
        case Checked(provider_id, True, registered):
            score = _score(checking.names, registered)
            state = "name_differs" if score is not None and score < names.SAME_FROM else "valid"
            _end(conn, checking.token, state, now, score, provider_id)
            return now
        case Checked(provider_id, _, _):
            _end(conn, checking.token, "invalid", now, None, provider_id)
            return now
        case Refused(reason, permanent=True):
            _end(conn, checking.token, "invalid" if reason in VPA_REASONS | ACCOUNT_REASONS else "unavailable", now)
            return now
        case CheckFailed():
            conn.execute(_PUT, {"token": checking.token, "provider_id": None})
            return now + TRY_AGAIN
        case _:
            return now + timedelta(seconds=schedule.wait_put_off_s(checking.payout_id, 1, None))


def ended(conn: Connection, provider_id: str, now: datetime) -> int:
    """A callback says that a check has ended: the payouts that wait for it look at once. How many."""
    waiting = conn.scalars(_WAITING, {"provider_id": provider_id, "now": now}).all()
    for payout_id in waiting:
        rows.make_due(conn, payout_id, now)
    return len(waiting)


def _score(ours: Sequence[str], registered: str | None) -> int | None:
    scores = [found for name in ours if registered and (found := names.score(name, registered)) is not None]
    return max(scores, default=None)


def _end(
    conn: Connection, token: str, state: str, now: datetime, score: int | None = None, provider_id: str | None = None
) -> None:
    conn.execute(_END, {"token": token, "state": state, "score": score, "now": now, "provider_id": provider_id})
