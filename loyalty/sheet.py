"""Sheets of labels to print and cut: a QR that opens the chat, the code in letters, the product it is stuck on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

_CODE_FONT = "Courier-Bold"
_TEXT_FONT = "Helvetica"
_QUIET_MODULES = 4  # the white edge ISO/IEC 18004 asks for
_MODULE_MM_MIN = 0.33  # below this cheap printers smear and cheap cameras miss
_PAD_MM = 1.2
_TICK_MM = 3.0
_TEXT_PT = 6.0


@dataclass(frozen=True, slots=True)
class Label:
    code: str  # as a person reads it
    link: str  # what the QR opens
    product: str
    sku: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Labels a page, left to right and top to bottom, edge to edge inside the margins."""

    columns: int = 4
    rows: int = 7
    margin_x_mm: float = 8.0
    margin_y_mm: float = 10.0


class BadSheet(ValueError):
    """The labels cannot be printed so; the message names fault and remedy."""


def sheet_pdf(labels: Sequence[Label], grid: Grid = Grid()) -> bytes:
    """A4 pages with crop marks; the same labels give the same bytes. Raises BadSheet."""
    if not labels:
        raise BadSheet("no labels to print: name a batch that has codes")
    if grid.columns < 1 or grid.rows < 1 or grid.margin_x_mm < 0 or grid.margin_y_mm < 0:
        raise BadSheet("a sheet has at least one column and one row, and margins of 0 mm or more")
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)  # invariant: no dates, no random ids
    page.setTitle("Coupon labels")
    width = (A4[0] - 2 * grid.margin_x_mm * mm) / grid.columns
    height = (A4[1] - 2 * grid.margin_y_mm * mm) / grid.rows
    per_page = grid.columns * grid.rows
    for first in range(0, len(labels), per_page):
        _crop_marks(page, grid, width, height)
        for place, label in enumerate(labels[first : first + per_page]):
            row, column = divmod(place, grid.columns)
            left = grid.margin_x_mm * mm + column * width
            bottom = A4[1] - grid.margin_y_mm * mm - (row + 1) * height
            _draw(page, label, left, bottom, width, height)
        page.showPage()
    page.save()
    return out.getvalue()


def _draw(page: Canvas, label: Label, left: float, bottom: float, width: float, height: float) -> None:
    pad = _PAD_MM * mm
    room = width - 2 * pad
    code_pt = min(9.0, 9.0 * room / stringWidth(label.code, _CODE_FONT, 9.0))
    words_height = code_pt + 2 * _TEXT_PT + 4
    _qr(page, label, left + width / 2, bottom + pad + words_height, min(room, height - 2 * pad - words_height))
    middle, line = left + width / 2, bottom + pad + 2
    page.setFont(_TEXT_FONT, _TEXT_PT)
    page.drawCentredString(middle, line, _fitting(label, label.sku, room))
    page.drawCentredString(middle, line + _TEXT_PT + 1, _fitting(label, label.product, room))
    page.setFont(_CODE_FONT, code_pt)
    page.drawCentredString(middle, line + 2 * _TEXT_PT + 2.5, label.code)


def _qr(page: Canvas, label: Label, middle: float, bottom: float, side: float) -> None:
    """As vector rectangles, quiet zone included; the error correction is Q where the label has room, else M."""
    for correction in ("q", "m"):
        code = segno.make(label.link, error=correction, micro=False, boost_error=False)
        modules = code.symbol_size(border=_QUIET_MODULES)[0]
        module = side / modules
        if module >= _MODULE_MM_MIN * mm:
            break
    else:
        raise BadSheet(f"the QR of {label.code} would be too fine to scan: use fewer columns or rows")
    edge, top = middle - side / 2, bottom + side
    path = page.beginPath()
    for y, row in enumerate(code.matrix, start=_QUIET_MODULES):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                path.rect(edge + (x + _QUIET_MODULES) * module, top - (y + 1) * module, (run - x) * module, module)
            x = run + 1
    page.drawPath(path, stroke=0, fill=1)


def _fitting(label: Label, words: str, room: float) -> str:
    """Cut to the label's width. The printers' standard fonts hold Western letters only."""
    try:
        words.encode("cp1252")
    except UnicodeEncodeError:
        raise BadSheet(f"{words!r} on {label.code} has letters the label's font lacks: use Latin ones") from None
    words = " ".join(words.split())
    if stringWidth(words, _TEXT_FONT, _TEXT_PT) <= room:
        return words
    while words and stringWidth(words + "...", _TEXT_FONT, _TEXT_PT) > room:
        words = words[:-1]
    return words.rstrip() + "..."


def _crop_marks(page: Canvas, grid: Grid, width: float, height: float) -> None:
    """Short hair lines in the margins, where the cuts begin and end; nothing is drawn over a label."""
    page.setLineWidth(0.25)
    left, low = grid.margin_x_mm * mm, grid.margin_y_mm * mm
    tick_x, tick_y = min(_TICK_MM * mm, left), min(_TICK_MM * mm, low)
    for column in range(grid.columns + 1):
        x = left + column * width
        page.line(x, low - tick_y, x, low)
        page.line(x, A4[1] - low, x, A4[1] - low + tick_y)
    for row in range(grid.rows + 1):
        y = low + row * height
        page.line(left - tick_x, y, left, y)
        page.line(A4[0] - left, y, A4[0] - left + tick_x, y)
