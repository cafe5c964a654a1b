"""Print and signed code together: a verified code is taken at its word; one nobody could verify only agrees or differs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ocr.facts import DocType, Found, Invoice

if TYPE_CHECKING:
    from ocr.einvoice import EInvoice

T = TypeVar("T")
_TYPES: dict[str, DocType] = {"INV": "invoice", "CRN": "credit_note", "DBN": "debit_note"}
_AGREED = 0.97


def with_einvoice(invoice: Invoice, einvoice: EInvoice | None) -> Invoice:
    """The invoice with what its code says. INVALID changes nothing."""
    if einvoice is None or einvoice.status == "INVALID":
        return invoice
    if einvoice.status == "VERIFIED":
        return _taken(invoice, einvoice)
    return replace(
        invoice,
        invoice_number=_agreed(invoice.invoice_number, einvoice.doc_number),
        invoice_date=_agreed(invoice.invoice_date, einvoice.doc_date),
        seller_gstin=_agreed(invoice.seller_gstin, einvoice.seller_gstin),
        total_paise=_agreed(invoice.total_paise, einvoice.total_paise),
    )


def _taken(invoice: Invoice, einvoice: EInvoice) -> Invoice:
    return replace(
        invoice,
        invoice_number=_sure(invoice.invoice_number, einvoice.doc_number),
        invoice_date=_sure(invoice.invoice_date, einvoice.doc_date),
        seller_gstin=_sure(invoice.seller_gstin, einvoice.seller_gstin),
        buyer_gstin=_sure(invoice.buyer_gstin, einvoice.buyer_gstin),
        irn=_sure(invoice.irn, einvoice.irn),
        total_paise=_sure(invoice.total_paise, einvoice.total_paise),
        doc_type=_TYPES[einvoice.doc_type] if einvoice.doc_type else invoice.doc_type,
        irn_proves_number=True,
        looks_like_invoice=True,
        not_a_sale=None,
    )


def _sure(printed: Found[T] | None, value: T | None) -> Found[T] | None:
    """The code's value; with the printed one's place where they are the same. What the code leaves open, print tells."""
    if value is None:
        return printed
    same = printed is not None and printed.value == value
    return Found(value, 1.0, printed.box, printed.page) if same and printed else Found(value, 1.0)


def _agreed(printed: Found[T] | None, value: T | None) -> Found[T] | None:
    """A printed value is surer when the code says the same; the code's value alone is no reading."""
    if printed is None or printed.value != value:
        return printed
    return replace(printed, confidence=max(printed.confidence, _AGREED))
