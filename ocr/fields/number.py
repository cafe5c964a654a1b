"""The invoice's number: what stands at its label, and no other paper's number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ocr.facts import Found
from ocr.fields import blurred, wordings
from ocr.fields.days import dates_in
from ocr.fields.labels import Hit, Piece, below, compiled, hits, level, next_on_row, text_right
from ocr.rows import Cell, Page

_LABELS = compiled(wordings.NUMBER)
_BLURRED_WORDINGS = wordings.NUMBER | {"other": ";".join((wordings.NUMBER["other"], *wordings.PARTY.values()))}
_WEIGHTS = {"strong": 0.97, "medium": 0.92, "weak": 0.62}
_UNLABELLED, _TITLED = 0.63, 0.9
_GUESS, _BLURRED, _LOST = 0.51, 0.85, 0.6  # what is found without a clear label stays below what is taken without asking
_TITLE = re.compile(r"(?:tax|gst|retail)?\s?invoice|bill of supply|cash memo|credit note|debit note", re.IGNORECASE)
_AFTER_LABEL = re.compile(
    r"^(?:[\s:.;=\-–—#|*'\"·,)>_：।]|(?:&|and|/)\s{0,2}(?:date|dt|dated)\b|\(s\)|no(?![a-z0-9])|n[co0](?=\s*[.:])|(?:date|dt|dated)(?=\s*:))+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[A-Za-z0-9](?: [/\-](?=[A-Za-z0-9])| ?[/\-] (?=[A-Za-z]{0,4}[0-9])|[A-Za-z0-9/\-])*")
_YEAR = re.compile(r"(?<![0-9A-Za-z])((?:20)?\d{2})[-/]?((?:20)?\d{2})(?=[-/]|$)")
_YEAR_AND_LETTER = re.compile(r"(?:20)?(\d\d)[-/]?(?:20)?(\d\d)[-/]?[A-Z](?=\d{2})")
_OF_WAY_BILL = re.compile(r"way\W{0,3}$", re.IGNORECASE)  # `e-Way Bil No.`, however blurred
_OF_ANOTHER_DOCUMENT = re.compile(r"[a-z]{4,}[ .]{1,2}$", re.IGNORECASE)  # `Dnpatch Doc No.`
_COLON_NAMED = re.compile(r"(?:tax |gst )?(?:invoice|inv|bill)\.? ?$", re.IGNORECASE)
_COLON_AS_FIGURE = re.compile(r"^[\s.]*[1Iil|] (?=[A-Z]{0,4}[0-9/\-]*[0-9]{3})")
_CAPITALS_ALIKE = frozenset("ckopsuvwxz")  # small letters that differ from capitals by their height alone
_WORD_WITH_L = re.compile(r"(?<![A-Za-z0-9])(?=[l]*[A-Z])[A-Zl]+(?![A-Za-z0-9])")
_STUCK = re.compile(r"(?<=[0-9])(?:dated?|dt|dtd)\b.*", re.IGNORECASE)
_TORN = re.compile(r"[.,;:|*'\"]{1,2}[/\-][A-Za-z0-9]")
_NOT = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z]\w{3}|\d{15,}|(?:of|page)\d*|b2[bc]|\d\.\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: str
    weight: float
    cell: Cell


def find_number(pages: Sequence[Page]) -> Found[str] | None:
    """The best labelled number; surer where two labels agree, less so where two equal labels name different ones.

    Where no label can be made out, the number at one that is badly blurred, or what stands beside a date: never sure.
    """
    candidates = [candidate for page in pages for candidate in _candidates(page, hits(page, _LABELS))]
    if any(_labelled(page) for page in pages):  # where a number has its label, one that could not be read is not replaced
        candidates = [c for c in candidates if c.weight >= _UNLABELLED]
    elif not any(c.weight >= _GUESS for c in candidates):
        candidates += _of_blurred_labels(pages) or _of_no_label(pages)
    if not candidates:
        return None
    best = max(candidates, key=lambda c: c.weight)
    same = [c for c in candidates if _key(c.number) == _key(best.number)]
    rivals = [c for c in candidates if _key(c.number) != _key(best.number) and c.weight > best.weight - 0.05]
    sure = best.weight * (0.6 if rivals else 1.0)
    if len(same) > 1 and not rivals:
        sure = min(0.99, sure + 0.01)
    return Found(best.number, round(sure, 3), best.cell.box, best.cell.page)


def _of_blurred_labels(pages: Sequence[Page]) -> list[_Candidate]:
    found = [c for page in pages for c in _candidates(page, blurred.labels(page, _BLURRED_WORDINGS, hits(page, _LABELS)))]
    return [replace(c, weight=_BLURRED * c.weight) for c in found if c.weight >= _GUESS]


def _of_no_label(pages: Sequence[Page]) -> list[_Candidate]:
    found = next((found for page in pages if (found := blurred.unlabelled(page))), None)
    return [_Candidate(found[0], _LOST * _trust(found[1]), found[1])] if found else []


def _labelled(page: Page) -> bool:
    return any(hit.name == "strong" and not _of_another(page, hit) for hit in hits(page, _LABELS))


def _of_another(page: Page, hit: Hit) -> bool:
    """The `Bill No` of an e-way bill and the `Doc No` of a dispatch name other papers."""
    text = page.rows[hit.row].text
    if _OF_WAY_BILL.search(text[: hit.start]):
        return True
    return text[hit.start : hit.end].lower().startswith("do") and bool(_OF_ANOTHER_DOCUMENT.search(text[: hit.start]))


def _key(number: str) -> str:
    return "".join(letter for letter in number.upper() if letter.isalnum())


def _candidates(page: Page, hits_of_labels: Sequence[Hit]) -> list[_Candidate]:
    labels = [hit for hit in hits_of_labels if not _inside_number(page, hit)]
    found = []
    for hit in labels:
        if hit.name not in _WEIGHTS or (hit.name != "weak" and _of_another(page, hit)):
            continue
        if hit.name == "weak" and (hit.middle > page.height * 0.5 or not _opens_cell(page, hit)):
            continue
        value = _beside(page, labels, hit)
        if value is None and hit.name != "weak" and not _damaged_beside(page, labels, hit):
            value = _under(page, labels, hit)
            if value and hit.middle > page.height * 0.55:  # lists of other bills
                value = value[0], value[1] * 0.85, value[2]
        if value:
            named = hit.name == "weak" and (_titled(page, hit) or (_colon_named(page, hit) and len(value[0]) > 2))
            sure = _TITLED if named else _WEIGHTS[hit.name]
            found.append(_Candidate(value[0], sure * value[1], value[2]))
    return found


def _titled(page: Page, hit: Hit) -> bool:
    """`# INV-0123` right under the title TAX INVOICE."""
    for row in page.rows[max(0, hit.row - 3) : hit.row]:
        for cell in row.cells:
            over = cell.left < hit.right + 8 * page.letter and cell.right > hit.left - page.letter
            if over and hit.middle - cell.middle < 4 * page.letter and _TITLE.fullmatch(cell.text.strip()):
                return True
    return False


def _colon_named(page: Page, hit: Hit) -> bool:
    """`Invoice : VE-417`."""
    text = page.rows[hit.row].text
    return bool(_COLON_NAMED.fullmatch(text[hit.start : hit.end])) and text[hit.end : hit.end + 2].strip()[:1] == ":"


def _inside_number(page: Page, hit: Hit) -> bool:
    """The `INV` of INV-0012 and the `SO` of 26/SO/4 name nothing."""
    text = page.rows[hit.row].text
    joined = re.match(r"[/\-][A-Za-z0-9]|[0-9]", text[hit.end : hit.end + 2]) or re.search(
        r"[A-Za-z0-9][/\-]$", text[: hit.start]
    )
    return hit.name in ("weak", "other") and joined is not None


def _opens_cell(page: Page, hit: Hit) -> bool:
    """`No. 417` on its own, not the `No. 4` of an address."""
    return hit.start in page.rows[hit.row].starts


def _beside(page: Page, labels: Sequence[Hit], hit: Hit) -> tuple[str, float, Cell] | None:
    """On the label's own row; else level with it, where a curve has parted them. Another label between ends the search."""
    follower = next_on_row([other for other in labels if other.name != "weak"], hit)
    text = text_right(page, hit, follower.left if follower else None)
    row = page.rows[hit.row]
    colon = _COLON_AS_FIGURE.match(text)
    found = number_in(text[colon.end() :] if colon else text, loose=hit.name != "weak")
    if found:
        number, weight, place = found
        place, weight = (place + colon.end(), weight * 0.8) if colon else (place, weight)
        cell = row.cell_at(hit.end + place)
        far = cell.left - hit.right > 14 * page.letter
        return number, weight * _trust(cell) * (0.8 if far else 1.0), cell
    if follower or _AFTER_LABEL.sub("", text).strip():
        return None
    for cell in level(page, hit):
        if cell in row.cells or cell.left - hit.right > 12 * page.letter:
            continue
        found = number_in(cell.text, loose=False)
        if found:
            return found[0], found[1] * 0.93 * _trust(cell), cell
        break
    return None


