"""Plain printed pages for tests that really read: drawn by code, with the place of each line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.image import Picture, Pixels
from ocr.words import Word

LINES = ("Tax Invoice No. VE/2526/0417", "GSTIN 27AAPFU0939F1ZV", "Dated 12-09-2025", "Grand Total 5,900.00")


def page(lines: Sequence[str] = LINES, size: tuple[int, int] = (640, 320), print_px: int = 28) -> Pixels:
    """BGR pixels: one line below the other, black on white."""
    paper = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(paper), ImageFont.load_default(print_px)
    for row, line in enumerate(lines):
        pen.text((30, 30 + row * 2.2 * print_px), line, fill="black", font=font)
    return np.asarray(paper)[:, :, ::-1].copy()


def picture(bgr: Pixels, scale: float = 1.0) -> Picture:
    height, width = bgr.shape[:2]
    gray = np.asarray(bgr @ np.array([0.114, 0.587, 0.299])).round().astype(np.uint8)
    return Picture(round(width * scale), round(height * scale), scale, bgr, gray)


def said(words: Sequence[Word]) -> set[str]:
    """Texts without blanks: engines differ in where they see one."""
    return {word.text.replace(" ", "") for word in words}
