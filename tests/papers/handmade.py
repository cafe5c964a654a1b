"""What people add to a printed page: a signature, a stamp, ticks, sums and notes by pen."""

from __future__ import annotations

import math
from random import Random

from tests.papers.fonts import Face
from tests.papers.page import Color, Page, Seal, Text
from tests.papers.truth import Bill

_PENS: tuple[Color, ...] = ((36, 52, 150), (30, 34, 96), (40, 40, 44), (170, 36, 40))
_INKS: tuple[Color, ...] = ((70, 50, 150), (40, 70, 160), (150, 40, 90))
_HAND = Face("hand")


def sign(page: Page, rng: Random) -> None:
    """A flourish over the place for the signature."""
    places = [mark for mark in page.marks if isinstance(mark, Text) and "ign" in mark.text and mark.x > page.width * 0.4]
    x, y = (places[-1].x, places[-1].y - 4) if places else (page.width * 0.7, page.height * 0.9)
    page.pen(_flourish(rng, x, y, rng.uniform(18, 30)), rng.choice(_PENS))


def stamp(page: Page, bill: Bill, rng: Random, *, over_text: bool) -> None:
    """A rubber stamp: beside the signature, or over some printed line (readable through its thin ink)."""
    if over_text:
        struck = rng.choice([mark for mark in page.marks if isinstance(mark, Text) and mark.y > page.height * 0.3])
        x, y = min(struck.x + struck.width / 2, page.width - 18), struck.y
    else:
        x, y = page.width * rng.uniform(0.45, 0.75), page.height * rng.uniform(0.86, 0.93)
    name = bill.seller.name.upper() if rng.random() < 0.7 else bill.buyer.name.upper()
    words = rng.choice((("RECEIVED",), ("PAID",), (name, bill.seller.city.upper()), ("GOODS", "RECEIVED")))
    page.marks.append(Seal(x, y, rng.uniform(10, 16), words, rng.random() < 0.5, rng.uniform(-25, 25), rng.choice(_INKS)))


def tick_lines(page: Page, bill: Bill, rng: Random) -> None:
    """The storekeeper ticks what came."""
    names = {line.description for line in bill.lines} | {line.description.upper() for line in bill.lines}
    pen = rng.choice(_PENS)
    for mark in [mark for mark in page.marks if isinstance(mark, Text) and mark.text in names]:
        if rng.random() < 0.7:
            x = mark.x + mark.width + rng.uniform(0, 6)
            points = ((x, mark.y - 1.5), (x + 1.2, mark.y + 0.3), (x + 4.5 + rng.uniform(0, 2), mark.y - 3.5))
            page.pen(points, pen, 0.4)


def note(page: Page, bill: Bill, rng: Random, *, over_text: bool) -> None:
    """A sum, a rest or a remark by pen; in the free space near the foot unless it may run over print."""
    other = int(bill.total) + rng.choice((-1, 1)) * rng.randint(40, 4000)
    texts = (
        f"{abs(other)}/-",
        "Paid",
        f"Recd {bill.day.day}/{bill.day.month}",
        f"+ {rng.randint(100, 9000)}",
        f"= {abs(other)}",
        "ok",
        f"Bal {abs(other)}",
    )
    text, size = rng.choice(texts), rng.uniform(15, 24)
    pen = rng.choice(_PENS)
    for _ in range(30):
        x, y = rng.uniform(12, page.width - 45), page.height * rng.uniform(0.55, 0.95)
        if over_text or _free(page, x, y, size * 0.25 * len(text), size * 0.36):
            page.text(x, y, text, size=size, face=_HAND, color=pen)
            if rng.random() < 0.4:
                width = page.measure(text, size, _HAND)
                page.pen(((x, y + 1.6), (x + width, y + 0.8)), pen)
            return


def _free(page: Page, x: float, y: float, width: float, height: float) -> bool:
    for mark in page.marks:
        if isinstance(mark, Text):
            tall = mark.size_pt * 0.353
            if x < mark.x + mark.width and mark.x < x + width and y - height < mark.y + 0.3 * tall and mark.y - tall < y + 1:
                return False
    return True


def _flourish(rng: Random, x: float, y: float, length: float) -> tuple[tuple[float, float], ...]:
    swings, tall = rng.uniform(4, 7), rng.uniform(2.5, 5)
    phase = rng.uniform(0, 6)
    points = []
    for step in range(90):
        along = step / 89
        height = tall * (1 - 0.7 * along) * math.sin(2 * math.pi * swings * along + phase)
        back = 1.6 * math.cos(2 * math.pi * swings * along * 1.3)
        points.append((x + length * along + back, y - height))
    points.append((x + length * 0.2, y + 3))
    return tuple(points)
