"""ReadBalance: what the member has, from the ledger, in two reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from base.days import day_of
from flows.effects import ReadBalance
from flows.events import BalanceRead, Movement
from flows.kernel import Event
from handlers.turn import Turn
from ledger import balance as books

MOVEMENTS_SHOWN = 5
KINDS = {
    "earn": "earned", "hold": "held", "burn": "paid", "release": "returned", "expire": "expired", "refund": "returned",
}  # fmt: skip


def read_balance(turn: Turn, effect: ReadBalance, key: str) -> Event | None:
    programme, member = turn.conversation.programme_id, turn.member_id
    has = books.balance(turn.conn, programme, member, turn.now)
    rows = books.movements(turn.conn, programme, member, MOVEMENTS_SHOWN)
    moved = tuple(
        Movement(day(row.at), KINDS.get(row.kind, "corrected"), row.points, _what(turn, row.facts)) for row in rows
    )
    expiring_on = day(has.expiring_at) if has.expiring_at else ""
    return BalanceRead(has.available, has.held, has.expiring_points, expiring_on, moved)


def _what(turn: Turn, facts: Mapping[str, Any]) -> str:
    """The product, by today's name in the member's language; of a bill, its number."""
    if "invoice_number" in facts:
        return str(facts["invoice_number"])
    product = turn.programme.product(str(facts["sku"])) if "sku" in facts else None
    return product.name(turn.known.locale) if product else ""


def day(at: datetime) -> str:
    """The date in India, as members read it: YYYY-MM-DD."""
    return day_of(at).isoformat()
