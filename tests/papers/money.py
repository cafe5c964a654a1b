"""Rupees as Indian papers print them: lakh grouping, other groupings, and in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

Grouping = Literal["lakh", "none", "thousand"]
_ONES = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
_TENS = ["-", "-", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
_SCALES = ((10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand"), (100, "Hundred"))


def grouped(value: Decimal, grouping: Grouping = "lakh", places: int = 2) -> str:
    """1,00,583.40 (lakh), 100583.40 (none) or 100,583.40 (thousand); the sign in front."""
    if grouping == "thousand":
        return f"{value:,.{places}f}"
    plain = f"{value:.{places}f}"
    if grouping == "none":
        return plain
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, dot, fraction = plain.partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return sign + ",".join([*pairs, tail]) + dot + fraction


def in_words(value: Decimal) -> tuple[str, str | None]:
    """The rupees, and the paise or None if there are none."""
    whole = int(value)
    fraction = int((value - whole) * 100)
    return _words(whole), _words(fraction) if fraction else None


def _words(number: int) -> str:
    for scale, name in _SCALES:
        if number >= scale:
            rest = f" {_words(number % scale)}" if number % scale else ""
            return f"{_words(number // scale)} {name}{rest}"
    if number >= 20:
        return _TENS[number // 10] + (f" {_ONES[number % 10]}" if number % 10 else "")
    return _ONES[number]
