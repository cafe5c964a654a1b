"""Continuous paper from a needle printer: a grid of letters, dashes for rules, the ribbon long past its best."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.papers import blocks
from tests.papers.fonts import Face
from tests.papers.invoice import Wants
from tests.papers.page import Page, Text
from tests.papers.style import Style, random_style
from tests.papers.truth import Bill

WANTS = Wants(lines_max=9, business_share=0.8)
_LEFT, _EM = 12.0, 3.6


class Grid:
    """Letters by row and column; rows are a sixth of an inch apart."""

    def __init__(self, page: Page, count: int, step_mm: float) -> None:
        self.page, self.count, self.step = page, count, step_mm
        self.pitch = (page.width - 2 * _LEFT) / count

    def put(self, row: float, column: float, text: str, *, bold: bool = False, field: str | None = None, wide: int = 1) -> None:
        y = 12 + row * self.step
        width = len(text) * self.pitch * wide
        self.page.marks.append(
            Text(_LEFT + column * self.pitch, y, text, Face("mono", bold), _EM / 0.352778, self.page.color, width, field)
        )

    def centre(self, row: float, text: str, *, bold: bool = False, field: str | None = None, wide: int = 1) -> None:
        self.put(row, (self.count - len(text) * wide) / 2, text, bold=bold, field=field, wide=wide)

    def right(self, row: float, end: int, text: str, *, bold: bool = False, field: str | None = None, wide: int = 1) -> None:
        self.put(row, end - len(text) * wide, text, bold=bold, field=field, wide=wide)

    def dashes(self, row: float, letter: str = "-") -> None:
        self.put(row, 0, letter * self.count)


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("mono",))
    ink = rng.choice(((60, 62, 92), (50, 50, 56), (92, 84, 130), (84, 84, 92)))
    page = Page(
        rng.choice((210.0, 240.0)),
        200,
        face=Face("mono"),
        color=ink,
        paper=(246, 246, 244),
        dots=True,
        sprockets=rng.random() < 0.6,
    )
    grid = Grid(page, rng.choice((78, 80, 96)), rng.choice((4.23, 4.23, 3.9)))
    row = _head(grid, bill, style, rng)
    row = _goods(grid, bill, style, row)
    row = _sums(grid, bill, style, row)
    for text in _wrapped(style.words(bill.total), grid.count - 4):
        grid.put(row, 0, text)
        row += 1
    grid.dashes(row)
    if bill.extras.previous_balance is not None:
        grid.put(row + 1, 0, f"Prev. Bal. : {style.money(bill.extras.previous_balance)}")
        row += 1
    grid.put(row + 1, 0, f"Subject to {bill.seller.city.upper()} Jurisdiction only.")
    grid.put(row + 2, 0, "E.& O.E.")
    grid.right(row + 2, grid.count, f"For {bill.seller.name.upper()}"[: grid.count - 12])
    grid.right(row + 5, grid.count, "Authorised Signatory")
    page.height = 12 + (row + 8) * grid.step
    return [page]


def _head(grid: Grid, bill: Bill, style: Style, rng: Random) -> float:
    seller, half = bill.seller, grid.count * 11 // 20
    grid.centre(0, blocks.title(bill, rng).upper())
    wide = 2 if len(seller.name) * 2 < grid.count - 4 else 1
    grid.centre(1, seller.name.upper(), bold=True, wide=wide, field="seller_name")
    grid.centre(2, f"{seller.street}, {seller.city}-{seller.pin}"[: grid.count])
    grid.put(3, 0, f"{style.gstin_label} : {seller.gstin}", field="seller_gstin")
    grid.right(3, grid.count, f"Phone : {seller.phone}")
    grid.dashes(4)
    grid.put(5, 0, f"M/s {bill.buyer.name}"[: half - 1], bold=True)
    grid.put(6, 0, f"{bill.buyer.street}"[: half - 1])
    grid.put(7, 0, f"{bill.buyer.city} {bill.buyer.state_code}-{bill.buyer.state}"[: half - 1])
    grid.put(8, 0, f"GSTIN : {bill.buyer.gstin or ''}", field="buyer_gstin" if bill.buyer.gstin else None)
    grid.put(5, half, f"{blocks.number_label(bill, style)[:16]:<13}: {bill.number}", field="invoice_number")
    grid.put(6, half, f"{style.date_label:<13}: {style.day(bill.day)}", field="invoice_date")
    if bill.doc_type == "Credit Note":
        grid.put(7, half, f"{'Ref. Bill':<13}: {bill.extras.against_number}")
    else:
        grid.put(7, half, f"{'Order No':<13}: {bill.extras.order_number}")
    grid.put(8, half, f"{'Transport':<13}: {bill.extras.transporter}"[: grid.count - half])
    grid.dashes(9)
    return 10


def _goods(grid: Grid, bill: Bill, style: Style, row: float) -> float:
    room = grid.count - 53
    heads = f"{'SL':>2} {'DESCRIPTION':<{room}} {'HSN':<8} {'QTY':>6} {'RATE':>10} {'DIS%':>5} {'GST%':>4} {'AMOUNT':>11}"
    grid.put(row, 0, heads)
    grid.dashes(row + 1)
    row += 2
    for place, line in enumerate(bill.lines, start=1):
        text = (
            f"{place:>2} {line.description.upper()[:room]:<{room}} {line.hsn:<8} {line.quantity:>6g} "
            f"{style.money(line.rate):>10} "
            f"{line.discount_percent:>5g} {line.gst_percent:>4g} {style.money(line.taxable):>11}"
        )
        grid.put(row, 0, text)
        row += 1
    row += max(0, 4 - len(bill.lines))
    grid.dashes(row)
    grid.put(row + 1, 3, f"NO OF ITEMS : {len(bill.lines)}")
    return row + 1


def _sums(grid: Grid, bill: Bill, style: Style, row: float) -> float:
    start = grid.count - 36
    rows: list[tuple[str, Decimal, str | None]] = blocks.sum_rows(bill, style, gross=False)
    for label, value, field in rows:
        grid.put(row, start, label.upper()[:22])
        grid.right(row, grid.count, style.money(value), field=field)
        row += 1
    grid.put(row, start, "-" * 36)
    grid.put(row + 1, start, style.total_label.upper()[:18], bold=True)
    grid.right(row + 1, grid.count, style.money(bill.total), bold=True, field="total")
    grid.put(row + 2, start, "=" * 36)
    return row + 3


def _wrapped(text: str, width: int) -> list[str]:
    rows = [""]
    for word in text.split():
        if len(rows[-1]) + len(word) + 1 > width:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows
