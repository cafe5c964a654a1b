"""The accounts, named by text ids, and what a sign means.

A move takes `amount` from the debited account and brings it to the credited account. A balance is credits - debits, so
what a member has (a liability of the brand) grows by credit, and all balances of one unit add up to zero:

    issue -> budget -> member/available -> member/held -> redeemed         points, from left to right
                                        -> expired -> breakage             once the month is closed
                                        -> transfers -> another member's   zero between transfers
                                        -> adjustments                     taken by hand
                                        -> converted
    allotted/X -> allotment/X -> drawn                                     what a campaign or a month may give
    coop-issue -> member/coop                                              co-op credit, for converted points
    cash -> payout-clearing -> paid-out                                    money
    cash -> tax-payable                                                    deducted, and owed to the state

`issue` is minus the budget ever granted. A budget is a hard stop: floor 0, striped so that busy members do not queue
for one row. The allotment of a campaign or a month is such a budget beside the programme's own: what an earning gives
comes out of the programme's budget, and an equal amount is drawn from each allotment it goes through, so that all must
suffice. Members' accounts have floor 0 and open on first use; only a claw-back may take an available account below it.
Accounts without a floor that many postings touch are untracked: they take no row lock and their balance is the sum of
their moves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

Unit = Literal["PTS", "INR", "CPC"]
PTS: Unit = "PTS"
INR: Unit = "INR"  # in paise
CPC: Unit = "CPC"  # co-op credit, in paise too: what a dealer may spend on advertising with the brand, never cash
STRIPES = 16
_ALLOTMENT = re.compile(r"campaign/[A-Za-z0-9_-]{1,64}|month/\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account as it is opened. `stripe_of` names the group whose floor it shares the work of."""

    id: str
    unit: Unit
    floor: int | None = None
    tracked: bool = False
    stripe_of: str | None = None


def available(programme_id: str, member_id: str) -> str:
    return f"{_name(programme_id)}/member/{_name(member_id)}/available"


def held(programme_id: str, member_id: str) -> str:
    return f"{_name(programme_id)}/member/{_name(member_id)}/held"


def redeemed(programme_id: str) -> str:
    return f"{_name(programme_id)}/redeemed"


def expired(programme_id: str) -> str:
    return f"{_name(programme_id)}/expired"


def cash(programme_id: str) -> str:
    return f"{_name(programme_id)}/cash"


def payout_clearing(programme_id: str) -> str:
    return f"{_name(programme_id)}/payout-clearing"


def paid_out(programme_id: str) -> str:
    return f"{_name(programme_id)}/paid-out"


def tax_payable(programme_id: str) -> str:
    return f"{_name(programme_id)}/tax-payable"


def breakage(programme_id: str) -> str:
    return f"{_name(programme_id)}/breakage"


def adjustments(programme_id: str) -> str:
    return f"{_name(programme_id)}/adjustments"


def transfers(programme_id: str) -> str:
    return f"{_name(programme_id)}/transfers"


def converted(programme_id: str) -> str:
    return f"{_name(programme_id)}/converted"


def coop_issue(programme_id: str) -> str:
    return f"{_name(programme_id)}/coop-issue"


def coop_available(programme_id: str, member_id: str) -> str:
    return f"{_name(programme_id)}/member/{_name(member_id)}/coop"


def drawn(programme_id: str) -> str:
    """Where draws from all allotments end."""
    return f"{_name(programme_id)}/drawn"


def issue(programme_id: str, of: str = "") -> str:
    """Where the programme's budget comes from, or that of the allotment `of` ("campaign/diwali", "month/2026-11")."""
    return f"{_name(programme_id)}/allotted/{_allotment(of)}" if of else f"{_name(programme_id)}/issue"


def budget(programme_id: str, of: str = "") -> str:
    """The name of the group of stripes; no account has this id itself. Allotments sort before the programme's own."""
    return f"{_name(programme_id)}/allotment/{_allotment(of)}" if of else f"{_name(programme_id)}/budget"


def campaign_budget(programme_id: str, campaign: str) -> str:
    return budget(programme_id, f"campaign/{campaign}")


def month_budget(programme_id: str, month: str) -> str:
    """`month`: "2026-11"."""
    return budget(programme_id, f"month/{month}")


def stripe(programme_id: str, member_id: str, of: str = "") -> str:
    """The member's own stripe: always the same, so that two earnings in one transaction lock one."""
    return f"{budget(programme_id, of)}/{crc32(member_id.encode()) % STRIPES:02}"


def budget_accounts(programme_id: str, of: str = "") -> tuple[Account, ...]:
    """A budget's stripes, and where they are filled from: only a change of budget touches that, so it is never busy."""
    group = budget(programme_id, of)
    stripes = (Account(f"{group}/{n:02}", PTS, floor=0, tracked=True, stripe_of=group) for n in range(STRIPES))
    return (*stripes, Account(issue(programme_id, of), PTS, tracked=True))


def system_accounts(programme_id: str) -> tuple[Account, ...]:
    """What a programme needs before its first posting."""
    points = (redeemed, expired, breakage, adjustments, transfers, converted, drawn)
    money = (cash, payout_clearing, paid_out, tax_payable)
    return (
        *budget_accounts(programme_id),
        *(Account(account(programme_id), PTS) for account in points),
        *(Account(account(programme_id), INR) for account in money),
        Account(coop_issue(programme_id), CPC),
    )


def _allotment(name: str) -> str:
    if not _ALLOTMENT.fullmatch(name):
        raise ValueError(f"{name!r} is no allotment: write campaign/NAME or month/YYYY-MM")
    return name


def _name(part: str) -> str:
    if not part or "/" in part:
        raise ValueError(f"{part!r} cannot be part of an account's id: it is empty or holds a slash")
    return part
