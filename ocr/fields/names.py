"""Names of seller and buyer: from the letterhead, the signature, and under the labels of their blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.facts import Found
from ocr.fields.labels import segment
from ocr.fields.parties import opens, party_labels
from ocr.rows import Cell, Page, Row

_TITLE = re.compile(
    r"invoice|bill of supply|cash memo|debit memo|memo$|original|duplicate|triplicate|subject to|jurisdiction|gstin|gst\s?no|"
    r"page\b|recipient|transporter|phone|mob|e-?mail|@|www\.|pan\b|pan\s?no|\bcopy\b|challan|credit note|e-?way|state\b|code\b|"
    r"shree ganesh|॥|dated?\b|irn\b|ack\b|dealers?\s|wholesale|estimate|reverse charge|cin\b|\bno\.?\s?[:\d]|details|supplier|"
    r"\bqr\b|signed|tax\b|product|ship(?:ped)?.?to\b|bill(?:ed)?.?to\b|bill.?from\b|place of|\bpay\b|\bsign\b|signat|address|"
    r"^name\b|receiver|consignee|\bhsn\b|amount|total|\bqty\b|rupees|"
    r"\bonly\b|salesp|salesm|rectif|merchant|\bdeals? in\b|^\W*(?:order|vehicle|beat|route|mode|transport|due|time|inv|bill)\b|"
    r"fssai|\bno\W*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(  # an address, a state with its code, what stands behind a label
    r"^\W*\d\d-|^\s*:|^(?=.*[\d,]).*\b(?:shop|plot|gala|godown|ward|floor|road|street|marg|nagar|chowk|phase|[gm]\.?i\.?d\.?c|"
    r"industrial|estate|opp|near|complex|market|bazar|dist|sector|h\.?no|survey|village|tal)\b",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"\b(?:co|ltd|pvt|bros|corp|inc|mfg|engg|ent|ind|assn)\.[ .,:\-]*$", re.IGNORECASE)
_YEAR = re.compile(r"\(?\b20\d\d\s?-{1,2}\s?(?:20)?\d\d\)?\W*$")  # `(2025-26)`, as some programs print behind a name
_FOR = re.compile(r"(?:^|\t| )for\s?[,.:]{0,2}\s?[-:]?\s?(?:m/s\.?\s?)?([A-Za-z][A-Za-z0-9 &.,'’()\-/]{3,60})", re.IGNORECASE)


def seller_name(pages: Sequence[Page]) -> Found[str] | None:
    """The letterhead's name, or the one behind `For` at the signature; surest where both say the same."""
    head = _headline(pages[0]) if pages else None
    signed = next((s for page in reversed(pages) if (s := _signed(page))), None)
    under = next((u for page in pages if (u := _under_label(page, "seller"))), None)
    for one, sure in ((under, 0.85), (head, 0.7)):
        if one and signed and _alike(one[0], signed[0]):
            name, cell = _whole(one, signed)
            return Found(name, 0.95, cell.box, cell.page)
        if one and one is under:
            return Found(one[0], sure, one[1].box, one[1].page)
    best, sure = (signed, 0.75) if signed else (head, 0.6)
    return Found(best[0], sure, best[1].box, best[1].page) if best else None


def buyer_name(pages: Sequence[Page]) -> Found[str] | None:
    for page in pages:
        found = _under_label(page, "buyer")
        if found:
            return Found(found[0], 0.8, found[1].box, found[1].page)
    return None


def _headline(page: Page) -> tuple[str, Cell] | None:
    """The largest print of the head; of names about as large the topmost."""
    rows = [row for row in page.rows if row.middle < page.height * 0.3][:12]
    names = [(_clean(text), cell) for row in rows for text, cell in _large_print(row) if not _ASIDE.search(text)]
    buyer = _under_label(page, "buyer")
    names = [(text, cell) for text, cell in names if _is_name(text) and not (buyer and cell is buyer[1])]
    if not names:
        return None
    text, cell = max(names, key=lambda name: name[1].height * min(1.0, len(name[0]) / 8) - 0.05 * name[1].middle)
    return (text, cell) if cell.height > 0.9 * page.letter else None


