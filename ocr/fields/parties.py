"""Who sells and who buys: GSTINs and names, by the blocks they stand in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ocr.facts import Found
from ocr.fields import wordings
from ocr.fields.labels import Hit, compiled, hits
from ocr.gstin import Reading, gstins_in
from ocr.rows import Cell, Page

LABELS = compiled(wordings.PARTY)
_WEAK = {"to", "m/s", "ms", "messrs", "from", "place of supply", "party", "customer", "name"}


@dataclass(frozen=True, slots=True)
class _Stand:
    reading: Reading
    cell: Cell
    x: float
    row: int
    role: str  # seller, buyer, party (a label that may stand in a letterhead too), third, none
    order: int  # reading order over all pages


@dataclass(frozen=True, slots=True)
class Parties:
    seller: Found[str] | None = None
    buyer: Found[str] | None = None
    others: tuple[str, ...] = field(default=())
    lone: bool = False  # the only number on the paper, without a label that says whose it is
    labelled: bool = False  # the word GSTIN (or GST No) stands on the paper, whether or not a number could be read


_ALMOST = re.compile(r"(?<![A-Z0-9])[0-9OIZSB]{2}[A-Z0-9]{3,5}[A-Z0-9]{6,7}[1-9A-Z][Z2][0-9A-Z](?![A-Z0-9])")
_GSTIN_WORD = re.compile(r"g\s?\.?s\s?\.?t\s?\.?\s?[i1l|][n]|gst\s?(?:no|number|reg)|gstn\b", re.IGNORECASE)


def find_parties(pages: Sequence[Page]) -> Parties:
    """Seller and buyer GSTIN. By the block's label; else the letterhead's, or the foot's, is the seller's."""
    stands = [stand for page in pages for stand in _stands(page)]
    labelled = any(_GSTIN_WORD.search(row.text) for page in pages for row in page.rows)
    numbers: dict[str, list[_Stand]] = {}
    for stand in stands:
        numbers.setdefault(stand.reading.number, []).append(stand)
    _drop_misread(numbers)
    roles = {number: _role(group) for number, group in numbers.items()}
    first = {number: min((s.cell.page, s.row, s.x) for s in group) for number, group in numbers.items()}
    sellers = sorted((n for n in numbers if roles[n] == "seller"), key=lambda n: first[n])
    buyers = sorted((n for n in numbers if roles[n] == "buyer"), key=lambda n: first[n])
    plain = sorted((n for n in numbers if roles[n] == "none"), key=lambda n: first[n])
    party = sorted((n for n in numbers if roles[n] == "party"), key=lambda n: first[n])
    sure_seller, sure_buyer = 0.98, 0.96
    if not sellers and plain:
        sellers, plain = plain[:1], plain[1:]
        sure_seller = _letterhead(pages, numbers[sellers[0]], numbers[plain[0]] if plain else (), numbers)
    if not buyers and party and sellers:
        buyers = party
    if not sellers and not buyers and len(party) == 1:  # `M/s` may open a letterhead too
        sellers, sure_seller = party, 0.6
    if not buyers and plain:
        buyers, plain, sure_buyer = plain[:1], plain[1:], 0.75
    if not sellers and len(buyers) > 1 and _apart(numbers[buyers[0]], numbers[buyers[1]], pages):
        sellers, buyers, sure_seller = buyers[:1], buyers[1:], 0.6
    lone = len(numbers) == 1 and bool(sellers) and roles[sellers[0]] == "none"
    seller = _found(numbers[sellers[0]], sure_seller * (0.8 if len(sellers) > 1 else 1)) if sellers else None
    buyer = _found(numbers[buyers[0]], sure_buyer) if buyers else None
    named = {found.value for found in (seller, buyer) if found}
    return Parties(seller, buyer, tuple(n for n in numbers if n not in named), lone, labelled)


def _letterhead(pages: Sequence[Page], first: Sequence[_Stand], second: Sequence[_Stand], numbers: Collection[str]) -> float:
    """How sure the first number without a label is the seller's. Two such, one of them at the foot: it may be either's."""
    height = pages[0].height
    if second and second[0].cell.page == first[0].cell.page and second[0].cell.middle > 0.6 * height:
        return 0.7
    if _unread(pages, numbers):
        return 0.88
    return 0.93 if second else 0.97


def _unread(pages: Sequence[Page], numbers: Collection[str]) -> bool:
    """Whether something like another GSTIN stands, not in a buyer's block, that could not be read: it may be the seller's."""
    for page in pages:
        labels = party_labels(page)
        for place, row in enumerate(page.rows):
            known = {reading.number[:8] for _, reading in gstins_in(row.text)}
            starts = [m.end() for m in _GSTIN_WORD.finditer(row.text) if _damaged(row.text[m.end() :])]
            starts += [m.start() for m in _ALMOST.finditer(row.text.upper()) if _almost(m.group(), numbers, known)]
            for start in starts:
                if _block(page, labels, place, row.cell_at(start), row.x_at(start)) in ("none", "seller"):
                    return True
    return False


def _almost(text: str, numbers: Collection[str], known: Collection[str]) -> bool:
    mixed = sum(c.isdigit() for c in text) >= 5 and sum(c.isalpha() for c in text) >= 5
    return mixed and not any(_near(text, number) for number in numbers) and text[:8] not in known


def _damaged(text: str) -> bool:
    """Whether something stands behind the word GSTIN that is no number: as long as one, and half of it figures."""
    said = re.split(r"[:\-]", text, maxsplit=1)[-1].strip().split("\t")[0][:24]
    word = max(said.split(), key=len, default="")
    return (
        not gstins_in(text[:40]) and len(word) >= 9 and sum(c.isdigit() for c in word) >= 4 and any(c.isalpha() for c in word)
    )


def _near(text: str, number: str) -> bool:
    """The same number, misread in a few places or with a letter dropped."""
    return (
        sum(a != b for a, b in zip(text, number, strict=False)) <= 4
        or sum(a != b for a, b in zip(text[::-1], number[::-1], strict=False)) <= 4
    )


def _drop_misread(numbers: dict[str, list[_Stand]]) -> None:
    """One number printed twice and read in two ways: the way that needed no guess is meant."""
    for number in list(numbers):
        if all(s.reading.guessed or s.reading.forced > 1 for s in numbers[number]):
            twin = next((o for o in numbers if o != number and sum(a != b for a, b in zip(o, number, strict=True)) <= 3), None)
            if twin and any(not s.reading.guessed for s in numbers[twin]):
                del numbers[number]


def _role(group: Sequence[_Stand]) -> str:
    names = {stand.role for stand in group}
    for name in ("seller", "buyer", "none", "party", "third"):  # the letterhead's again beside `generated by` is the seller's
        if name in names:
            return name
    return "none"


def _apart(one: Sequence[_Stand], other: Sequence[_Stand], pages: Sequence[Page]) -> bool:
    return abs(one[0].cell.middle - other[0].cell.middle) > 2 * pages[0].letter


def _found(group: Sequence[_Stand], sure: float) -> Found[str]:
    best = min(group, key=lambda s: (s.reading.guessed, s.reading.forced, -s.cell.confidence))
    sure *= 0.6 if best.reading.guessed else 0.97 if best.reading.forced == 1 else 0.85 if best.reading.forced else 1.0
    if not best.reading.guessed and best.cell.confidence < 0.8:
        sure *= 0.93
    if len(group) > 1:
        sure = min(0.99, sure + 0.02)
    return Found(best.reading.number, round(sure, 3), best.cell.box, best.cell.page)


def party_labels(page: Page) -> list[Hit]:
    """Labels of blocks. `Name` is one only where it opens a cell: `State Name`, `Item Name` and `Bank Name` are none."""
    found = []
    for hit in hits(page, LABELS):
        row = page.rows[hit.row]
        named = row.text[hit.start : hit.end].lower() == "name"
        if not named or (hit.start in row.starts and row.text[hit.end :].lstrip()[:1] in (":", "-")):
            found.append(hit)
    return found


def _stands(page: Page) -> list[_Stand]:
    labels = party_labels(page)
    found, order = [], 0
    for number, row in enumerate(page.rows):
        for place, reading in gstins_in(row.text):
            cell = row.cell_at(place)
            order += 1
            found.append(
                _Stand(reading, cell, row.x_at(place), number, _block(page, labels, number, cell, row.x_at(place)), order)
            )
    return found


def _block(page: Page, labels: Sequence[Hit], row: int, cell: Cell, x: float) -> str:
    """The role of the block a number stands in: a label on its line, else the nearest above in its column."""
    same = [h for h in labels if h.row == row and h.right <= x + 1 and x - h.right < 20 * page.letter]
    if same:
        nearest = max(same, key=lambda h: (not _weak(page, h), h.right))
        return "party" if _weak(page, nearest) else nearest.name
    above = [
        h
        for h in labels
        if row - h.row > 0 and cell.middle - h.middle < _REACH * page.letter and _over(page, labels, h, cell, x)
    ]
    if not above:
        return "none"
    nearest = max(above, key=lambda h: (not _weak(page, h), h.row, h.left))
    if _weak(page, nearest):
        return "none" if nearest.name == "seller" else "party"
    return nearest.name


_REACH = 16.0  # letters' heights a block may be high


def _over(page: Page, labels: Sequence[Hit], hit: Hit, cell: Cell, x: float) -> bool:
    """Whether a label heads the column a cell stands in: it opens its cell, and no other heading stands between them."""
    row = page.rows[hit.row]
    if hit.start not in row.starts and row.text[: hit.start].strip(" \t.:("):
        before = row.text[hit.start - 1 : hit.start]
        if before not in "\t(" and not opens(row.text, hit):
            return False
    if _TABLE.search(" ".join(r.text for r in page.rows[hit.row + 1 : _row_of(page, cell)])):
        return False
    rivals = [h for h in labels if h.row == hit.row and h.left - hit.right > 2 * page.letter]
    left = hit.left - 4 * page.letter
    right = min((h.left for h in rivals if h.left > hit.right), default=float("inf")) - page.letter
    return left <= x < right


def opens(text: str, hit: Hit) -> bool:
    return text[: hit.start].rstrip().endswith((":", "\t"))


def _row_of(page: Page, cell: Cell) -> int:
    return next((number for number, row in enumerate(page.rows) if cell in row.cells), 0)


_TABLE = re.compile(r"\b(?:hsn|description of|particulars|product name|item name|qty|quantity|taxable value)\b", re.IGNORECASE)


def _weak(page: Page, hit: Hit) -> bool:
    text = page.rows[hit.row].text[hit.start : hit.end].lower()
    return text.strip() in _WEAK
