"""A PAN card's lines of print → the PAN and whose it is. Pure.

Letters and digits of a PAN stand where they must, so what a camera confuses (O and 0, I and 1, S and 5) is put right by its
place, and only on what is a PAN card by its own words. Two different PANs on one picture are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from base.pan import normal_pan

_CARD = re.compile(r"income\s*tax|permanent\s*account|आयकर|स्थायी\s*लेखा", re.IGNORECASE)
_TEN = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{10}(?![A-Z0-9])")
_LETTER = str.maketrans("015826", "OISBZG")  # a digit where a letter must stand
_DIGIT = str.maketrans("OQDISBZGLT", "0001582617")
_FATHER = re.compile(r"father|पिता", re.IGNORECASE)
_NAMED = re.compile(r"\bname\b|नाम", re.IGNORECASE)
_BEHIND_NAMED = re.compile(r"^.*?(?:\bname\b|नाम)\s*[:/-]*\s*", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][A-Z.' ]{2,59}")
_PRINTED = re.compile(
    r"income|tax|depart|govt|govern|india|permanent|account|number|card|signature|birth|father|name|date|sample|bharat",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\d{2}[/.-]\d{2}[/.-]\d{4}")


@dataclass(frozen=True, slots=True)
class PanCard:
    """`name`: as printed, in capitals; "" where none was read."""

    pan: str = field(repr=False)
    name: str = field(default="", repr=False)


def read_pan_card(lines: Iterable[str]) -> PanCard | None:
    """What the card says; None where no one PAN can be read."""
    rows = [" ".join(line.split()) for line in lines if line.strip()]
    card = any(_CARD.search(row) for row in rows)
    found = {pan for row in rows for pan in _pans(row, put_right=False)}
    if not found and card:
        found = {pan for row in rows for pan in _pans(row, put_right=True)}
    if len(found) != 1:
        return None
    return PanCard(found.pop(), _name(rows) if card else "")


def _pans(row: str, *, put_right: bool) -> list[str]:
    tens = _TEN.findall(row.upper())
    bare = re.sub(r"[^A-Z0-9]", "", row.upper())
    tens += [bare] if len(bare) == 10 else []  # AB CPD 1234 F, as an engine cuts it
    shown = [_by_place(ten) if put_right else ten for ten in tens]
    return [pan for one in shown if (pan := normal_pan(one))]


def _by_place(ten: str) -> str:
    """As it must be meant where it is a PAN: five letters, four digits, one letter."""
    return ten[:5].translate(_LETTER) + ten[5:9].translate(_DIGIT) + ten[9].translate(_LETTER)


def _name(rows: Sequence[str]) -> str:
    """Behind or below the word name; on older cards the first name below the heading."""
    for place, row in enumerate(rows):
        if _NAMED.search(row) and not _FATHER.search(row):
            beside = _BEHIND_NAMED.sub("", row)
            below = rows[place + 1] if place + 1 < len(rows) else ""
            if found := _as_name(beside) or _as_name(below):
                return found
    head = next((place for place, row in enumerate(rows) if _CARD.search(row)), 0)
    for row in rows[head + 1 :]:
        if _BIRTH.search(row):
            break
        if found := _as_name(row):
            return found
    return ""


def _as_name(row: str) -> str:
    bare = row.strip(" .:-/|")
    fits = _NAME.fullmatch(bare) and not _PRINTED.search(bare) and sum(map(str.isalpha, bare)) >= 3
    return bare if fits else ""
