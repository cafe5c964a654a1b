"""Opening a programme's books, and its budgets: hard stops on all points it, a campaign or a month may ever give out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from ledger import chart, postings
from ledger.chart import Account
from ledger.post import BudgetSpent, Posted, post

_OPEN = text(
    "SELECT ledger_open(:programme, CAST(:ids AS text[]), CAST(:units AS text[]), CAST(:floors AS bigint[]),"
    " CAST(:tracked AS boolean[]), CAST(:groups AS text[]), CAST(:opened_at AS timestamptz))"
)
_STATE = text(
    "SELECT coalesce(sum(debits - credits) FILTER (WHERE id = :issue), 0)::bigint AS granted,"
    " coalesce(sum(credits - debits) FILTER (WHERE stripe_of = :budget), 0)::bigint AS remaining"
    " FROM accounts WHERE id = :issue OR stripe_of = :budget"
)


@dataclass(frozen=True, slots=True)
class Budget:
    """`granted`: the whole budget. `remaining`: what is still to give."""

    granted: int
    remaining: int


def open_programme(conn: Connection, programme_id: str, budget_points: int, now: datetime) -> Budget:
    """Open the system accounts and grant the first budget. Again: changes nothing and tells how the budget stands.

    A later budget is `set_budget`'s, so that opening twice can never undo it.
    """
    _open(conn, programme_id, chart.system_accounts(programme_id), now)
    key = f"{programme_id}/open"
    first = conn.execute(text("SELECT NOT EXISTS (SELECT FROM postings WHERE key = :key)"), {"key": key}).scalar_one()
    if first:
        set_budget(
            conn, key=key, programme_id=programme_id, budget_points=budget_points, happened_at=now, recorded_at=now
        )
    return read_budget(conn, programme_id)


def set_budget(
    conn: Connection, *, key: str, programme_id: str, budget_points: int, happened_at: datetime, recorded_at: datetime,
    of: str = "",
) -> Budget | BudgetSpent:  # fmt: skip
    """Make `budget_points` all that may ever be given out. BudgetSpent(points): more than that is given out already.

    `of`: of an allotment ("campaign/diwali", "month/2026-11"), which is opened by its first budget; empty: of the whole
    programme. Repeating a key changes nothing, and tells how the budget stands now. Raises KeyReused, PeriodClosed,
    UnknownAccount.
    """
    posting = postings.set_budget(key, programme_id, budget_points, happened_at, of)
    if of:
        _open(conn, programme_id, chart.budget_accounts(programme_id, of), recorded_at)
    outcome = post(conn, posting, recorded_at)
    match outcome:
        case Posted():
            return read_budget(conn, programme_id, of)
        case BudgetSpent():
            return outcome
        case _:
            raise AssertionError(f"the ledger answered {outcome!r}")


def read_budget(conn: Connection, programme_id: str, of: str = "") -> Budget:
    """How the budget stands; zero where the programme, or the allotment `of`, has not been opened."""
    asked = {"issue": chart.issue(programme_id, of), "budget": chart.budget(programme_id, of)}
    row = conn.execute(_STATE, asked).one()
    return Budget(row.granted, row.remaining)


def _open(conn: Connection, programme_id: str, accounts: Sequence[Account], now: datetime) -> None:
    asked = {
        "programme": programme_id,
        "ids": [account.id for account in accounts],
        "units": [account.unit for account in accounts],
        "floors": [account.floor for account in accounts],
        "tracked": [account.tracked for account in accounts],
        "groups": [account.stripe_of for account in accounts],
        "opened_at": now,
    }
    conn.execute(_OPEN, asked)
