"""What stands on an invoice, as far as it could be read. A field nobody could read is None, never a guess."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from ocr.words import Quad

T = TypeVar("T")
DocType = Literal["invoice", "bill_of_supply", "credit_note", "debit_note", "other"]
Edge = Literal["left", "top", "right", "bottom"]


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, how sure we are (0..1, meant as a probability), and where on which page it stood."""

    value: T
    confidence: float
    box: Quad | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    description: str
    hsn: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    rate_paise: int | None = None
    taxable_paise: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    invoice_number: Found[str] | None = None
    invoice_date: Found[date] | None = None
    seller_gstin: Found[str] | None = None
    buyer_gstin: Found[str] | None = None
    seller_name: Found[str] | None = None
    buyer_name: Found[str] | None = None
    irn: Found[str] | None = None
    taxable_paise: Found[int] | None = None
    cgst_paise: Found[int] | None = None
    sgst_paise: Found[int] | None = None
    utgst_paise: Found[int] | None = None
    igst_paise: Found[int] | None = None
    cess_paise: Found[int] | None = None
    round_off_paise: Found[int] | None = None  # signed
    total_paise: Found[int] | None = None
    undivided_tax_paise: int | None = None  # all tax in one sum, where the paper does not say of which kinds
    adjustment_paise: int | None = None  # printed charges (+) and deductions (-) between the taxes and the total
    lines: tuple[Line, ...] = ()
    doc_type: DocType = "other"
    words_total_paise: int | None = None  # the amount in words, a witness
    rival_totals: tuple[int, ...] = ()  # other sums printed beside a total's label
    other_gstins: tuple[str, ...] = ()
    cut_edges: tuple[Edge, ...] = ()  # edges the print runs out of
    irn_proves_number: bool | None = None  # IRN = hash of seller, year, type and number; None: not comparable
    looks_like_invoice: bool = False
    legible: bool = True  # enough of the print could be read to say what paper it is
    not_a_sale: str | None = None  # "delivery_challan", "quotation", …: a paper that is clearly something else


NUMBERS = ("taxable_paise", "cgst_paise", "sgst_paise", "utgst_paise", "igst_paise", "cess_paise", "round_off_paise")
KEY_FIELDS = ("seller_gstin", "invoice_number", "invoice_date", "total_paise")


@dataclass(frozen=True, slots=True)
class Ask:
    """The one thing to ask. cut_off: photograph that edge; confirm: is it this value; type: please type it."""

    kind: Literal["cut_off", "confirm", "type"]
    field: str | None = None
    value: str | None = None
    edge: Edge | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Literal["auto", "ask", "review", "refuse"]
    ask: Ask | None = None
    because: tuple[str, ...] = field(default=())  # the problems that stood in the way of `auto`
