"""What the fields of an invoice say of one another, as named problems. Pure; the chat's registers are asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ocr.facts import Found, Invoice
from ocr.problems import DOUBTFUL, MISSING, REGISTERS, Field, Problem

if TYPE_CHECKING:
    from ocr.einvoice import EInvoice

# A field is doubtful below: the share of right readings wanted among those believed.
SURE: dict[Field, float] = {"seller_gstin": 0.9, "invoice_number": 0.85, "invoice_date": 0.85, "total": 0.9}
STALE_DAYS = 366
GST_BEGAN = date(2017, 7, 1)
_ROUNDING_MAX = 100  # paise between the sums and the total: printed round-offs stay under a rupee
_OTHER_TERRITORY = {"97", "99"}


def check(invoice: Invoice, *, as_of: date | None = None, einvoice: EInvoice | None = None) -> tuple[Problem, ...]:
    """Every problem, causes first. `as_of`: the day age is judged at; without it the invoice's own, so it is never stale."""
    if invoice.not_a_sale or not invoice.looks_like_invoice:
        return ("not_an_invoice",) if invoice.not_a_sale or invoice.legible else ("not_legible",)
    verified = einvoice is not None and einvoice.status == "VERIFIED"
    problems = [
        *_of_type(invoice),
        *(_of_einvoice(invoice, einvoice) if einvoice else ()),
        *_of_fields(invoice),
        *(() if verified else _of_sums(invoice)),
        *_of_taxes(invoice),
        *_of_people(invoice),
        *_of_date(invoice, as_of),
        *REGISTERS,
    ]
    return tuple(dict.fromkeys(problems))


def closes(invoice: Invoice) -> bool | None:
    """Whether taxable + taxes + charges + rounding = total; None when total or taxable value is not known."""
    if invoice.total_paise is None or invoice.taxable_paise is None:
        return None
    parts = (invoice.cgst_paise, invoice.sgst_paise, invoice.utgst_paise, invoice.igst_paise, invoice.cess_paise)
    added = invoice.taxable_paise.value + sum(map(_paise, parts))
    added += (invoice.undivided_tax_paise or 0) + (invoice.adjustment_paise or 0)
    if invoice.round_off_paise is not None:
        return abs(added + invoice.round_off_paise.value - invoice.total_paise.value) <= 2
    return abs(added - invoice.total_paise.value) < _ROUNDING_MAX


def words_agree(invoice: Invoice) -> bool | None:
    if invoice.total_paise is None or invoice.words_total_paise is None:
        return None
    return abs(invoice.words_total_paise - invoice.total_paise.value) < _ROUNDING_MAX


def _paise(found: Found[int] | None) -> int:
    return found.value if found else 0


def _of_type(invoice: Invoice) -> Iterator[Problem]:
    if invoice.doc_type == "credit_note":
        yield "credit_note"
    elif invoice.doc_type == "debit_note":
        yield "debit_note"


def _of_einvoice(invoice: Invoice, einvoice: EInvoice) -> Iterator[Problem]:
    if einvoice.status == "INVALID":
        yield "einvoice_invalid"
        return
    if einvoice.status == "CONSISTENT_UNVERIFIED":
        yield "einvoice_not_verified"
    if _differs(invoice, einvoice):
        yield "einvoice_differs"


def _differs(invoice: Invoice, einvoice: EInvoice) -> bool:
    pairs: tuple[tuple[Found[str] | Found[date] | Found[int] | None, object], ...] = (
        (invoice.seller_gstin, einvoice.seller_gstin),
        (invoice.invoice_number, einvoice.doc_number),
        (invoice.invoice_date, einvoice.doc_date),
    )
    if any(
        found is not None and value is not None and str(found.value).upper() != str(value).upper() for found, value in pairs
    ):
        return True
    if invoice.total_paise is None or einvoice.total_paise is None:
        return False
    return abs(invoice.total_paise.value - einvoice.total_paise) > _ROUNDING_MAX


def _of_fields(invoice: Invoice) -> Iterator[Problem]:
    for name, found in key_fields(invoice).items():
        if found is None:
            yield MISSING[name]
        elif found.confidence < SURE[name]:
            yield DOUBTFUL[name]


def key_fields(invoice: Invoice) -> dict[Field, Found[str] | Found[date] | Found[int] | None]:
    return {
        "seller_gstin": invoice.seller_gstin,
        "invoice_number": invoice.invoice_number,
        "invoice_date": invoice.invoice_date,
        "total": invoice.total_paise,
    }


def _of_sums(invoice: Invoice) -> Iterator[Problem]:
    sums, words = closes(invoice), words_agree(invoice)
    if sums is False:
        yield "sums_do_not_close"
    if words is False:
        yield "words_disagree"
    if sums is None and not words and invoice.total_paise is not None:
        yield "sums_not_checked"
    # A total that stands nowhere but in the words, against a clear figure beside the total's label: misread, or altered.
    unseen = invoice.total_paise is not None and invoice.total_paise.box is None
    if invoice.rival_totals and ((not sums and not words) or unseen):
        yield "several_totals"
    lines = [line.taxable_paise for line in invoice.lines if line.taxable_paise is not None]
    whole = len(lines) == len(invoice.lines) > 0 and invoice.taxable_paise is not None
    if whole and invoice.taxable_paise is not None and abs(sum(lines) - invoice.taxable_paise.value) > 100 + len(lines):
        yield "lines_do_not_add_up"


def _of_taxes(invoice: Invoice) -> Iterator[Problem]:
    central, state = _paise(invoice.cgst_paise), _paise(invoice.sgst_paise) + _paise(invoice.utgst_paise)
    integrated = _paise(invoice.igst_paise)
    if abs(central - state) > 2 or (central and integrated):
        yield "taxes_do_not_fit"
    seller, buyer = invoice.seller_gstin, invoice.buyer_gstin
    if not (seller and buyer) or {seller.value[:2], buyer.value[:2]} & _OTHER_TERRITORY:
        return
    if central and seller.value[:2] != buyer.value[:2] and not integrated:
        yield "tax_kind_mismatch"  # integrated tax within a state is lawful (special zones, other place of supply)


def _of_people(invoice: Invoice) -> Iterator[Problem]:
    if invoice.seller_gstin and invoice.buyer_gstin and invoice.seller_gstin.value == invoice.buyer_gstin.value:
        yield "buyer_is_seller"
    if invoice.irn_proves_number is False:
        yield "irn_mismatch"


def _of_date(invoice: Invoice, as_of: date | None) -> Iterator[Problem]:
    if invoice.invoice_date is None:
        return
    day = invoice.invoice_date.value
    if day < GST_BEGAN:
        yield "date_before_gst"
    if as_of is not None and day > as_of:
        yield "date_in_future"
    if as_of is not None and (as_of - day).days > STALE_DAYS:
        yield "date_stale"
