"""Sheets for the tests of fields: print set out on a grid of letters, as an engine would box it; tilted or curved on demand."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, sin

from ocr.facts import Invoice
from ocr.invoice import read_invoice
from ocr.words import Point, Quad, Sheet, Word

LETTER, HEIGHT, LEADING = 9.0, 18.0, 26.0
WIDTH = 1200
SELLER, BUYER = "27AAPFU0939F1ZV", "29ABCFS1234K1Z3"


def sheet(text: str, *, tilt: float = 0.0, bulge: float = 0.0, confidence: float = 0.99, number: int = 1) -> Sheet:
    """Each line of the text is a row; two blanks part the boxes; one letter is LETTER wide. `bulge`: pixels the middle sags."""
    words = []
    lines = text.strip("\n").split("\n")
    for row, line in enumerate(lines):
        for place, part in _parts(line):
            words.append(Word(part, _box(place, row, len(part), tilt, bulge), confidence))
    return Sheet(WIDTH, round((len(lines) + 4) * LEADING), tuple(words), number)


def read(text: str, **how: float) -> Invoice:
    return read_invoice([sheet(text, **how)])


def value(found: object) -> object:
    return getattr(found, "value", None)


def words(*placed: tuple[str, float, float]) -> tuple[Word, ...]:
    """Boxes by hand: text, left, top."""
    return tuple(Word(text, _quad(x, y, len(text) * LETTER), 0.99) for text, x, y in placed)


def _parts(line: str) -> Sequence[tuple[int, str]]:
    found, place = [], 0
    for part in line.split("  "):
        if part.strip():
            found.append((place + len(part) - len(part.lstrip()), part.strip()))
        place += len(part) + 2
    return found


def _box(place: int, row: int, length: int, tilt: float, bulge: float) -> Quad:
    left, top = 40 + place * LETTER, 40 + row * LEADING
    return tuple(_moved(point, tilt, bulge) for point in _quad(left, top, length * LETTER))


def _quad(left: float, top: float, width: float) -> Quad:
    return (left, top), (left + width, top), (left + width, top + HEIGHT), (left, top + HEIGHT)


def _moved(point: Point, tilt: float, bulge: float) -> Point:
    x, y = point
    y += bulge * (1 - ((x - WIDTH / 2) / (WIDTH / 2)) ** 2)
    return x * cos(tilt) - y * sin(tilt), x * sin(tilt) + y * cos(tilt)


INVOICE = f"""
                          VOLTLINE ELECTRICALS
                    14 Market Road, Pune - 411001
              GSTIN: {SELLER}    State Code: 27
                              TAX INVOICE
Bill To                                       Invoice No.  VE/2526/0417
SUNRISE TRADERS                               Dated  12-Sep-2025
Nashik                                        Order No. PO-8812  Order Date 01-09-2025
GSTIN: 27AACCM5678P1ZN                        Due Date 12-10-2025
Sr  Description of Goods          HSN     Qty   Rate       Amount
1   MCB 16A SP                    8536    10    100.00     1,000.00
2   WIRE 1.5 SQMM RED             8544    5     800.00     4,000.00
                                              Taxable Value   5,000.00
                                              CGST 9%           450.00
                                              SGST 9%           450.00
                                              Round Off           0.00
                                              Grand Total     5,900.00
Rupees Five Thousand Nine Hundred Only
Bank: State Bank  A/c No. 30012345678  IFSC SBIN0001234
                                              For VOLTLINE ELECTRICALS
"""
