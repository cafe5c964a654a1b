"""A statement on paper: the movements, the balance, the head they are sealed under, and a QR that says the same."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from base.days import INDIA
from base.money import grouped
from bot.statement import Line, Statement

LINES_A_PAGE = 36
_FONT, _BOLD, _MONO = "Helvetica", "Helvetica-Bold", "Courier"
_LEFT, _RIGHT = 18 * mm, A4[0] - 18 * mm
_TOP, _ROW = A4[1] - 20 * mm, 5.2 * mm
_COLUMNS = (("points", 118 * mm), ("held", 148 * mm), ("balance", _RIGHT))  # right edges of the numbers
_QR_SIDE = 42 * mm
_QUIET_MODULES = 4  # the white edge ISO/IEC 18004 asks for


def statement_pdf(statement: Statement) -> bytes:
    """A4 pages; the same statement gives the same bytes."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)  # invariant: no dates, no random ids
    page.setTitle("Statement of points")
    pages = [statement.lines[n : n + LINES_A_PAGE] for n in range(0, len(statement.lines), LINES_A_PAGE)] or [()]
    for number, lines in enumerate(pages, start=1):
        y = _heading(page, statement, number, len(pages))
        if number == 1:
            y = _sum(page, "before these", statement.opening["available"], y)
        y = _rows(page, lines, y)
        if number == len(pages):
            _sum(page, "available after these", statement.closing["available"], y)
            _seal(page, statement)
        page.showPage()
    page.save()
    return out.getvalue()


def _heading(page: Canvas, statement: Statement, number: int, pages: int) -> float:
    page.setFont(_BOLD, 15)
    page.drawString(_LEFT, _TOP, "Statement of points")
    page.setFont(_FONT, 9)
    page.drawRightString(_RIGHT, _TOP, f"page {number} of {pages}")
    page.drawString(_LEFT, _TOP - 6 * mm, _western(f"programme {statement.programme_id}, member {statement.member_id}"))
    y = _TOP - 14 * mm
    page.setFont(_BOLD, 9)
    page.drawString(_LEFT, y, "when (India)")
    page.drawString(_LEFT + 34 * mm, y, "posting")
    page.drawString(_LEFT + 54 * mm, y, "what")
    for name, edge in _COLUMNS:
        page.drawRightString(edge, y, name)
    page.setLineWidth(0.4)
    page.line(_LEFT, y - 1.5 * mm, _RIGHT, y - 1.5 * mm)
    return float(y - 1.2 * _ROW)


def _rows(page: Canvas, lines: Sequence[Line], y: float) -> float:
    page.setFont(_FONT, 9)
    for line in lines:
        page.drawString(_LEFT, y, f"{line.at.astimezone(INDIA):%Y-%m-%d %H:%M}")
        page.drawString(_LEFT + 34 * mm, y, str(line.posting_id))
        page.drawString(_LEFT + 54 * mm, y, _western(line.reason.replace("_", " ")))
        for (_, edge), value in zip(_COLUMNS, (_signed(line.points), _signed(line.held), grouped(line.balance)), strict=True):
            page.drawRightString(edge, y, value)
        y -= _ROW
    return y


def _sum(page: Canvas, words: str, points: int, y: float) -> float:
    page.setFont(_BOLD, 9)
    page.drawString(_LEFT + 54 * mm, y, words)
    page.drawRightString(_RIGHT, y, grouped(points))
    return float(y - _ROW)


def _seal(page: Canvas, statement: Statement) -> None:
    """At the foot of the last page."""
    bottom, head = 14 * mm, statement.proof["head"]
    _qr(page, statement.qr(), _LEFT, bottom)
    x, y = _LEFT + _QR_SIDE + 4 * mm, bottom + _QR_SIDE - 6 * mm
    words = [
        (_BOLD, f"{grouped(statement.closing['available'])} points available, {grouped(statement.closing['held'])} held"),
        (_FONT, f"sealed under block {head['height']} of the books, whose hash is"),
        (_MONO, head["hash"][:32]), (_MONO, head["hash"][32:]),
        (_FONT, "the postings above, hashed together:"),
        (_MONO, statement.proof["statement"]["root"][:32]), (_MONO, statement.proof["statement"]["root"][32:]),
        (_FONT, "check the file beside this page with verify.py and the text of the code"),
    ]  # fmt: skip
    if statement.unsealed:
        words.append((_FONT, f"newer postings, not sealed yet and not on this page: {statement.unsealed}"))
    for font, line in words:
        page.setFont(font, 8.5)
        page.drawString(x, y, line)
        y -= 4.2 * mm


def _qr(page: Canvas, content: str, left: float, bottom: float) -> None:
    code = segno.make(content, error="m", micro=False, boost_error=False)
    module = _QR_SIDE / code.symbol_size(border=_QUIET_MODULES)[0]
    path = page.beginPath()
    for y, row in enumerate(code.matrix, start=_QUIET_MODULES):
        for x, dark in enumerate(row, start=_QUIET_MODULES):
            if dark:
                path.rect(left + x * module, bottom + _QR_SIDE - (y + 1) * module, module, module)
    page.drawPath(path, stroke=0, fill=1)


def _signed(points: int) -> str:
    return f"+{grouped(points)}" if points > 0 else grouped(points) if points else ""


def _western(words: str) -> str:
    """The printer's standard fonts hold no other letters; ids of ours have none."""
    return words.encode("cp1252", "replace").decode("cp1252")
