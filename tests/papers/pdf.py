"""The same pages as PDF: with their text, or as pictures of a scan."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.papers import fonts
from tests.papers.page import Box, Matrix, Page, Rule, Strokes, Text

_MM = 72 / 25.4
_STANDARD = {"sans": "Helvetica", "serif": "Times", "mono": "Courier", "hand": "Helvetica", "typewriter": "Courier"}
_NAMES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold"),
    "Times": ("Times-Roman", "Times-Bold"),
    "Courier": ("Courier", "Courier-Bold"),
}


def text_pdf(pages: Sequence[Page]) -> bytes:
    """A PDF whose text can be copied out. Hindi needs shaping that this does not do: print such pages as pictures."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for page in pages:
        canvas.setPageSize((page.width * _MM, page.height * _MM))
        for mark in page.marks:
            _put(canvas, page, mark)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture_pdf(pictures: Sequence[npt.NDArray[Any]], quality: int = 75, dpi: int = 150) -> bytes:
    """A PDF of scans: one JPEG a page and no text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for pixels in pictures:
        jpeg = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(jpeg, "JPEG", quality=quality)
        jpeg.seek(0)
        width, height = pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(jpeg), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _put(canvas: Canvas, page: Page, mark: object) -> None:
    def up(y: float) -> float:
        return (page.height - y) * _MM

    if isinstance(mark, Text):
        _say(canvas, mark, up(mark.y))
    elif isinstance(mark, Box):
        canvas.setLineWidth(mark.line_mm * _MM)
        for colour, paint in ((mark.fill, canvas.setFillColorRGB), (mark.stroke, canvas.setStrokeColorRGB)):
            if colour:
                paint(*(value / 255 for value in colour))
        canvas.rect(
            mark.x * _MM,
            up(mark.y + mark.height),
            mark.width * _MM,
            mark.height * _MM,
            stroke=int(mark.stroke is not None),
            fill=int(mark.fill is not None),
        )
    elif isinstance(mark, Rule | Strokes):
        if isinstance(mark, Rule):
            points: tuple[tuple[float, float], ...] = ((mark.x, mark.y), (mark.to_x, mark.to_y))
        else:
            points = tuple((mark.x + x, mark.y + y) for x, y in mark.points)
        canvas.setLineWidth(mark.line_mm * _MM)
        canvas.setStrokeColorRGB(*(value / 255 for value in mark.color))
        canvas.lines([(x * _MM, up(y), u * _MM, up(v)) for (x, y), (u, v) in itertools.pairwise(points)])
    elif isinstance(mark, Matrix):
        step = mark.side / len(mark.rows)
        canvas.setFillColorRGB(0, 0, 0)
        for row, modules in enumerate(mark.rows):
            for column in (place for place, dark in enumerate(modules) if dark):
                left, low = (mark.x + column * step) * _MM, up(mark.y + (row + 1) * step)
                canvas.rect(left, low, 1.02 * step * _MM, 1.02 * step * _MM, stroke=0, fill=1)  # no hairs between modules


def _say(canvas: Canvas, mark: Text, y: float) -> None:
    name = _font(mark.face)
    text = mark.text if name.startswith("tt-") else mark.text.replace("₹", "Rs.")
    run = canvas.beginText(mark.x * _MM, y)
    run.setFont(name, mark.size_pt)
    run.setFillColorRGB(*(value / 255 for value in mark.color))
    usual = pdfmetrics.stringWidth(text, name, mark.size_pt)
    if usual and abs(mark.width * _MM / usual - 1) > 0.01:  # another face than was measured: the room stays the same
        run.setHorizScale(100 * mark.width * _MM / usual)
    run.textOut(text)
    canvas.drawText(run)


def _font(face: fonts.Face) -> str:
    if face.family in _STANDARD:
        return _NAMES[_STANDARD[face.family]][face.bold]
    path = fonts.path(face)
    name = f"tt-{path.stem}"
    if name not in pdfmetrics.getRegisteredFontNames():
        try:
            pdfmetrics.registerFont(TTFont(name, str(path)))
        except TTFError:  # outlines of the other kind: the PDF takes its own sans
            return _NAMES["Helvetica"][face.bold]
    return name