def _damaged_beside(page: Page, labels: Sequence[Hit], hit: Hit) -> bool:
    """Whether figures stand right of the label that are no number: then what stands below is another label's."""
    follower = next_on_row([other for other in labels if other.name != "weak"], hit)
    text = text_right(page, hit, follower.left if follower else None)
    lead = len(text) - len(text.lstrip(" \t:.-"))
    near = page.rows[hit.row].x_at(hit.end + lead) - hit.right < 14 * page.letter
    return near and any(letter.isdigit() for letter in text[lead:].split("\t")[0])


def _labelled_itself(page: Page, labels: Sequence[Hit], cell: Cell) -> bool:
    """Whether a label fills the cell to the left: a value below another label may be that one's."""
    for hit in labels:
        row = page.rows[hit.row]
        if hit.name == "weak" or cell not in row.cells:
            continue
        place = row.cells.index(cell)
        if place and row.cells[place - 1] is hit.cell and not row.text[hit.end : row.starts[place]].strip(" \t:.-"):
            return cell.left - hit.right < 14 * page.letter
    return False


def _under(page: Page, labels: Sequence[Hit], hit: Hit) -> tuple[str, float, Cell] | None:
    for line in below(page, hit, left=1.0, right=1.5):
        joined = _joined([piece for piece in line if _stands_under(page, hit, piece)])
        for text, cell in joined:
            found = number_in(text, loose=False)
            if found and not _labelled_itself(page, labels, cell):
                return found[0], found[1] * 0.94 * _trust(cell), cell
        if joined:
            return None
    return None


