"""Is this a photo of a paper seen before? Told by the figures on it (compared in likeness.py), and hints that a file may
have been edited.

Hashes of the look (DCT and difference hashes, matched local features) cannot answer the first: two bills of one seller's
printer look more alike than two photos of one bill. The amounts on them differ, and an engine reads most of them alike
again from another angle, in other light or from half the page; a forger who changes two of them leaves the others.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from PIL import Image

from ocr.image import Picture, sniff
from ocr.likeness import FIGURES_MAX
from ocr.words import Sheet

_FIGURE = re.compile(r"(?<![\w.])[0-9][0-9,]*(?:\.[0-9]{1,3})?(?![\w.])")
_DIGITS = range(3, 10)  # shorter: quantities and rates of tax; longer: phone and account numbers, printed on every bill


def fingerprints(sheets: Sequence[Sheet]) -> tuple[int, ...]:
    """One paper's figures as ascending 63-bit numbers (for a bigint[]), odd for amounts with decimals.

    Empty when nothing was read. No text can be had back from them but by trying amounts.
    """
    seen: Counter[tuple[str, bool]] = Counter()
    for sheet in sheets:
        for word in sheet.words:
            seen.update(_figures(word.text))
    hashes = {_hash(figure, time, exact) for (figure, exact), times in seen.items() for time in range(min(times, 3))}
    return tuple(sorted(hashes)[:FIGURES_MAX])


def _figures(text: str) -> list[tuple[str, bool]]:
    found = []
    for match in _FIGURE.finditer(text):
        figure = match[0].replace(",", "")
        exact = "." in figure
        if exact:
            figure = figure.rstrip("0").rstrip(".")
        if len(figure.replace(".", "")) in _DIGITS:
            found.append((figure, exact))
    return found


def _hash(figure: str, time: int, exact: bool) -> int:
    digest = hashlib.blake2b(f"{figure}/{time}".encode(), digest_size=8, person=b"figure").digest()
    return int.from_bytes(digest, "big") >> 1 & ~1 | exact


# --- signs of editing -----------------------------------------------------------------------------------------------

EditedSign = Literal["edited_by_software", "saved_after_taking", "screenshot_size"]

_EDITORS = re.compile(r"photoshop|gimp|lightroom|snapseed|picsart|canva|pixlr|affinity|paint|facetune|remini|acrobat", re.I)
_SOFTWARE, _ORIGINAL_AT, _CHANGED_AT = 0x0131, 0x9003, 0x0132
_EXIF_IFD = 0x8769
# What phones show, in pixels: a screenshot has exactly that size and no camera's tags. Only the common ones.
_SCREENS = {
    (720, 1280), (720, 1520), (720, 1600), (750, 1334), (828, 1792), (1080, 1920), (1080, 2160), (1080, 2280), (1080, 2340),
    (1080, 2400), (1080, 2408), (1125, 2436), (1170, 2532), (1179, 2556), (1242, 2688), (1284, 2778), (1290, 2796),
    (1440, 2560), (1440, 3040), (1440, 3120), (1440, 3200),
}  # fmt: skip


def edited_signs(picture: Picture, data: bytes) -> tuple[EditedSign, ...]:
    """Reasons for a reviewer to look closer at `data`, the file `picture` came from: hints, never a verdict.

    WhatsApp strips most of what this looks at, honest people crop and brighten, and a careful forger leaves none of it.
    """
    if sniff(data) not in ("JPEG", "PNG", "WEBP"):
        return ()
    try:
        with Image.open(io.BytesIO(data)) as image:
            exif = image.getexif()
            software = f"{exif.get(_SOFTWARE, '')} {image.info.get('Software', '')} {image.info.get('software', '')}"
            taken_at, changed_at = exif.get_ifd(_EXIF_IFD).get(_ORIGINAL_AT), exif.get(_CHANGED_AT)
            has_camera = bool(exif.get(0x010F) or exif.get(0x0110))
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, struct.error):
        return ()  # a broken tag says nothing
    signs: list[EditedSign] = []
    if _EDITORS.search(software) or b"adobe:docid:photoshop" in data[:65536] or b"<photoshop:" in data[:65536]:
        signs.append("edited_by_software")
    if taken_at and changed_at and str(taken_at) != str(changed_at):
        signs.append("saved_after_taking")
    if not has_camera and tuple(sorted((picture.width, picture.height))) in _SCREENS:
        signs.append("screenshot_size")
    return tuple(signs)
