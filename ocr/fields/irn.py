"""The invoice reference number: a hash of seller, year, type and number, so it proves what was read or mends a letter."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ocr.rows import Cell, Page

_HEX = frozenset("0123456789abcdef")
_BLURRED_HEX = {"o": "0", "l": "1", "i": "1", "s": "5", "g": "9", "z": "2", "q": "9", "t": "1"}
_LEAST, _MOST, _AGREEING = 56, 70, 44
_TWICE_MAX = 200  # tried with a second change: some 20,000 hashes, a few hundredths of a second
_TYPES = {"credit_note": "CRN", "debit_note": "DBN"}
_ALIKE = {
    "0": "O8D6", "O": "0", "D": "0", "1": "I7L", "I": "1", "L": "1", "7": "1", "5": "S6", "S": "5", "6": "5G08",
    "G": "6", "8": "B306",
    "B": "8", "3": "8", "2": "Z", "Z": "2", "9": "4", "4": "9", "-": "/", "/": "-1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Printed:
    """64 hex digits as read; `whole` when they may be taken as they stand."""

    text: str
    whole: bool
    cell: Cell


def printed_irn(pages: Sequence[Page]) -> Printed | None:
    """On one line or torn over two. A few letters may be lost or blurred: enough is left to compare with a hash."""
    best: Printed | None = None
    for page in pages:
        cells = [(cell, parts) for cell in page.cells() if (parts := _hex_parts(cell.text))]
        for cell, parts in cells:
            texts = [parts[0]] if len(parts[0]) >= _LEAST else []
            texts += [parts[0] + rest[0] for other, rest in cells if other is not cell and _follows(cell, other, page)]
            for text in texts:
                found = Printed(text, len(text) == 64 and not set(text) - _HEX, cell)
                if _LEAST <= len(text) <= _MOST and (best is None or (found.whole, -abs(64 - len(text))) > _rank(best)):
                    best = found
    return best


def _rank(printed: Printed) -> tuple[bool, int]:
    return printed.whole, -abs(64 - len(printed.text))


def _follows(cell: Cell, other: Cell, page: Page) -> bool:
    beside = abs(other.middle - cell.middle) < 0.5 * page.letter and other.left > cell.left
    return beside or 0 < other.middle - cell.middle < 2.2 * page.letter


def _hex_parts(text: str) -> list[str]:
    """Long words that may be hex digits, their look-alikes put right."""
    words = re.findall(r"[0-9a-z]{6,}", text.lower())
    mended = ["".join(_BLURRED_HEX.get(letter, letter) for letter in word) for word in words]
    return [
        word for word in mended if len(word) >= 8 and sum(c in _HEX for c in word) >= 0.9 * len(word) and not word.isalpha()
    ]


def fits(printed: str, irn: str) -> bool:
    """Whether a printed number is this one but for blurs: chance agrees in one digit of sixteen."""
    if len(printed) == 64:
        return sum(a == b for a, b in zip(printed, irn, strict=True)) >= _AGREEING
    return _common(printed, irn) + _common(printed[::-1], irn[::-1]) >= _AGREEING // 2


def _common(one: str, other: str) -> int:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def irn_of(seller: str, number: str, day: date, doc_type: str) -> str:
    start = day.year if day.month >= 4 else day.year - 1
    year = f"{start}-{(start + 1) % 100:02d}"
    return hashlib.sha256(f"{seller}{year}{_TYPES.get(doc_type, 'INV')}{number.upper()}".encode()).hexdigest()


def proven_number(irn: str, seller: str, number: str, day: date, doc_type: str) -> str | None:
    """The number as the hash proves it: as read, or with one or two letters changed, left out or added. None: nothing fits."""
    for candidate in _near(number):
        if 0 < len(candidate) <= 16 and fits(irn, irn_of(seller, candidate, day, doc_type)):
            return candidate
    return None


def _near(number: str) -> Iterator[str]:
    yield number
    letters = number.upper()
    once = list(dict.fromkeys(_edits(letters)))
    yield from once
    for candidate in once[:_TWICE_MAX]:
        yield from _edits(candidate)


def _edits(number: str) -> Iterator[str]:
    for place, letter in enumerate(number):
        for other in _ALIKE.get(letter, ""):
            yield number[:place] + other + number[place + 1 :]
    for place in range(len(number) + 1):
        for letter in "0/-1":
            yield number[:place] + letter + number[place:]
    for place in range(len(number)):
        yield number[:place] + number[place + 1 :]
