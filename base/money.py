"""One money type: whole paise. Points are whole numbers too; nothing here is ever a float."""

from __future__ import annotations

PAISE_PER_RUPEE = 100


def grouped(number: int) -> str:
    """Indian grouping: 1234567 -> 12,34,567."""
    sign, digits = ("-" if number < 0 else ""), str(abs(number))
    head, tail = digits[:-3], digits[-3:]
    groups = []
    while head:
        groups.append(head[-2:])
        head = head[:-2]
    return sign + ",".join([*reversed(groups), tail])


def rupees(amount_paise: int) -> str:
    """₹ and Indian grouping; paise only where there are any: 180000 -> ₹1,800; 1850 -> ₹18.50."""
    sign = "-" if amount_paise < 0 else ""
    whole, paise = divmod(abs(amount_paise), PAISE_PER_RUPEE)
    return f"{sign}₹{grouped(whole)}" + (f".{paise:02d}" if paise else "")
