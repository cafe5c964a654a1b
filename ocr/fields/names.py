"""Names of seller and buyer: from the letterhead, the signature, and under the labels of their blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.facts import Found
from ocr.fields.labels import hits, segment
from ocr.fields.parties import LABELS, opens
from ocr.rows import Cell, Page

_TITLE = re.compile(
    r"invoice|bill of supply|cash memo|debit memo|memo$|original|duplicate|triplicate|subject to|jurisdiction|gstin|gst\s?no|"
    r"page\b|recipient|transporter|phone|mob|e-?mail|@|www\.|pan\b|pan\s?no|\bcopy\b|challan|credit note|e-?way|state\b|code\b|"
    r"shree ganesh|॥|dated?\b|irn\b|ack\b|dealers?\s|wholesale|estimate|reverse charge|cin\b|\bno\.?\s?[:\d]|details|supplier|"
    r"\bqr\b|signed|tax\b|product|ship(?:ped)?.?to\b|bill(?:ed)?.?to\b|bill.?from\b|place of|\bpay\b|\bsign\b|signat|address|"
    r"^name\b|receiver|consignee|\bhsn\b|amount|total|\bqty\b|rupees|"
    r"\bonly\b|salesp|salesm|rectif",
    re.IGNORECASE,
)
_FOR = re.compile(r"(?:^|\t| )for\s?[,.:]{0,2}\s?[-:]?\s?(?:m/s\.?\s?)?([A-Za-z][A-Za-z0-9 &.,'’()\-/]{3,60})", re.IGNORECASE)


def seller_name(pages: Sequence[Page]) -> Found[str] | None:
    """The letterhead's largest line, or the name behind `For` at the signature; surest where both say the same."""
    head = _headline(pages[0]) if pages else None
    signed = next((s for page in reversed(pages) if (s := _signed(page))), None)
    under = next((u for page in pages if (u := _under_label(page, "seller"))), None)
    for one, sure in ((under, 0.85), (head, 0.7)):
        if one and signed and _alike(one[0], signed[0]):
            return Found(one[0], 0.95, one[1].box, one[1].page)
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
    rows = [row for row in page.rows if row.middle < page.height * 0.3][:12]
    cells = [cell for row in rows for cell in row.cells if _is_name(cell.text)]
    if not cells:
        return None
    tallest = max(cells, key=lambda cell: (cell.height * min(1.0, len(cell.text) / 8), -cell.middle))
    return (tallest.text.strip(" .,:-"), tallest) if tallest.height > 0.9 * page.letter else None


def _signed(page: Page) -> tuple[str, Cell] | None:
    for row in reversed(page.rows):
        for cell in row.cells:
            match = _FOR.match(cell.text)
            if (
                match
                and row.middle > page.height * 0.35
                and _is_name(match[1])
                and not match[1].lower().startswith(("the ", "any "))
            ):
                return match[1].strip(" .,:-"), cell
    return None


def _under_label(page: Page, role: str) -> tuple[str, Cell] | None:
    labels = hits(page, LABELS)
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
                    return name.strip(" .,:-"), cell
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
