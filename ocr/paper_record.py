"""A paper as `python -m ocr` prints it; docs/contract.md promises this shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ocr.facts import Decision, Invoice, Line

if TYPE_CHECKING:
    from ocr.paper import Code

FIELDS = (
    "invoice_number",
    "invoice_date",
    "seller_gstin",
    "buyer_gstin",
    "seller_name",
    "taxable_paise",
    "cgst_paise",
    "sgst_paise",
    "utgst_paise",
    "igst_paise",
    "cess_paise",
    "round_off_paise",
    "total_paise",
    "irn",
    "buyer_name",
)


def record_of(
    kind: str, codes: Sequence[Code], invoice: Invoice | None, decision: Decision | None, problems: Sequence[str]
) -> dict[str, Any]:
    found = {name: getattr(invoice, name) for name in FIELDS} if invoice else dict.fromkeys(FIELDS)
    fields: dict[str, Any] = {name: _plain(field.value) if field else None for name, field in found.items()}
    fields["lines"] = [_line(line) for line in invoice.lines] if invoice and invoice.lines else None
    return {
        "kind": kind,
        "codes": [{"text": code.text, "kind": code.kind, "corners": code.corners} for code in codes],
        "fields": fields,
        "confidence": {name: round(field.confidence, 3) for name, field in found.items() if field},
        "decision": decision.verdict if decision else None,
        "problems": list(dict.fromkeys(problems)),
    }


def _plain(value: str | int | date) -> str | int:
    return value.isoformat() if isinstance(value, date) else value


def _line(line: Line) -> dict[str, Any]:
    return {
        "description": line.description,
        "hsn": line.hsn,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "rate_paise": line.rate_paise,
        "taxable_paise": line.taxable_paise,
    }


def _number(quantity: Decimal | None) -> int | float | None:
    if quantity is None or not quantity.is_finite():
        return None
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