def _stands_under(page: Page, hit: Hit, piece: Piece) -> bool:
    """Not the last word of a line that begins in the block to the left and ends just under the label."""
    if piece.left > hit.right + page.letter:
        return False
    return piece.cell.left > hit.left - 2 * page.letter or piece.right > hit.left + 0.4 * (hit.right - hit.left)


def _joined(line: list[Piece]) -> list[tuple[str, Cell]]:
    """Words under a label; those of one cell as they stand in it."""
    cells: dict[int, tuple[str, Cell]] = {}
    for piece in line:
        text, _ = cells.get(id(piece.cell), ("", piece.cell))
        cells[id(piece.cell)] = ((text + " " + piece.text).strip(), piece.cell)
    return list(cells.values())


def _trust(cell: Cell) -> float:
    """Of numbers an engine gave 0.97 and more nearly all were right; of those below 0.9 about half."""
    sure = cell.confidence
    if sure >= 0.97:
        return 1.0
    return 1 - 1.7 * (0.97 - sure) if sure >= 0.9 else max(0.3, 0.881 - 3 * (0.9 - sure))


def number_in(text: str, *, loose: bool) -> tuple[str, float, int] | None:
    """The number a value's text begins with: itself, a weight, its place. None when it begins with something else."""
    lead = _AFTER_LABEL.match(text)
    start = lead.end() if lead else 0
    rest = _STUCK.sub("", text[start:])
    match = _NUMBER.match(rest)
    if not match:
        return None
    number = match.group().rstrip("/-").strip()
    ends = match.end()
    dated = [day for day in dates_in(rest) if not day.mended]
    if dated and dated[0].start < len(number):
        cut = rest[: dated[0].start].rstrip(" /-")
        if not any(letter.isdigit() for letter in cut):
            return None
        number, ends = cut, dated[0].start
    weight = 1.0
    if not any(letter.isdigit() for letter in number):
        more = re.match(r"[\s.]{1,2}([A-Za-z0-9/\-]*\d[A-Za-z0-9/\-]*)(?![A-Za-z0-9.,])", rest[ends:])
        if not (loose and more and len(number) <= 6 and "\t" not in rest[ends : ends + 2]):
            return None
        number, weight, ends = number + more.group(1), 0.66, ends + more.end()
    if " " in number:
        number, weight = "".join(number.split()), weight * 0.95
    tail = rest[ends : ends + 1] if not (dated and ends == dated[0].start) else ""
    if (tail and tail not in " \t.,;:|)(*'\"" and not number.endswith(tail)) or _TORN.match(rest[ends:]):
        return None  # `Q~/7310`, `E1./2627/0690`: a damaged number is not read
    number = _tall_i(number)
    if any(c.isupper() for c in number) and all(c in _CAPITALS_ALIKE for c in number if c.islower()):
        number = number.upper()  # `GsT/24-25/18`
    if len(number) > 16 or _NOT.fullmatch(number):
        return None
    if re.match(r" [A-Z]{0,3}\d{2,}(?![\d.]*[:%])", rest[ends:]) and not dated:
        weight *= 0.7  # `2526 0417`: the number may go on behind a blank
    return number, weight * _doubt(number), start


