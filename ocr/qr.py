"""All QR codes of a picture, read by a ladder of ever dearer attempts that ends as soon as nothing is left in doubt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import zxingcpp

from ocr.image import Picture, Pixels
from ocr.qr_dense import dense_places, sharpened

try:
    from pyzbar import pyzbar as zbar
except ImportError:  # the shared library is not on this machine: its rungs are left out and named in Readings.skipped
    zbar = None

# Model 2 alone: "QRCode" would also try Micro and rectangular codes, which the patterns of dense ones are mistaken for.
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2])
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
UPSCALED_PIXELS_MAX = 18_000_000  # a WhatsApp photo of 1600 x 1200, three times larger; bounds memory and time


@dataclass(frozen=True, slots=True)
class Reading:
    """One code. `corners` are pixels of the upright photo as sent, clockwise from its top left; text is as printed."""

    text: str
    corners: Quad


@dataclass(frozen=True, slots=True)
class Readings:
    """Every code found, from top left to bottom right, and which rungs were tried or (for want of zbar) left out.
    `left_off`: the search was ended early, and the same picture may yet show codes."""

    codes: tuple[Reading, ...]
    rungs: tuple[str, ...]
    skipped: tuple[str, ...]
    unread: int  # places that look like a code but gave no text
    left_off: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """What one attempt saw, in the pixels of the picture it was given."""

    read: list[Reading]
    unread: list[Quad]


@dataclass(frozen=True, slots=True)
class _Rung:
    name: str
    look: Callable[[Pixels], _Look]
    completes: bool  # cheap enough to run for codes still missing when others were already read


def read_codes(picture: Picture, leave_off: Callable[[], bool] = lambda: False) -> Readings:
    """Climb until codes are read and none is left half-seen. Micro QR and other symbologies are not read.

    One code clearly read ends the ladder at once; several codes, or a place that looks like one more, earn the rungs
    marked `completes`; nothing read earns all of them (a full miss costs 0.1 to 0.5 s on a photo of two megapixels).
    `leave_off` is asked where the first rung sees no trace of a code: true leaves the dear rungs to another time.
    """
    found: list[Reading] = []
    doubts: list[Quad] = []
    tried: list[str] = []
    for rung in _LADDER:
        if found and (not rung.completes or not _more_expected(found, doubts, tried)):
            continue
        look = rung.look(picture.gray)
        tried.append(rung.name)
        for reading in look.read:
            if plausible(reading.text) and not any(_same(reading, known) for known in found):
                found.append(reading)
        doubts = [quad for quad in look.unread + doubts if not any(_inside(_centre(quad), known) for known in found)]
        if len(tried) == 1 and not found and not doubts and leave_off():
            return Readings((), tuple(tried), (), 0, left_off=True)
    ordered = sorted((_as_sent(reading, picture) for reading in found), key=_reading_order)
    skipped = () if zbar else ("zbar_half", "zbar_otsu")
    return Readings(tuple(ordered), tuple(tried), skipped, len(doubts))


def plausible(text: str) -> bool:
    """Dense codes are now and then misread as a few digits; no code of ours, a payment or an invoice is that short."""
    text = text.strip()
    return len(text) >= 3 and not (text.isdecimal() and len(text) <= 8)


def _more_expected(found: list[Reading], doubts: list[Quad], tried: list[str]) -> bool:
    # A sheet of labels: the first look may miss one without a trace, so a second, larger one is always taken.
    return bool(doubts) or (len(found) > 1 and len(tried) < 2)


# --- attempts -------------------------------------------------------------------------------------------------------


def _zxing(gray: Pixels, scale: float = 1.0) -> _Look:
    seen = zxingcpp.read_barcodes(gray, formats=_QR, text_mode=zxingcpp.TextMode.Plain, return_errors=True)
    read, unread = [], []
    for code in seen:
        at = code.position
        points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        quad = _clockwise([(point.x / scale, point.y / scale) for point in points])
        if code.valid:
            read.append(Reading(code.text, quad))
        else:
            unread.append(quad)
    return _Look(read, unread)


def _enlarged(gray: Pixels, factor: float, sharpen: bool) -> _Look:
    factor = max(1.0, min(factor, math.sqrt(UPSCALED_PIXELS_MAX / gray.size)))
    if factor < 1.3:  # large enough as it is
        factor, large = 1.0, gray
    else:
        large = _u8(cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))
    if sharpen:
        large = _u8(cv2.addWeighted(large, 1.8, cv2.GaussianBlur(large, (0, 0), 2), -0.8, 0))
    elif factor == 1:
        return _Look([], [])  # the first rung saw exactly this
    return _zxing(large, factor)


def _contrast(gray: Pixels) -> _Look:
    return _zxing(_u8(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(gray)))


def _threshold(gray: Pixels) -> _Look:
    return _zxing(_u8(cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 51, 7)))


def _dense(gray: Pixels) -> _Look:
    """The busiest places alone, until one is read; a doubt about them would say nothing new."""
    read: list[Reading] = []
    for place in dense_places(gray):
        for large, factor in sharpened(place):
            seen = _zxing(large, factor).read
            read += [Reading(code.text, _moved(code.corners, place.left, place.top)) for code in seen]
            if seen:
                break
    return _Look(read, [])


def _moved(quad: Quad, right: float, down: float) -> Quad:
    a, b, c, d = ((x + right, y + down) for x, y in quad)
    return a, b, c, d


def _zbar_half(gray: Pixels) -> _Look:
    if min(gray.shape) < 2:
        return _Look([], [])
    return _zbar(_u8(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)), 0.5)


def _zbar_otsu(gray: Pixels) -> _Look:
    return _zbar(_u8(cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]), 1.0)


def _zbar(gray: Pixels, scale: float) -> _Look:
    try:
        seen = zbar.decode(gray, symbols=[zbar.ZBarSymbol.QRCODE])
    except ValueError:  # pyzbar knows fewer orientations than the library: the whole answer is lost, the picture is not
        return _Look([], [])
    return _Look([Reading(_words(code.data), _zbar_quad(code, scale)) for code in seen], [])


def _zbar_quad(code: Any, scale: float) -> Quad:
    points = [(point.x / scale, point.y / scale) for point in code.polygon]
    if len(points) != 4:
        left, top, width, height = (side / scale for side in code.rect)
        points = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return _clockwise(points)


def _words(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _u8(pixels: Any) -> Pixels:
    return np.asarray(pixels, dtype=np.uint8)


_ZXING_RUNGS = (
    _Rung("zxing", _zxing, completes=True),
    _Rung("zxing_2x", lambda gray: _enlarged(gray, 2, sharpen=False), completes=True),
    _Rung("zxing_3x_sharp", lambda gray: _enlarged(gray, 3, sharpen=True), completes=True),
    _Rung("zxing_contrast", _contrast, completes=True),
    _Rung("zxing_threshold", _threshold, completes=True),
    _Rung("zxing_dense", _dense, completes=True),
)
_ZBAR_RUNGS = (
    _Rung("zbar_half", _zbar_half, completes=False),
    _Rung("zbar_otsu", _zbar_otsu, completes=False),
)
_LADDER = _ZXING_RUNGS + (_ZBAR_RUNGS if zbar else ())


# --- geometry -------------------------------------------------------------------------------------------------------


def _clockwise(points: list[Point]) -> Quad:
    """Four corners as one sees them (y grows downwards), from the top left of the picture, not of the code."""
    x, y = sum(p[0] for p in points) / 4, sum(p[1] for p in points) / 4
    ring = sorted(points, key=lambda p: math.atan2(p[1] - y, p[0] - x))
    start = min(range(4), key=lambda at: (ring[at][0] + ring[at][1], ring[at][1]))
    return ring[start], ring[(start + 1) % 4], ring[(start + 2) % 4], ring[(start + 3) % 4]


def _centre(quad: Quad) -> Point:
    return sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4


def _inside(point: Point, reading: Reading) -> bool:
    around = np.array(reading.corners, dtype=np.float32)
    return bool(cv2.pointPolygonTest(around, point, measureDist=False) >= 0)


def _same(one: Reading, other: Reading) -> bool:
    """The same label, read twice. The same text elsewhere in the picture is another label."""
    return one.text == other.text and (_inside(_centre(one.corners), other) or _inside(_centre(other.corners), one))


def _as_sent(reading: Reading, picture: Picture) -> Reading:
    def onto(point: Point) -> Point:
        x, y = round(point[0] * picture.scale), round(point[1] * picture.scale)
        return min(max(x, 0), picture.width - 1), min(max(y, 0), picture.height - 1)

    a, b, c, d = reading.corners
    return Reading(reading.text, (onto(a), onto(b), onto(c), onto(d)))


def _reading_order(reading: Reading) -> tuple[float, float, str]:
    x, y = _centre(reading.corners)
    return y, x, reading.text
