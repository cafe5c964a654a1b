"""Invoices for the demo and for trying the chat: drawn as a shop's printer would, photographed as a phone would.

One for each outcome: credited, one question, a reviewer, refused. Numbers and dates are new with each set, so that a set
is never a purchase seen before; what was bought differs from bill to bill, so that none looks like another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

PAGE = (1000, 1240)
JPEG_QUALITY = 80
GST_PERCENT = 18

Picture = NDArray[np.uint8]
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"


@dataclass(frozen=True, slots=True)
class Item:
    words: str
    hsn: str
    quantity: int
    rate_rupees: int


@dataclass(frozen=True, slots=True)
class Bill:
    seller: str
    address: str
    gstin: str
    number: str
    day: date
    items: tuple[Item, ...]
    total_off_rupees: int = 0  # added to the printed total: a bill that does not add up

    @property
    def taxable_rupees(self) -> int:
        return sum(item.quantity * item.rate_rupees for item in self.items)


WIRES = (
    Item("FR 1.5 SQMM 90MTR", "854449", 10, 1450),
    Item("MCB 16A SP C curve", "853620", 20, 185),
    Item("Ceiling fan 1200 mm", "841451", 4, 1990),
)
BOARDS = (Item("SPN DB 8 way double door", "853710", 6, 1275), Item("6A 1-way switch", "853650", 240, 38))
LIGHTS = (
    Item("9W LED B22", "853952", 150, 82),
    Item("15 LTR water heater", "851610", 2, 6480),
    Item("16A socket", "853669", 75, 96),
)
FANS = (Item("CF 1200MM", "841451", 12, 2115), Item("FR 2.5 SQMM 90MTR", "854449", 7, 2340))
AUTHORISED = ("RANE ELECTRIC DISTRIBUTORS", "14 Laxmi Road, Pune 411030, Maharashtra", "27AABCR4521P1Z3")
OTHER = ("GANPATI TRADING COMPANY", "7 Station Road, Nashik 422001, Maharashtra", "27AAPFU0939F1ZV")


def samples(folder: Path, today: date, serial: int) -> dict[str, Path]:
    """One photo for each outcome, by its name. `serial` tells sets apart: it stands in the invoices' numbers."""
    day = today - timedelta(days=3)
    good = Bill(*AUTHORISED, f"RED/{day:%y}/{serial:05d}", day, WIRES)
    bills = {
        "credited": good,
        "question": replace(good, number=f"RED/{day:%y}/{serial + 1:05d}", items=BOARDS),
        "reviewer": replace(good, number=f"RED/{day:%y}/{serial + 2:05d}", items=LIGHTS, total_off_rupees=5_000),
        "refused": Bill(*OTHER, f"GTC-{serial}", day, FANS),
    }
    return {
        name: photograph(bill, folder / f"invoice-{name}.jpg", cut=0.25 if name == "question" else 0.0)
        for name, bill in bills.items()
    }


def photograph(bill: Bill, path: Path, *, cut: float = 0.0) -> Path:
    """A photo of the bill on a table. `cut`: how much of the sheet's foot is outside the picture."""
    sheet = np.array(_sheet(bill))[:, :, ::-1].astype(np.uint8)
    height, width = sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = np.array([[70, 62], [1058, 48], [1085, 1290], [52, 1302]], dtype=np.float32)
    photo = cv2.warpPerspective(sheet, cv2.getPerspectiveTransform(corners, seen), (1140, 1360), borderValue=(74, 92, 112))
    light = np.linspace(1.02, 0.8, photo.shape[0], dtype=np.float32)[:, None, None]
    noise = np.random.default_rng(11).normal(0, 3, photo.shape)
    photo = np.clip(photo * light + noise, 0, 255).astype(np.uint8)
    photo = photo[: round(photo.shape[0] * (1 - cut))]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), photo, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return path