def _whole(one: tuple[str, Cell], other: tuple[str, Cell]) -> tuple[str, Cell]:
    """Of two readings of one name the longer, for part of the other is hidden; of two as long the clearer."""
    letters = [sum(letter.isalpha() for letter in name) for name, _ in (one, other)]
    if abs(letters[0] - letters[1]) > 2:
        return one if letters[0] > letters[1] else other
    return one if one[1].confidence >= other[1].confidence else other


def _large_print(row: Row) -> list[tuple[str, Cell]]:
    """Texts of a row; words of large print that a wide blank has parted, as one."""
    found: list[tuple[str, Cell]] = []
    before: Cell | None = None
    for cell in row.cells:
        near = before is not None and cell.left - before.right < 0.4 * min(cell.height, before.height)
        if found and before and near and 0.75 < cell.height / before.height < 1.33:
            found[-1] = (f"{found[-1][0]} {cell.text}", found[-1][1])
        else:
            found.append((cell.text, cell))
        before = cell
    return found


def _clean(text: str) -> str:
    """Without the marks around a name; `Ltd.` keeps its dot."""
    text = _YEAR.sub("", text)
    bare = text.strip(" .,:-*'\"")
    return bare + "." if _ABBREVIATED.search(text) else bare


def _signed(page: Page) -> tuple[str, Cell] | None:
    for row in reversed(page.rows):
        for cell in row.cells:
            match = _FOR.match(cell.text)
            listed = sum(any(letter.isdigit() for letter in other.text) for other in row.cells if other is not cell) > 2
            if (
                match
                and not listed  # `FOR. BESAN 100X200GM` among the goods
                and row.middle > page.height * 0.35
                and _is_name(match[1])
                and not match[1].lower().startswith(("the ", "any "))
            ):
                return _clean(match[1]), cell
    return None


def _under_label(page: Page, role: str) -> tuple[str, Cell] | None:
    labels = party_labels(page)
    for hit in labels:
        text = page.rows[hit.row].text
        wording = text[hit.start : hit.end].lower()
        if hit.name != role or "gst" in wording or "place" in wording or wording in ("from",):
            continue
        if hit.middle > page.height * 0.6 or text[hit.end : hit.end + 1] in "'’":  # `Receiver's Signature`
            continue
        if hit.start not in page.rows[hit.row].starts and not opens(text, hit):
            continue
        beside = segment(re.sub(r"^[\s)(]*(?:name|details|\(?bill to\)?|m/s)?\.?", "", text[hit.end :], flags=re.IGNORECASE))
        if text[hit.end : hit.end + 3].strip() and _is_name(beside):
            return beside, page.rows[hit.row].cell_at(hit.end)
        for row in page.rows[hit.row + 1 : hit.row + 4]:
            cell = next((c for c in row.cells if abs(c.left - hit.left) < 3 * page.letter), None)
            if cell and re.fullmatch(r"\W*name\W*", cell.text, re.IGNORECASE):  # the name itself stands beside
                cell = next((c for c in row.cells if c.left > cell.right), None)
            if cell:
                name = re.sub(r"^(?:name|m/s)\b\.?\s?[:.]?\s*", "", cell.text, flags=re.IGNORECASE)
                if _is_name(name):
                    return _clean(name), cell
    return None


def _is_name(text: str) -> bool:
    letters = sum(letter.isalpha() for letter in text)
    return (
        letters >= 4 and letters > 2 * sum(letter.isdigit() for letter in text) and not _TITLE.search(text) and len(text) <= 70
    )


def _alike(one: str, other: str) -> bool:
    a, b = ("".join(letter for letter in text.lower() if letter.isalpha()) for text in (one, other))
    pairs = {a[i : i + 2] for i in range(len(a) - 1)}, {b[i : i + 2] for i in range(len(b) - 1)}
    return len(pairs[0] & pairs[1]) * 2 >= 1.4 * min(len(pairs[0]), len(pairs[1])) if pairs[0] and pairs[1] else False
