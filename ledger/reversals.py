"""Taking back what a posting did, in whole or in part, by a new posting linked to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from ledger import postings
from ledger.moves import Reverse
from ledger.points import EXPIRED_HOLD_GRACE_DAYS, Facts, TooFew, unexpected
from ledger.post import Posted, Short, TooMuch, post

_POINTS = text("SELECT amount FROM moves WHERE posting_id = :posting AND line = 1")


@dataclass(frozen=True, slots=True)
class Reversed:
    """`points`: so many. `balance`: the member's available account after it; below zero where policy let a claw-back go
    that far."""

    posting_id: int
    points: int
    balance: int


def reverse(
    conn: Connection, *, key: str, programme_id: str, member_id: str, posting_id: int, points: int | None = None,
    may_go_negative: bool = False, happened_at: datetime, recorded_at: datetime, facts: Facts,
    grace_days: int = EXPIRED_HOLD_GRACE_DAYS,
) -> Reversed | TooFew | TooMuch:  # fmt: skip
    """Take back `points` of what the member's posting did; None: all that is not taken back yet.

    An earning or an upward adjustment returns to the budget and to every allotment it went through, out of its own lot
    first; what has expired of it since has left the member already, and is not taken again. Where the member has spent
    the points: TooFew, or with `may_go_negative` (policy of the programme) a balance below zero, which later points fill
    first. A burn returns to the member, in new lots that end with the burned ones, or after the grace days where those
    are over. TooMuch: less than that is left to take back; a repeated key answers as before.
    Raises UnknownPosting, ReversalOfReversal, Irreversible, KeyReused, PeriodClosed.
    """
    asked = Reverse(posting_id, points, may_go_negative, grace_days)
    posting = postings.reverse(key, programme_id, member_id, asked, happened_at)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(made, _, debit_after, credit_after):
            # of an earning the member's account is debited, of a burn credited; the redeemed account keeps no balance
            balance = credit_after if debit_after is None else debit_after
            assert balance is not None
            return Reversed(made, int(conn.execute(_POINTS, {"posting": made}).scalar_one()), balance)
        case Short(balance=available):
            return TooFew(available)
        case TooMuch() as refused:
            return refused
        case other:
            raise unexpected(other)
