"""The postings of a payout: points on their way out and back, and the money beside them.

    begun      cash -> payout-clearing                                   what stands in clearing is on its way
    paid       payout-clearing -> paid-out      held points burned
               cash -> tax_payable              the tax, where there is any
    failed     payout-clearing -> cash          held points released
    reversed   paid-out -> cash                 burned points given back, by postings that correct the burn
               tax_payable -> cash

What was no benefit after all leaves the tax passbook too.

Keys are made of the payout's id, so that a repeat posts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

import ledger.points
from ledger import chart
from ledger.chart import INR, PTS
from ledger.moves import Move, OpenLot, Posting
from ledger.points import EXPIRED_HOLD_GRACE_DAYS, Burned, Released
from ledger.post import Posted, post
from payouts import passbook
from payouts.lifecycle import UNBEGUN, Points
from payouts.payout import Payout

_Account = Callable[[str], str]  # a programme's id to the id of one of its accounts
_BURNED_LOTS = text(
    "SELECT h.settled_posting, l.lot_id, l.points, lots.expires_at FROM holds h JOIN hold_lots l ON l.hold_id = h.id"
    " JOIN lots ON lots.id = l.lot_id WHERE h.id = :hold AND h.state = 'burned' ORDER BY l.lot_id"
)


def commit_money(conn: Connection, payout: Payout, now: datetime) -> None:
    """The amount leaves cash for clearing: from here on the provider may take it."""
    _money(conn, payout, "begin", chart.cash, chart.payout_clearing, now)


def settle(conn: Connection, payout: Payout, points: Points, now: datetime) -> int:
    """Post what an ending does to points and money; answers the member's available points after it (0 for a burn)."""
    match points:
        case Points.BURN:
            _burn(conn, payout, now)
            _money(conn, payout, "pay", chart.payout_clearing, chart.paid_out, now)
            _tax(conn, payout, "tax", chart.cash, chart.tax_payable, now)
            return 0
        case Points.RELEASE:
            passbook.take_back(conn, payout.id, now)
            available = _release(conn, payout, now).available
            if payout.state not in UNBEGUN:  # else nothing had left cash yet
                _money(conn, payout, "return", chart.payout_clearing, chart.cash, now)
            return available
        case Points.GIVE_BACK:
            passbook.take_back(conn, payout.id, now)
            _money(conn, payout, "reverse", chart.paid_out, chart.cash, now)
            _tax(conn, payout, "tax-return", chart.tax_payable, chart.cash, now)
            return _give_back(conn, payout, now)
        case Points.STAY:
            raise AssertionError(f"nothing to post for {payout.id}")


def _burn(conn: Connection, payout: Payout, now: datetime) -> Burned:
    return ledger.points.burn(
        conn, key=f"{payout.id}/burn", hold_id=payout.hold_id, programme_id=payout.programme_id,
        member_id=payout.member_id, happened_at=now, recorded_at=now, facts=_facts(payout),
    )  # fmt: skip


def _release(conn: Connection, payout: Payout, now: datetime) -> Released:
    return ledger.points.release(
        conn, key=f"{payout.id}/release", hold_id=payout.hold_id, programme_id=payout.programme_id,
        member_id=payout.member_id, happened_at=now, recorded_at=now, facts=_facts(payout),
    )  # fmt: skip


def _give_back(conn: Connection, payout: Payout, now: datetime) -> int:
    """Each burned lot comes back with the expiry it had, or the grace a held lot gets where that is nearer."""
    soonest = now + timedelta(days=EXPIRED_HOLD_GRACE_DAYS)
    available = chart.available(payout.programme_id, payout.member_id)
    after = None
    for lot in conn.execute(_BURNED_LOTS, {"hold": payout.hold_id}).all():
        expires_at = None if lot.expires_at is None else max(lot.expires_at, soonest)
        move = Move(chart.redeemed(payout.programme_id), available, PTS, lot.points)
        posting = Posting(
            f"{payout.id}/give-back/{lot.lot_id}", payout.programme_id, "refund", now, (move,),
            lots=OpenLot(expires_at), member_id=payout.member_id, opens=(available,), corrects=lot.settled_posting,
            facts=_facts(payout),
        )  # fmt: skip
        posted = post(conn, posting, now)
        assert isinstance(posted, Posted), posted
        after = posted.credit_after
    if after is None:
        raise AssertionError(f"payout {payout.id} was paid, but its hold burned nothing")
    return after


def _money(conn: Connection, payout: Payout, what: str, debit: _Account, credit: _Account, now: datetime) -> None:
    _move(conn, payout, what, debit, credit, payout.amount_paise, now)


def _tax(conn: Connection, payout: Payout, what: str, debit: _Account, credit: _Account, now: datetime) -> None:
    if payout.tax_paise:
        _move(conn, payout, what, debit, credit, payout.tax_paise, now)


def _move(
    conn: Connection, payout: Payout, what: str, debit: _Account, credit: _Account, amount_paise: int, now: datetime
) -> None:
    move = Move(debit(payout.programme_id), credit(payout.programme_id), INR, amount_paise)
    # No member_id: a member's movements are of points.
    posting = Posting(f"{payout.id}/money/{what}", payout.programme_id, "payout", now, (move,), facts=_facts(payout))
    posted = post(conn, posting, now)
    assert isinstance(posted, Posted), posted


def _facts(payout: Payout) -> dict[str, str | int]:
    facts: dict[str, str | int] = {"payout": payout.id, "amount_paise": payout.amount_paise}
    return facts | {"tax_paise": payout.tax_paise} if payout.tax_paise else facts
