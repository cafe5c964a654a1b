"""A page printed as pixels, and where each field came to stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.papers.fonts import Face, sized
from tests.papers.page import MM_PER_PT, Box, Matrix, Page, Rule, Seal, Strokes, Text

Pixels = npt.NDArray[Any]
_NEEDLES = (14, 18)  # dots across and down one letter


@dataclass(frozen=True, slots=True)
class Print:
    rgb: Pixels
    boxes: dict[str, Pixels]  # field -> four corners in pixels, clockwise from top left


def print_page(page: Page, px_per_mm: float) -> Print:
    size = (round(page.width * px_per_mm), round(page.height * px_per_mm))
    image = Image.new("RGB", size, page.paper)
    draw = ImageDraw.Draw(image)
    boxes: dict[str, Pixels] = {}
    for mark in page.marks:
        if isinstance(mark, Text):
            boxes |= _text(image, draw, mark, px_per_mm, page.dots)
        elif isinstance(mark, Seal):
            _seal(image, mark, px_per_mm)
        else:
            _shape(image, draw, mark, px_per_mm)
            if isinstance(mark, Matrix) and mark.field:
                unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
                boxes[mark.field] = (np.array([mark.x, mark.y]) + unit * mark.side) * px_per_mm
    _holes(draw, page, px_per_mm)
    return Print(np.asarray(image), boxes)


def _holes(draw: ImageDraw.ImageDraw, page: Page, scale: float) -> None:
    """Sprocket holes of continuous paper, or the two of a binder."""
    centres: list[tuple[float, float, float]] = []
    if page.sprockets:
        steps = range(int(page.height // 12.7) + 1)
        centres += [(x, 6 + 12.7 * step, 2.0) for step in steps for x in (5.0, page.width - 5)]
    if page.holes:
        centres += [(6.5, page.height / 2 - 40, 3.0), (6.5, page.height / 2 + 40, 3.0)]
    for x, y, radius in centres:
        draw.ellipse(
            [(x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale], fill=(52, 50, 50)
        )


def _text(image: Image.Image, draw: ImageDraw.ImageDraw, mark: Text, scale: float, dots: bool) -> dict[str, Pixels]:
    pixels = mark.size_pt * MM_PER_PT * scale
    left, base = mark.x * scale, mark.y * scale
    if dots:
        _needles(image, mark, pixels, scale)
    elif mark.face.family == "hand":
        _handwriting(draw, mark, pixels, left, base)
    else:
        font, room = sized(mark.face, round(pixels, 1)), mark.width * scale
        if font.getlength(mark.text) > 1.01 * room:  # hinting made the letters wider than the layout reckoned
            font = sized(mark.face, round(pixels * room / font.getlength(mark.text), 1))
        draw.text((left, base), mark.text, font=font, fill=mark.color, anchor="ls")
    if mark.field is None:
        return {}
    top, bottom, right = base - 0.8 * pixels, base + 0.25 * pixels, (mark.x + mark.width) * scale
    return {mark.field: np.array([[left, top], [right, top], [right, bottom], [left, bottom]])}


def _shape(image: Image.Image, draw: ImageDraw.ImageDraw, mark: Box | Rule | Matrix | Strokes, scale: float) -> None:
    if isinstance(mark, Box):
        corners = [mark.x * scale, mark.y * scale, (mark.x + mark.width) * scale, (mark.y + mark.height) * scale]
        draw.rectangle(corners, fill=mark.fill, outline=mark.stroke, width=_pen(mark.line_mm, scale))
    elif isinstance(mark, Rule):
        ends = [mark.x * scale, mark.y * scale, mark.to_x * scale, mark.to_y * scale]
        draw.line(ends, fill=mark.color, width=_pen(mark.line_mm, scale))
    elif isinstance(mark, Matrix):
        modules = np.array([list(row) for row in mark.rows], dtype=np.uint8)
        side = round(mark.side * scale)
        code = Image.fromarray(255 - modules * 255).resize((side, side), Image.Resampling.BOX)
        image.paste(code.convert("RGB"), (round(mark.x * scale), round(mark.y * scale)))
    else:
        points = [((mark.x + x) * scale, (mark.y + y) * scale) for x, y in mark.points]
        draw.line(points, fill=mark.color, width=_pen(mark.line_mm, scale), joint="curve")


def _pen(line_mm: float, scale: float) -> int:
    return max(1, round(line_mm * scale))


def _handwriting(draw: ImageDraw.ImageDraw, mark: Text, pixels: float, left: float, base: float) -> None:
    """Letters dance a little: no two stand on the same line."""
    for place, letter in enumerate(mark.text):
        wave = math.sin(place * 2.3 + mark.x + mark.y)
        font = sized(mark.face, round(pixels * (1 + 0.05 * wave), 1))
        draw.text(
            (left, base + 0.06 * pixels * wave),
            letter,
            font=font,
            fill=mark.color,
            anchor="ls",
            stroke_width=max(0, round(pixels / 42)),
            stroke_fill=mark.color,
        )
        left += font.getlength(letter) * 1.04


@lru_cache(maxsize=1024)
def _dot_letter(letter: str, width: int, height: int, bold: bool) -> Pixels:
    """Ink of one letter, 0..1: a typewriter face sampled by needles, every sample a round blot of the ribbon."""
    columns, rows = _NEEDLES
    fine = 8
    cell = Image.new("L", (120, 240), 0)
    ImageDraw.Draw(cell).text((0, 170), letter, font=sized(Face("mono", bold), 200), fill=255, anchor="ls")
    share = cv2.resize(np.asarray(cell).astype(np.float32) / 255, (columns, rows), interpolation=cv2.INTER_AREA)
    blots = np.zeros((rows * fine, columns * fine), np.float32)
    for row, column in zip(*np.nonzero(share > (0.45 if bold else 0.32)), strict=True):
        cv2.circle(blots, (int(column * fine + fine / 2), int(row * fine + fine / 2)), 4, 1.0, -1, cv2.LINE_AA)
    ink: Pixels = cv2.resize(blots, (max(1, width), max(1, height)), interpolation=cv2.INTER_AREA)
    return ink


def _needles(image: Image.Image, mark: Text, pixels: float, scale: float) -> None:
    advance = mark.width * scale / max(1, len(mark.text))
    height = round(pixels * 1.2)
    top = round(mark.y * scale - height * 170 / 240)
    for place, letter in enumerate(mark.text):
        if letter == " " or not letter.isascii():
            continue
        ink = _dot_letter(letter, round(advance), height, mark.face.bold)
        stamp = Image.fromarray((ink * 255).astype(np.uint8))
        image.paste(mark.color, (round(mark.x * scale + place * advance), top), stamp)


def _seal(image: Image.Image, mark: Seal, scale: float) -> None:
    side = round(mark.radius * 2 * scale)
    ink = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(ink)
    inset, pen = round(side * 0.03), max(1, round(0.5 * scale))
    if mark.round:
        draw.ellipse([inset, inset, side - inset, side - inset], outline=230, width=pen)
        draw.ellipse([side * 0.13, side * 0.13, side * 0.87, side * 0.87], outline=200, width=max(1, pen // 2))
    else:
        draw.rectangle([inset, side * 0.25, side - inset, side * 0.75], outline=230, width=pen)
    step = side * 0.4 / max(1, len(mark.lines))
    for place, line in enumerate(mark.lines):
        size = min(step * 0.8, side * 0.62 / max(0.1, sized(Face("sans", True), 100).getlength(line) / 100))
        draw.text(
            (side / 2, side * 0.3 + step * (place + 0.5)),
            line,
            font=sized(Face("sans", True), round(size, 1)),
            fill=220,
            anchor="mm",
        )
    speckle = (np.random.default_rng(side).random((side, side)) > 0.22) * 0.75  # rubber never inks evenly
    turned = ink.rotate(mark.turn_degrees, Image.Resampling.BILINEAR)
    mask = Image.fromarray((np.asarray(turned) * speckle).astype(np.uint8))
    image.paste(mark.color, (round((mark.x - mark.radius) * scale), round((mark.y - mark.radius) * scale)), mask)
