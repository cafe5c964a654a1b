"""auto, ask, review or refuse. `auto` only when checks carry the reading; one small question when one thing is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ocr.amounts import printed
from ocr.checks import closes, key_fields, words_agree
from ocr.facts import Ask, Decision, Edge, Found, Invoice
from ocr.problems import DOUBTFUL, MISSING, NOTES, Field, Problem

if TYPE_CHECKING:
    from ocr.einvoice import EInvoice

_ASKABLE: dict[Problem, Field] = {problem: name for table in (MISSING, DOUBTFUL) for name, problem in table.items()}
# Follow from a total that is missing or doubtful, and are settled with it.
_OF_TOTAL: frozenset[Problem] = frozenset(["sums_not_checked", "sums_do_not_close", "several_totals"])
_EDGES: dict[Field, tuple[Edge, ...]] = {
    "seller_gstin": ("top", "left"),
    "invoice_number": ("top", "right"),
    "invoice_date": ("top", "right"),
    "total": ("bottom", "right"),
}
_REFUSED: frozenset[Problem] = frozenset(["not_an_invoice", "not_legible"])
_WORTH_ASKING = 0.3  # below it a reading is no help: better typed


def decide(invoice: Invoice, problems: Sequence[Problem], einvoice: EInvoice | None = None) -> Decision:
    """The verdict with the problems that stood in the way of `auto`."""
    refused = tuple(problem for problem in problems if problem in _REFUSED)
    if refused:
        return Decision("refuse", None, refused)
    obstacles = tuple(problem for problem in problems if problem not in NOTES)
    if not obstacles:
        return Decision("auto") if _carried(invoice, einvoice) else Decision("review", None, ("sums_not_checked",))
    ask = _one_thing(invoice, obstacles, einvoice)
    return Decision("ask", ask, obstacles) if ask else Decision("review", None, obstacles)


def _carried(invoice: Invoice, einvoice: EInvoice | None) -> bool:
    """By a verified signature, or by sums that close or words that agree. A code nobody verified carries nothing."""
    if einvoice is not None and einvoice.status == "VERIFIED":
        return True
    return bool(closes(invoice)) or bool(words_agree(invoice))


def _one_thing(invoice: Invoice, obstacles: Sequence[Problem], einvoice: EInvoice | None) -> Ask | None:
    fields = {_ASKABLE[problem] for problem in obstacles if problem in _ASKABLE}
    rest = [problem for problem in obstacles if problem not in _ASKABLE]
    if not fields and set(rest) <= {"sums_not_checked"}:
        fields, rest = {"total"}, []
    if len(fields) != 1:
        return None
    name = fields.pop()
    if any(problem not in _OF_TOTAL for problem in rest) or (rest and name != "total"):
        return None
    return _question(invoice, name, einvoice)


def _question(invoice: Invoice, name: Field, einvoice: EInvoice | None) -> Ask:
    found = key_fields(invoice)[name]
    field = "total_paise" if name == "total" else name
    if found is not None and found.confidence >= _WORTH_ASKING:
        return Ask("confirm", field, shown(found))
    edge = next((edge for edge in _EDGES[name] if edge in invoice.cut_edges), None)
    if edge:
        return Ask("cut_off", field, None, edge)
    hint = _from_code(einvoice, name)
    return Ask("confirm", field, hint) if hint else Ask("type", field)


def _from_code(einvoice: EInvoice | None, name: Field) -> str | None:
    """What an unverified code says may be asked about, never taken."""
    if einvoice is None or einvoice.status == "INVALID":
        return None
    told = {
        "seller_gstin": einvoice.seller_gstin,
        "invoice_number": einvoice.doc_number,
        "invoice_date": einvoice.doc_date.isoformat() if einvoice.doc_date else None,
        "total": printed(einvoice.total_paise) if einvoice.total_paise is not None else None,
    }
    return told[name]


def shown(found: Found[str] | Found[date] | Found[int]) -> str:
    """A value as asked about: sums as printed, dates as YYYY-MM-DD."""
    value = found.value
    if isinstance(value, int):
        return printed(value)
    return value.isoformat() if isinstance(value, date) else value
