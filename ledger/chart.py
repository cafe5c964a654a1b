"""The accounts, named by text ids, and what a sign means.

A move takes `amount` from the debited account and brings it to the credited account. A balance is credits - debits, so
what a member has (a liability of the brand) grows by credit, and all balances of one unit add up to zero:

    issue -> budget -> member/available -> member/held -> redeemed         points, from left to right
                                        -> expired
    cash -> payout-clearing -> paid-out                                    money
    cash -> tax_payable                                                    deducted, and owed to the state

`issue` is minus the budget ever granted. The budget is a hard stop: floor 0, striped so that busy members do not queue
for one row. Members' accounts have floor 0 and open on first use. Accounts without a floor that many postings touch
are untracked: they take no row lock and their balance is the sum of their moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zlib import crc32

Unit = Literal["PTS", "INR"]
PTS: Unit = "PTS"
INR: Unit = "INR"  # in paise
STRIPES = 16


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


def issue(programme_id: str) -> str:
    return f"{_name(programme_id)}/issue"


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
    return f"{_name(programme_id)}/tax_payable"


def budget(programme_id: str) -> str:
    """The name of the group of stripes; no account has this id itself."""
    return f"{_name(programme_id)}/budget"


def stripe(programme_id: str, member_id: str) -> str:
    """The member's own stripe: always the same, so that two earnings in one transaction lock one."""
    return f"{budget(programme_id)}/{crc32(member_id.encode()) % STRIPES:02}"


def system_accounts(programme_id: str) -> tuple[Account, ...]:
    """What a programme needs before its first posting."""
    group = budget(programme_id)
    stripes = (Account(f"{group}/{n:02}", PTS, floor=0, tracked=True, stripe_of=group) for n in range(STRIPES))
    return (
        *stripes,
        Account(issue(programme_id), PTS, tracked=True),  # only a change of budget touches it, so it is never busy
        Account(redeemed(programme_id), PTS),
        Account(expired(programme_id), PTS),
        Account(cash(programme_id), INR),
        Account(payout_clearing(programme_id), INR),
        Account(paid_out(programme_id), INR),
        Account(tax_payable(programme_id), INR),
    )


def _name(part: str) -> str:
    if not part or "/" in part:
        raise ValueError(f"{part!r} cannot be part of an account's id: it is empty or holds a slash")
    return part
