"""What kind of paper it is, and where its print is cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.facts import DocType, Edge
from ocr.rows import Page

_I = re.IGNORECASE
_TITLES: tuple[tuple[DocType, re.Pattern[str]], ...] = (  # of a cell that begins so: a sentence may speak of credit notes too
    ("credit_note", re.compile(r"^\W*(?:tax\s|gst\s)?credit\s?note\W*(?:$|\(|cum|original|no\b|num|#|date)", _I)),
    ("debit_note", re.compile(r"^\W*(?:tax\s|gst\s)?debit\s?note\W*(?:$|\(|cum|original|no\b|num|#|date)", _I)),
    ("bill_of_supply", re.compile(r"b[il1]l[l1]\s?of\s?supp[l1]y", _I)),
    ("invoice", re.compile(
        r"[i1l]nvo[i1l][ce]e|\btax\s?inv|cash\s?(?:memo|bill)|debit\s?memo|\bbill\s?(?:no|date|amount|to)|बिल|बीजक|इनव", _I
    )),
)  # fmt: skip
# Papers that look much like invoices and are none. A title stands by itself, high on the page.
_NO_SALES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"^[\W_]*(?:{words})[\W_]*(?:(?:original|duplicate|triplicate|for\s\w+|copy).*)?$", _I))
    for name, words in (
        ("proforma", r"pro\s?-?forma(?:\sinvoice)?|performa\sinvoice"),
        ("quotation", r"(?:price\s)?quotation|quote|estimate|rough\sestimate|estimate\s?/\s?quotation"),
        ("delivery_challan", r"(?:delivery\s)?challan|delivery\snote|goods\s(?:out|despatch)\snote"),
        ("purchase_order", r"(?:purchase|sales|work)\sorder|order\s(?:form|confirmation)"),
        ("statement", r"(?:account|ledger|stock|sales?)\s(?:statement|account|ledger|summary|register|report).*|"
                      r"statement\sof\s(?:account|stock).*|"
                      r"(?:sales?|stock)\s?(?:&|and)\s?(?:stock|sales?)\s?(?:statement|report)?.*|"
                      r"ledger(?:\saccount)?|outstanding\s(?:statement|report)|stock\ssummary|"
                      r"party\sledger|balance\ssheet"),
        ("receipt", r"(?:payment|money|cash)\s(?:receipt|voucher)|receipt\s?voucher|payment\s(?:successful|received|advice)|"
                    r"paid\ssuccessfully"),
        ("eway_bill", r"e-?\s?way\s?bill(?:\ssystem)?"),
    )
)  # fmt: skip
_RUPEE = re.compile(r"₹|\brs\.?\b|\binr\b|rupees?|rupess|paise|\blakh\b|रुप", _I)
_GST = re.compile(r"\bc\s?gst|\bs\s?gst|\bi\s?gst|\but\s?gst|gst[i1l]n|\bgst\b|\bhsn\b|place of supply|\bpan\b", _I)
_FOREIGN = re.compile(
    r"[$€£]\s?\d|\b(?:usd|eur|gbp|aed|rm|sgd|myr|npr|bdt|lkr)\b\s?\d|\bvat\b|\babn\b|gst\s?reg\.?\s?no|gst\sid|sales\stax\b|\bsst\b",
    _I,
)
_CLEAR, _CLEAR_LETTERS = 0.85, 40
_EDGE = 0.006  # of the sheet's side: print as near as that runs out of the picture


def doc_type(pages: Sequence[Page]) -> DocType:
    """By its title in the upper part; `invoice` when only its labels say so."""
    upper = [cell.text for page in pages for cell in page.cells() if cell.middle < page.height * 0.45]
    for name, pattern in _TITLES:
        if any(pattern.search(text) for text in upper):
            return name
    return "invoice" if any(_TITLES[-1][1].search(row.text) for page in pages for row in page.rows) else "other"


def not_a_sale(pages: Sequence[Page]) -> str | None:
    """The name of another kind of paper when one is the title and `invoice` is none."""
    for page in pages[:1]:
        tops = [cell.text for row in page.rows if row.middle < page.height * 0.4 for cell in row.cells]
        if any(
            re.search(r"(?:tax|gst|retail|sales?)\s?[i1l]nvo[i1l][ce]e|b[il1]l[l1]\s?of\s?supp[l1]y|cash\s?memo", text, _I)
            for text in tops
        ):
            return None
        for text in tops:
            for name, pattern in _NO_SALES:
                if pattern.match(text.strip()):
                    return name
    return None


def looks_like_invoice(pages: Sequence[Page], *, gstin: bool, number: bool, total: bool, date: bool) -> bool:
    """A bill for goods in India, as far as its words tell: none of them alone is enough."""
    text = "\n".join(row.text for page in pages for row in page.rows)
    titled = any(pattern.search(text) for _, pattern in _TITLES)
    indian = gstin or len({match.group().lower() for match in _GST.finditer(text)}) >= 2
    foreign = bool(_FOREIGN.search(text)) and not gstin
    if foreign and not _RUPEE.search(text):
        return False
    points = 2 * gstin + 2 * titled + number + total + date + bool(_RUPEE.search(text)) + indian
    return indian and points >= 5


def legible(pages: Sequence[Page]) -> bool:
    """Whether a few lines of clear words could be read: below that nothing is said about what paper it is."""
    cells = [cell for page in pages for cell in page.cells()]
    clear = sum(sum(c.isalnum() for c in cell.text) for cell in cells if cell.confidence >= _CLEAR)
    return clear >= _CLEAR_LETTERS and clear * 2 >= sum(sum(c.isalnum() for c in cell.text) for cell in cells)


def cut_edges(pages: Sequence[Page]) -> tuple[Edge, ...]:
    """Edges of the (first and last) sheet that several lines of print run into."""
    if not pages or not any(page.rows for page in pages):
        return ()
    edges: tuple[Edge, ...] = ("left", "top", "right", "bottom")
    return tuple(edge for edge in edges if _touching(pages[-1] if edge == "bottom" else pages[0], edge))


def _touching(page: Page, edge: Edge) -> bool:
    margin_x, margin_y = max(2.0, _EDGE * page.width), max(2.0, _EDGE * page.height)
    xs = [[x for x, _ in cell.box] for cell in page.cells()]
    ys = [[y for _, y in cell.box] for cell in page.cells()]
    if edge == "left":
        return sum(min(x) <= margin_x for x in xs) >= 3
    if edge == "right":
        return sum(max(x) >= page.width - margin_x for x in xs) >= 3
    if edge == "top":
        return sum(min(y) <= margin_y for y in ys) >= 1
    return sum(max(y) >= page.height - margin_y for y in ys) >= 1
