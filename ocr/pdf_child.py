"""The process that opens a PDF: file on stdin; on stdout one line of JSON, then the pages' pictures. See ocr/pdf.py.

Run by path, alone: it imports nothing of ours, so that little can be had by breaking it.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

PAGES_MAX = 10
MEMORY_BYTES_MAX = 1024 * 1024 * 1024  # of addresses, not of memory used
CPU_S_MAX = 10
SIDE_PX = 2200  # of a rendered page: A4 at 190 dpi
PIXELS_PER_POINT_MAX = 3.0  # a receipt is not blown up to the size of a poster
LETTERS_MAX = 20_000  # of a page
LETTERS_MIN = 40  # fewer are a watermark or a page number, not an invoice
SENSE_MIN = 0.9  # of the letters are ordinary characters: fonts without a table of characters yield nonsense
SCAN_SHARE_MIN = 0.6  # one picture covering this much of the page is what a person sees; text below it may say otherwise
COLUMN_GAP = 0.9  # a gap this many times the line's height starts another box, as columns do
WORD_GAP = 0.22  # from here on a space is meant, whether or not the file has one
SAME_LINE = 0.5
LETTERS_ALONE_MAX = 0.5  # of all: text that runs across the page as drawn is better read by eye

Place = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the upright page


def main() -> int:
    _limit()
    import pypdfium2  # after the limits: whatever it does happens within them

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        count = len(document)
    except pypdfium2.PdfiumError as fault:
        encrypted = getattr(fault, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        return _answer({"refused": "pdf_encrypted" if encrypted else "pdf_broken"}, [])
    if count == 0:
        return _answer({"refused": "pdf_broken"}, [])
    pages, pictures = [], []
    for number in range(1, min(count, PAGES_MAX) + 1):
        try:
            page, jpeg = _page(document[number - 1], number)
        except pypdfium2.PdfiumError:  # one bad page: the others may do
            continue
        pages.append(page)
        pictures.append(jpeg)
    if not pages:
        return _answer({"refused": "pdf_broken"}, [])
    return _answer({"page_count": count, "pages": pages}, pictures)


def _limit() -> None:
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, CPU_S_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit on addresses
            resource.setrlimit(kind, (value, value))


def _answer(head: dict[str, Any], pictures: list[bytes]) -> int:
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    for picture in pictures:
        out.write(picture)
    out.flush()
    return 0


def _page(page: Any, number: int) -> tuple[dict[str, Any], bytes]:
    scale = min(SIDE_PX / max(*page.get_size(), 1), PIXELS_PER_POINT_MAX)
    image = page.render(scale=scale).to_pil().convert("RGB")
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=92)
    picture = jpeg.getvalue()
    words = None if _is_scan(page) else _words(page, *image.size)
    head = {"number": number, "width": image.width, "height": image.height, "words": words, "jpeg_bytes": len(picture)}
    return head, picture


def _is_scan(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= SCAN_SHARE_MIN * width * height:
            return True
    return False


# --- the text layer -------------------------------------------------------------------------------------------------


def _words(page: Any, width: int, height: int) -> list[tuple[str, Place]] | None:
    """Texts with (left, top, right, bottom) in pixels; None where the layer is missing or makes no sense."""
    letters = list(_letters(page, width, height))
    plain = sum(letter.isascii() or letter.isalpha() or letter in "₹–—’" for letter, _, _ in letters)
    if len(letters) < LETTERS_MIN or plain < SENSE_MIN * len(letters):
        return None
    words: list[tuple[str, Place]] = []
    for letter, place, spaced in letters:
        if words and _follows(words[-1][1], place):
            text, box = words[-1]
            apart = spaced or place[0] - box[2] > WORD_GAP * (box[3] - box[1])
            grown = (min(box[0], place[0]), min(box[1], place[1]), max(box[2], place[2]), max(box[3], place[3]))
            words[-1] = text + (" " if apart else "") + letter, grown
        else:
            words.append((letter, place))
    return words if len(words) <= LETTERS_ALONE_MAX * len(letters) else None


def _follows(box: Place, place: Place) -> bool:
    line = max(box[3] - box[1], 1.0)
    level = abs((place[1] + place[3]) / 2 - (box[1] + box[3]) / 2) < SAME_LINE * line
    return level and -0.5 * line < place[0] - box[2] < COLUMN_GAP * line


def _letters(page: Any, width: int, height: int) -> Iterator[tuple[str, Place, bool]]:
    """Visible characters in the file's order with their place, and whether a space stood before."""
    layer = page.get_textpage()
    spaced = False
    for at in range(min(layer.count_chars(), LETTERS_MAX)):
        code = _code(layer, at)
        letter = chr(code) if 32 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if not letter.strip():
            spaced = True
            continue
        left, bottom, right, top = layer.get_charbox(at, loose=True)
        ends = (_pixel(page, width, height, left, top), _pixel(page, width, height, right, bottom))
        (x0, x1), (y0, y1) = sorted(end[0] for end in ends), sorted(end[1] for end in ends)
        if x1 > 0 and y1 > 0 and x0 < width and y0 < height:
            yield letter, (float(x0), float(y0), float(x1), float(y1)), spaced
        spaced = False


def _code(layer: Any, at: int) -> int:
    import pypdfium2.raw as pdfium

    return int(pdfium.FPDFText_GetUnicode(layer, at))


def _pixel(page: Any, width: int, height: int, x: float, y: float) -> tuple[int, int]:
    import pypdfium2.raw as pdfium

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
    return across.value, down.value


if __name__ == "__main__":
    sys.exit(main())