def _sheet(bill: Bill) -> Image.Image:
    page = Image.new("RGB", PAGE, (252, 251, 246))
    draw = ImageDraw.Draw(page)
    _middle(draw, 40, bill.seller, 34)
    _middle(draw, 88, bill.address, 20)
    _middle(draw, 118, f"GSTIN: {bill.gstin}", 22)
    draw.rectangle((40, 165, 960, 1200), outline="black", width=2)
    _middle(draw, 176, "TAX INVOICE", 24)
    draw.line((40, 215, 960, 215), fill="black", width=2)
    _left(draw, 60, 230, "Bill To: Rao Electricals, Pune", 20)
    _left(draw, 600, 230, f"Invoice No. : {bill.number}", 20)
    _left(draw, 600, 262, f"Invoice Date : {bill.day:%d-%m-%Y}", 20)
    _items(draw, bill.items)
    _sums(draw, bill)
    _left(draw, 60, 1140, "Goods once sold will not be taken back.", 16)
    _left(draw, 690, 1160, "Authorised Signatory", 18)
    return page


def _items(draw: ImageDraw.ImageDraw, items: Sequence[Item]) -> None:
    columns = ((60, "Description of Goods"), (480, "HSN"), (600, "Qty"), (700, "Rate"), (830, "Amount"))
    draw.line((40, 310, 960, 310), fill="black", width=2)
    for x, words in columns:
        _left(draw, x, 320, words, 20)
    draw.line((40, 355, 960, 355), fill="black", width=2)
    for row, item in enumerate(items):
        y = 370 + row * 40
        amount = item.quantity * item.rate_rupees
        cells = (item.words, item.hsn, f"{item.quantity} Nos", f"{item.rate_rupees}.00", _rupees(amount * 100))
        for (x, _), said in zip(columns, cells, strict=True):
            _left(draw, x, y, said, 20)


def _sums(draw: ImageDraw.ImageDraw, bill: Bill) -> None:
    taxable = bill.taxable_rupees * 100
    half = taxable * GST_PERCENT // 200
    exact = taxable + 2 * half
    total = round(exact / 100) + bill.total_off_rupees
    off = round(exact / 100) * 100 - exact
    rows = [("Taxable Value", taxable), ("CGST 9%", half), ("SGST 9%", half)] + ([("Round Off", off)] if off else [])
    draw.line((40, 830, 960, 830), fill="black", width=2)
    for number, (words, paise) in enumerate(rows):
        _left(draw, 560, 845 + number * 36, words, 20)
        _left(draw, 820, 845 + number * 36, _rupees(paise), 20)
    draw.line((40, 1000, 960, 1000), fill="black", width=2)
    _left(draw, 560, 1012, "Grand Total", 24)
    _left(draw, 810, 1012, _rupees(total * 100), 24)
    draw.line((40, 1050, 960, 1050), fill="black", width=2)
    _left(draw, 60, 1070, f"Rupees {_in_words(round(exact / 100))} Only", 18)


def _rupees(paise: int) -> str:
    """With commas as in India: 12,34,567.00"""
    whole, rest = divmod(abs(paise), 100)
    head, tail = str(whole)[:-3], str(whole)[-3:]
    while head:
        head, tail = head[:-2], f"{head[-2:]},{tail}"
    return f"{'-' if paise < 0 else ''}{tail}.{rest:02d}"


def _in_words(number: int) -> str:
    units, tens = _UNITS.split(), _TENS.split()
    for size, name in ((10_000_000, "crore"), (100_000, "lakh"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            return f"{_in_words(number // size)} {name.title()}" + (f" {_in_words(rest)}" if rest else "")
    if number < len(units):
        return units[number].title()
    return tens[number // 10].title() + (f" {units[number % 10].title()}" if number % 10 else "")


def _left(draw: ImageDraw.ImageDraw, x: int, y: int, words: str, size: int) -> None:
    draw.text((x, y), words, fill=(28, 28, 36), font_size=size)


def _middle(draw: ImageDraw.ImageDraw, y: int, words: str, size: int) -> None:
    draw.text((PAGE[0] / 2, y), words, fill=(28, 28, 36), font_size=size, anchor="ma")