def year_fits(number: str, day: date) -> bool | None:
    """Whether a financial year in the number (`25-26`, `2025-26`, `/2526/`) is the date's; None when none stands in it."""
    start = day.year if day.month >= 4 else day.year - 1
    for match in _YEAR.finditer(number):
        first, last = int(match[1][-2:]), int(match[2][-2:])
        if last == first + 1 and 17 <= first <= 60:
            return first == start % 100
    return None


def _tall_i(number: str) -> str:
    """`Sl/6768` is `SI/6768`: among capitals alone, in a word without figures, a small l is a capital I."""
    if {c for c in number if c.islower()} != {"l"}:
        return number
    return _WORD_WITH_L.sub(lambda word: word[0].replace("l", "I"), number)


def _doubt(number: str) -> float:
    """Below 1 where letters stand among figures that look like them, as `O` between zeros."""
    number = re.sub(r"\bB2[BC]\b", "", number)
    opening = _YEAR_AND_LETTER.match(number)
    if opening and int(opening[2]) == int(opening[1]) + 1:  # `2526B0281`: a letter stands between year and number
        number = number[opening.end() :]
    if "l" in number and not any(c.islower() and c != "l" for c in number):
        return 0.7  # `l/23`, `Sl23`: a capital I, or a 1
    if any(c.islower() for c in number) and not any(c.isupper() for c in number):
        return 0.8  # papers print capitals; a blurred `JAE` is read as `jae`
    if re.search(r"(?<=[0-9])[OoIlSBZ](?=[0-9/\-]|$)|[a-z](?=[0-9])(?<=[0-9][a-z])", number):
        return 0.7
    if re.search(r"(?<=[/\-])[OoIl](?=[0-9])|(?<=[A-Za-z])[Oo](?=0)|(?<=[A-Za-z])[Il](?=1)", number):
        return 0.8
    return 1.0
