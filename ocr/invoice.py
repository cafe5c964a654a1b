"""Sheets of one invoice → its fields. Pure: words in, facts out; nothing is asked of the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ocr.facts import Found, Invoice, T
from ocr.fields.balance import Balance, balance
from ocr.fields.dates import find_date
from ocr.fields.irn import Printed, irn_of, printed_irn, proven_number
from ocr.fields.names import buyer_name, seller_name
from ocr.fields.number import find_number, year_fits
from ocr.fields.paper import cut_edges, doc_type, legible, looks_like_invoice, not_a_sale
from ocr.fields.parties import Parties, find_parties
from ocr.fields.sums import candidates
from ocr.fields.table import find_lines
from ocr.fields.words_total import spoken_totals
from ocr.rows import Page, page_of
from ocr.words import Quad, Sheet

WORDS_MAX = 1500  # on one sheet; a page of print has a few hundred, a page of a PDF at most a thousand
_GUESS = 0.51
_CLEAR_IRN = 0.9  # below it the reference number itself may be what was misread
_UNION_TERRITORIES = frozenset({"04", "25", "26", "31", "35", "38", "97"})  # without a legislature: UTGST, not SGST


def read_invoice(sheets: Sequence[Sheet]) -> Invoice:
    """All fields of one invoice on one or several sheets, in their order. Never raises, whatever the words are."""
    pages = [page_of(replace(sheet, words=sheet.words[:WORDS_MAX])) for sheet in sheets]
    kind = doc_type(pages)
    parties = find_parties(pages)
    number = find_number(pages)
    number, day = (_read(found) for found in _of_one_year(number, find_date(pages, _read(number))))
    irn = printed_irn(pages)
    sums = balance([c for page in pages for c in candidates(page)], spoken_totals(pages), untaxed=kind == "bill_of_supply")
    invoice = Invoice(
        invoice_number=number,
        invoice_date=day,
        seller_gstin=_doubted(parties, number, pages),
        buyer_gstin=parties.buyer,
        seller_name=seller_name(pages),
        buyer_name=buyer_name(pages),
        irn=Found(irn.text, 0.9, irn.cell.box, irn.cell.page) if irn and irn.whole else None,
        total_paise=_read(sums.total),
        lines=find_lines(pages),
        doc_type=kind,
        words_total_paise=sums.words,
        rival_totals=sums.rivals,
        other_gstins=parties.others,
        cut_edges=cut_edges(pages),
        looks_like_invoice=looks_like_invoice(
            pages, gstin=bool(parties.seller or parties.buyer), number=bool(number), total=bool(sums.total), date=bool(day)
        ),
        legible=legible(pages),
        not_a_sale=not_a_sale(pages),
    )
    return _with_proof(_with_taxes(invoice, sums), irn)


def _read(found: Found[T] | None) -> Found[T] | None:
    """A guess is no reading."""
    return found if found and found.confidence >= _GUESS else None


def _of_one_year(number: Found[str] | None, day: Found[date] | None) -> tuple[Found[str] | None, Found[date] | None]:
    """A number that names another financial year than the date: one of the two was misread."""
    if number is None or day is None or year_fits(number.value, day.value) is not False:
        return number, day
    doubted = replace(number, confidence=round(number.confidence * 0.7, 3))
    return doubted, replace(day, confidence=round(day.confidence * 0.85, 3))


def _doubted(parties: Parties, number: Found[str] | None, pages: Sequence[Page]) -> Found[str] | None:
    """The only GSTIN, well below the invoice's number and not near the foot: it stands where a buyer's does."""
    seller = parties.seller
    if not (seller and seller.box and number and number.box and parties.lone and seller.page == number.page):
        return seller
    page = next((page for page in pages if page.number == seller.page), None)
    own, numbers = _middle(seller.box), _middle(number.box)
    if page is None or not numbers + 2.5 * page.letter < own < 0.5 * page.height:
        return seller
    return replace(seller, confidence=round(seller.confidence * 0.8, 3))


def _middle(box: Quad) -> float:
    return sum(y for _, y in box) / 4


def _with_taxes(invoice: Invoice, sums: Balance) -> Invoice:
    """State tax is UTGST where the seller's territory has no legislature."""
    territory = invoice.seller_gstin is not None and invoice.seller_gstin.value[:2] in _UNION_TERRITORIES
    return replace(
        invoice,
        taxable_paise=sums.taxable,
        cgst_paise=sums.cgst,
        sgst_paise=None if territory else sums.sgst,
        utgst_paise=sums.sgst if territory else None,
        igst_paise=sums.igst,
        cess_paise=sums.cess,
        round_off_paise=sums.round_off,
        undivided_tax_paise=sums.undivided_tax,
        adjustment_paise=sums.adjustment,
    )


def _with_proof(invoice: Invoice, irn: Printed | None) -> Invoice:
    """A printed IRN proves seller, year, type and number at once: it may put a letter right, or say which GSTIN sells."""
    number, day = invoice.invoice_number, invoice.invoice_date
    seller, buyer = invoice.seller_gstin, invoice.buyer_gstin
    if not (irn and number and day and (seller or buyer)):
        return invoice
    boxes = {found.value: found for found in (seller, buyer) if found}
    for gstin in (*boxes, *invoice.other_gstins):
        proven = proven_number(irn.text, gstin, number.value, day.value, invoice.doc_type)
        if proven is None:
            continue
        found = replace(boxes[gstin], confidence=0.99) if gstin in boxes else Found(gstin, 0.99)
        others = tuple(other for other in (*boxes, *invoice.other_gstins) if other != gstin)
        if seller is None or gstin != seller.value:  # what was taken for the seller's is then the buyer's, or another's
            buyer = next((boxes[other] for other in others if other in boxes), None)
        return replace(
            invoice,
            irn_proves_number=True,
            irn=Found(irn_of(gstin, proven, day.value, invoice.doc_type), 0.99, irn.cell.box, irn.cell.page),
            invoice_number=Found(proven, 0.99, number.box, number.page),
            seller_gstin=found,
            buyer_gstin=buyer,
            other_gstins=tuple(other for other in others if buyer is None or other != buyer.value),
        )
    return replace(invoice, irn_proves_number=False) if irn.whole and irn.cell.confidence >= _CLEAR_IRN else invoice
