"""Open whatever a member sent: an upright picture of bounded size, or the named reason why not."""

from __future__ import annotations

import io
import re
import struct
import warnings
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from pillow_heif import HeifImageFile

Pixels = npt.NDArray[np.uint8]
Reason = Literal[
    "not_an_image", "unsupported_format", "too_large", "too_many_pixels", "too_small", "truncated", "broken_image"
]

BYTES_MAX = 16 * 1024 * 1024  # Twilio's own limit for media
PIXELS_MAX = 40_000_000  # what the header may claim: a decoded picture of this size is about 160 MB
PIXELS_MAX_WEBP = PIXELS_MAX // 2  # its decoder holds the canvas several times over
PIXELS_KEPT = 12_000_000  # what is handed on: a phone's full photo; more only costs memory
SIDE_MIN = 21  # the smallest QR code has 21 modules a side
JPEG_SCANS_MAX = 100  # a progressive JPEG has about ten; thousands of tiny scans cost minutes of decoding


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright picture. `scale` turns a pixel here into a pixel of the photo as it was sent (1.0: nothing shrunk)."""

    width: int  # of the upright photo as sent
    height: int
    scale: float
    bgr: Pixels  # height x width x 3
    gray: Pixels  # height x width


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Reason


def open_image(data: bytes) -> Picture | Refused:
    """JPEG, PNG, WEBP or HEIC (by its first bytes) as an upright 8-bit picture of at most 12 megapixels.

    Of an animation the first frame is taken. Size and pixel limits are checked before anything is decoded.
    """
    if len(data) > BYTES_MAX:
        return Refused("too_large")
    kind = sniff(data)
    if kind is None:
        return Refused("not_an_image")
    if kind == "other":
        return Refused("unsupported_format")
    if refusal := _refuse_unopened(data, kind):
        return Refused(refusal)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Pillow's remarks on broken tags
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(data, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Refused("too_many_pixels")
    # Pillow and libheif report broken files by any of these; a MemoryError is ours and stays loud.
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError, KeyError, IndexError, struct.error):
        return Refused("truncated" if _ends_early(data, kind) else "broken_image")


Kind = Literal["JPEG", "PNG", "WEBP", "HEIC", "other"]
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_OTHERS = (b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"%PDF-", b"\x00\x00\x01\x00", b"\xff\x0a")


def sniff(data: bytes) -> Kind | None:
    """What the bytes are, whatever they were declared to be; `other` is a picture or paper we do not read."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        if data[8:12] in _HEIC_BRANDS:
            return "HEIC"
        return "other" if data[8:12] in (b"avif", b"avis") else None
    return "other" if data.startswith(_OTHERS) else None


def _refuse_unopened(data: bytes, kind: Kind) -> Reason | None:
    """What must be known before a library touches the bytes."""
    if kind == "JPEG" and _jpeg_scans(data)[0] > JPEG_SCANS_MAX:
        return "broken_image"
    if kind == "WEBP":  # its decoder sets the whole canvas aside while opening
        size = _webp_size(data)
        if size is None:
            return "truncated"
        if size[0] * size[1] > PIXELS_MAX_WEBP:
            return "too_many_pixels"
    return None


_JPEG_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # inside a scan: neither a stuffed byte nor a restart


def _jpeg_scans(data: bytes) -> tuple[int, bool]:
    """How many scans the picture has, and whether its end mark is there. What follows (a motion photo) is ignored."""
    scans, at = 0, 2
    while (mark := _JPEG_MARK.search(data, at)) and scans <= JPEG_SCANS_MAX:
        code, at = data[mark.end() - 1], mark.end()
        if code == 0xD9:
            return scans, True
        scans += code == 0xDA
        at += int.from_bytes(data[at : at + 2], "big") if code not in (0x01, 0xD8) else 0
    return scans, False


def _webp_size(data: bytes) -> tuple[int, int] | None:
    chunk, head = data[12:16], data[20:30]
    if len(head) < 10:
        return None
    if chunk == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _decode(data: bytes, kind: Kind) -> Picture | Refused:
    with _opened(data, kind) as image:
        width, height = image.size
        if width * height > PIXELS_MAX:
            return Refused("too_many_pixels")
        if min(width, height) < SIDE_MIN:
            return Refused("too_small")
        if width * height > 2 * PIXELS_KEPT:
            image.draft("RGB", (width // 2, height // 2))  # a JPEG is decoded at half size; others stay as they are
        turn = _TURNS.get(_orientation(image))
        plain = _eight_bits(image)
    kept = _kept_size(plain.size)
    if kept != plain.size:
        plain = plain.resize(kept, Image.Resampling.BOX)
    if turn is not None:
        plain = plain.transpose(turn)
        width, height = (width, height) if turn in _UNTURNED else (height, width)
    rgb = np.asarray(plain, dtype=np.uint8)
    bgr = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), dtype=np.uint8)
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return Picture(width, height, width / plain.size[0], bgr, gray)


def _opened(data: bytes, kind: Kind) -> Image.Image:
    if kind == "HEIC":
        # Built directly: registering the opener would change Pillow for the whole process.
        # It comes upright, its orientation tag already reset.
        heic: Image.Image = HeifImageFile(io.BytesIO(data))
        return heic
    return Image.open(io.BytesIO(data), formats=[kind])


def _kept_size(size: tuple[int, int]) -> tuple[int, int]:
    """The same shape with at most PIXELS_KEPT pixels."""
    shrink = (PIXELS_KEPT / (size[0] * size[1])) ** 0.5
    return size if shrink >= 1 else (max(1, int(size[0] * shrink)), max(1, int(size[1] * shrink)))


def _eight_bits(image: Image.Image) -> Image.Image:
    """RGB on white, whatever the mode: 16 bits, CMYK, palette, transparency."""
    if image.mode.startswith("I"):  # 16 bits a pixel, though Pillow may hold them in 32
        values = np.right_shift(np.asarray(image), 8)
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        seen = image if image.mode == "RGBA" else image.convert("RGBA")
        plain = Image.new("RGB", seen.size, "white")
        plain.paste(seen, mask=seen.getchannel("A"))
        return plain
    return image.convert("RGB")


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_UNTURNED = {_TURNS[2], _TURNS[3], _TURNS[4]}


def _orientation(image: Image.Image) -> int:
    try:
        turn = image.getexif().get(0x0112, 1)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, struct.error):
        return 1  # a broken tag is no reason to refuse a good photo
    return turn if isinstance(turn, int) else 1


def _ends_early(data: bytes, kind: Kind) -> bool:
    """Whether a file that failed to decode lacks its end, as one cut off on the way does."""
    if kind == "JPEG":
        return not _jpeg_scans(data)[1]
    if kind == "PNG":
        return b"IEND" not in data[-65536:]
    if kind == "WEBP":
        return int.from_bytes(data[4:8], "little") > len(data) - 8
    at = 0  # HEIC: boxes of a stated length, one after the other
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < 8:  # 0 runs to the end of the file; anything else is nonsense, not a cut
            return False
        at += length
    return at != len(data)
