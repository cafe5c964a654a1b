"""Photos of coupon labels: one or a sheetful of genuine codes, under the same faults as the bills."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import segno

from loyalty.codes import CodeKeys, make_code
from tests.papers.conditions import Conditions
from tests.papers.faults import Photo, photograph
from tests.papers.fonts import Face
from tests.papers.page import Matrix, Page
from tests.papers.raster import print_page

KEYS = CodeKeys.parse("A:" + "1f" * 32)


@dataclass(frozen=True, slots=True)
class CouponPhoto:
    photo: Photo
    texts: tuple[str, ...]  # what each QR says; the corners are in photo.boxes under the same text
    codes: tuple[str, ...]


def coupon_photo(rng: Random, how: Conditions, count: int, keys: CodeKeys = KEYS, *, linked: bool | None = None) -> CouponPhoto:
    """`linked`: the QR opens the chat (wa.me link) rather than holding the bare code; None draws it."""
    codes = tuple(make_code(keys, rng.randrange(10**9)) for _ in range(count))
    link = rng.random() < 0.7 if linked is None else linked
    texts = tuple(f"https://wa.me/919812345678?text=SAATHI%20{code}" if link else code for code in codes)
    sheet = print_page(_labels(rng, texts, codes), 12.0 if count <= 6 else 8.0)
    outlines = {text: sheet.boxes[text] for text in texts}
    return CouponPhoto(photograph(type(sheet)(sheet.rgb, outlines), how, rng), texts, codes)


def _labels(rng: Random, texts: tuple[str, ...], codes: tuple[str, ...]) -> Page:
    """Labels in rows, each a white card with its code, words and a scratch-card look."""
    across = min(len(texts), rng.choice((1, 2, 3)) if len(texts) < 7 else rng.choice((3, 4)))
    down = -(-len(texts) // across)
    wide, tall, gap = 34.0, 44.0, rng.uniform(2, 7)
    page = Page(
        across * (wide + gap) + gap,
        down * (tall + gap) + gap,
        face=Face("sans"),
        paper=rng.choice(((214, 214, 208), (240, 236, 224), (196, 170, 120))),
    )
    for place, (text, code) in enumerate(zip(texts, codes, strict=True)):
        x, y = gap + place % across * (wide + gap), gap + place // across * (tall + gap)
        page.box(x, y, wide, tall, fill=(253, 253, 253), stroke=(120, 120, 120))
        matrix = segno.make(text, error="m", micro=False).matrix
        side = 26.0
        page.marks.append(Matrix(x + 4, y + 4, side, tuple(bytes(row) for row in matrix), field=text))
        page.text(x + wide / 2, y + 34.5, code, size=7, bold=True, align="centre", fit=wide - 2)
        page.text(x + wide / 2, y + 38.5, rng.choice(("Scan & earn points", "Scan karo, points pao")), size=6.5, align="centre")
    return page
