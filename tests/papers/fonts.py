"""Faces to print with. Those inside reportlab's wheel are always there; the system's are used when they are found.

A seed picks faces by their family name, so a machine without a system font prints the same text in a bundled face.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import reportlab
from PIL import ImageFont

_BUNDLED = Path(reportlab.__file__).parent / "fonts"
_SYSTEM = Path("/usr/share/fonts")
_MEASURED_AT = 100

# family -> (regular, bold); the first pair found wins
_FILES: dict[str, tuple[tuple[str, str], ...]] = {
    "sans": (("_a______.pfb", "_ab_____.pfb"),),
    "serif": (("_er_____.pfb", "_eb_____.pfb"),),
    "mono": (("com_____.pfb", "cob_____.pfb"),),
    "vera": (("Vera.ttf", "VeraBd.ttf"),),
    "hand": (("callig15.pfb", "callig15.pfb"),),
    "noto": (("truetype/noto/NotoSans-Regular.ttf", "truetype/noto/NotoSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf")),
    "narrow": (
        ("truetype/liberation/LiberationSansNarrow-Regular.ttf", "truetype/liberation/LiberationSansNarrow-Bold.ttf"),
        ("truetype/dejavu/DejaVuSansCondensed.ttf", "truetype/dejavu/DejaVuSansCondensed-Bold.ttf"),
        ("_a______.pfb", "_ab_____.pfb"),
    ),
    "dejavu": (("truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf")),
    "gothic": (
        ("opentype/urw-base35/URWGothic-Book.otf", "opentype/urw-base35/URWGothic-Demi.otf"),
        ("Vera.ttf", "VeraBd.ttf"),
    ),
    "liberation": (
        ("truetype/liberation/LiberationSans-Regular.ttf", "truetype/liberation/LiberationSans-Bold.ttf"),
        ("_a______.pfb", "_ab_____.pfb"),
    ),
    "typewriter": (
        ("truetype/liberation/LiberationMono-Regular.ttf", "truetype/liberation/LiberationMono-Bold.ttf"),
        ("com_____.pfb", "cob_____.pfb"),
    ),
    "hindi": (
        ("truetype/noto/NotoSansDevanagari-Regular.ttf", "truetype/noto/NotoSansDevanagari-Bold.ttf"),
        ("truetype/lohit-devanagari/Lohit-Devanagari.ttf", "truetype/lohit-devanagari/Lohit-Devanagari.ttf"),
    ),
}
PROPORTIONAL = ("sans", "sans", "serif", "vera", "noto", "narrow", "dejavu", "gothic", "liberation")


@dataclass(frozen=True, slots=True)
class Face:
    family: str
    bold: bool = False


class NoFont(LookupError):
    """No file of this family on this machine."""


@lru_cache(maxsize=64)
def path(face: Face) -> Path:
    for pair in _FILES[face.family]:
        name = pair[1 if face.bold else 0]
        for root in (_BUNDLED, _SYSTEM):
            if (root / name).is_file():
                return root / name
    raise NoFont(face.family)


def has_devanagari() -> bool:
    """Whether Hindi can be printed: a font for it, and the shaper that joins its letters."""
    from PIL import features

    try:
        return path(Face("hindi")).is_file() and bool(features.check("raqm"))
    except NoFont:
        return False


@lru_cache(maxsize=512)
def sized(face: Face, pixels: float) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if face.family == "hindi" else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path(face)), pixels, layout_engine=engine)


@lru_cache(maxsize=65536)
def width_em(face: Face, text: str) -> float:
    """Width in units of the size."""
    return sized(face, _MEASURED_AT).getlength(text) / _MEASURED_AT


@lru_cache(maxsize=64)
def has_rupee(face: Face) -> bool:
    font = sized(face, 24)
    return bytes(font.getmask("₹")) != bytes(font.getmask("\ufffe")) and font.getlength("₹") > 0
