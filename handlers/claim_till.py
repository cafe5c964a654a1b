"""What a ruling does: the claim's next state and, for an accepted one, one posting. In the caller's transaction.

The turn and the reviewer's command line both come through here, so a bill can be credited once, whoever decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from ledger import points
from ledger.post import BudgetSpent
from loyalty import claims
from loyalty.claim_rules import Accept, AskFor, Join, Refuse, Review, Ruling
from loyalty.claims import Claim
from loyalty.eligible import credit_for
from loyalty.programme_rows import Version
from loyalty.reading import Reading


@dataclass(frozen=True, slots=True)
class Credited:
    points: int
    balance: int
    instead_of: str = ""  # the claim of a worse picture of the same bill, closed


@dataclass(frozen=True, slots=True)
class Till:
    """Who decides, when, and by which version of the programme. `claim` is locked."""

    conn: Connection
    claim: Claim
    member_id: str
    version: Version
    now: datetime

    @property
    def promised_at(self) -> datetime:
        return self.now + timedelta(hours=self.version.programme.invoices.review_hours)


def apply(till: Till, reading: Reading, ruling: Ruling, cause: str, **who: Any) -> Ruling | Credited:
    """Make the ruling true; what came of it. An accepted bill whose points the budget cannot carry goes to a reviewer."""
    match ruling:
        case Accept():
            _close_worse_one(till, ruling.instead_of)
            credited = credit(till, reading, ruling, cause, **who)
            return apply(till, reading, Review("budget"), cause, **who) if credited is None else credited
        case AskFor(question):
            reason = "corner" if question.kind == "corner" else question.field
            _move(till, cause, "asked", reason=reason, asks=till.claim.asks + 1, **who)
        case Review(why, rival):
            _move(till, cause, "review", reason=why, rival_of=rival, promised_at=till.promised_at, **who)
        case Refuse(why):
            _move(till, cause, "refused", reason=why, decided_at=till.now, **who)
        case Join():
            _move(till, cause, "joined", reason="joined", decided_at=till.now, **who)
    return ruling


def credit(till: Till, reading: Reading, accepted: Accept, cause: str, **who: Any) -> Credited | None:
    """Post the points and close the claim; None where the budget is spent and nothing was changed."""
    credited = credit_for(till.version.programme, till.version.number, accepted.counted, reading, till.now)
    facts: Mapping[str, Any] = {**credited.facts, "claim": till.claim.id, "decided_by": who.get("reviewer") or "rules"}
    earned = points.earn(
        # keyed by the claim: a second credit for it is impossible for ever, whatever else should fail
        till.conn, key=f"invoice/{till.claim.id}", programme_id=till.claim.programme_id, member_id=till.member_id,
        points=credited.points, expires_at=credited.expires_at, happened_at=till.now, recorded_at=till.now, facts=facts,
    )  # fmt: skip
    if isinstance(earned, BudgetSpent):
        return None
    _move(
        till, cause, "credited", reason=None, rival_of=None, points=credited.points, posting_id=earned.posting_id,
        decided_at=till.now, **who,
    )  # fmt: skip
    return Credited(credited.points, earned.balance, accepted.instead_of or "")


def _close_worse_one(till: Till, other_id: str | None) -> None:
    """The bill's number is taken by a claim whose picture nobody could read: this one takes its place."""
    if other_id is not None and (other := claims.lock(till.conn, other_id)) is not None:
        claims.move(till.conn, other, "better_picture", "joined", till.now, reason="joined", decided_at=till.now)


def _move(till: Till, cause: str, to: str, **changed: Any) -> None:
    claims.move(till.conn, till.claim, cause, to, till.now, member_id=till.member_id, **changed)
