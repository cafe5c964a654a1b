"""What one paper truly says. Money is Decimal rupees with two places, as printed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Tax = Literal["intra", "union", "inter", "none"]  # CGST+SGST, CGST+UTGST, IGST, or a bill of supply
DocType = Literal["Tax Invoice", "Bill of Supply", "Credit Note"]
ZERO = Decimal("0.00")


def paise(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    street: str
    city: str
    state: str
    state_code: str
    pin: str
    gstin: str | None
    phone: str
    email: str

    @property
    def pan(self) -> str | None:
        return self.gstin[2:12] if self.gstin else None


@dataclass(frozen=True, slots=True)
class Line:
    description: str
    hsn: str
    quantity: Decimal
    unit: str
    rate: Decimal
    discount_percent: Decimal
    gst_percent: Decimal
    cess_percent: Decimal
    tax: Tax

    @property
    def gross(self) -> Decimal:
        return paise(self.quantity * self.rate)

    @property
    def discount(self) -> Decimal:
        return paise(self.gross * self.discount_percent / 100)

    @property
    def taxable(self) -> Decimal:
        return self.gross - self.discount

    @property
    def half(self) -> Decimal:
        """CGST of the line, and as much again for the state or the union territory."""
        return paise(self.taxable * self.gst_percent / 200) if self.tax in ("intra", "union") else ZERO

    @property
    def igst(self) -> Decimal:
        return paise(self.taxable * self.gst_percent / 100) if self.tax == "inter" else ZERO

    @property
    def cess(self) -> Decimal:
        return paise(self.taxable * self.cess_percent / 100) if self.tax != "none" else ZERO

    @property
    def amount(self) -> Decimal:
        return self.taxable + 2 * self.half + self.igst + self.cess


@dataclass(frozen=True, slots=True)
class Extras:
    """What stands beside the truth and must not be taken for it. None is not printed."""

    order_number: str
    order_day: date
    due_day: date
    challan: str
    eway_bill: str | None
    transporter: str
    transporter_gstin: str | None
    vehicle: str
    salesman: str
    bank: str
    account: str
    ifsc: str
    vpa: str
    previous_balance: Decimal | None
    received: Decimal | None
    ship_to: Party | None
    against_number: str  # a credit note's invoice
    against_day: date


@dataclass(frozen=True, slots=True)
class Bill:
    doc_type: DocType
    number: str
    day: date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    tax: Tax
    rounded: bool
    irn: str | None
    ack_number: str | None
    extras: Extras = field(repr=False)

    @property
    def taxable(self) -> Decimal:
        return sum((line.taxable for line in self.lines), ZERO)

    @property
    def gross(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        return self.gross - self.taxable

    @property
    def half(self) -> Decimal:
        return sum((line.half for line in self.lines), ZERO)

    @property
    def igst(self) -> Decimal:
        return sum((line.igst for line in self.lines), ZERO)

    @property
    def cess(self) -> Decimal:
        return sum((line.cess for line in self.lines), ZERO)

    @property
    def tax_total(self) -> Decimal:
        return 2 * self.half + self.igst + self.cess

    @property
    def round_off(self) -> Decimal:
        exact = self.taxable + self.tax_total
        return exact.quantize(Decimal(1), ROUND_HALF_UP) - exact if self.rounded else ZERO

    @property
    def total(self) -> Decimal:
        return self.taxable + self.tax_total + self.round_off

    @property
    def quantity(self) -> Decimal:
        return sum((line.quantity for line in self.lines), Decimal(0))

    def slabs(self) -> dict[Decimal, tuple[Line, ...]]:
        """Lines by tax rate, lowest rate first."""
        found: dict[Decimal, list[Line]] = defaultdict(list)
        for line in self.lines:
            found[line.gst_percent].append(line)
        return {rate: tuple(found[rate]) for rate in sorted(found)}

    def by_hsn(self) -> dict[tuple[str, Decimal], tuple[Line, ...]]:
        found: dict[tuple[str, Decimal], list[Line]] = defaultdict(list)
        for line in self.lines:
            found[line.hsn, line.gst_percent].append(line)
        return {key: tuple(lines) for key, lines in found.items()}

    def ground_truth(self) -> dict[str, object]:
        """The manifest's words for it; money as plain numbers of rupees."""
        fields: dict[str, object] = {
            "invoice_number": self.number,
            "invoice_date": self.day.isoformat(),
            "seller_name": self.seller.name,
            "seller_gstin": self.seller.gstin,
            "buyer_gstin": self.buyer.gstin,
            "taxable": float(self.taxable),
            "cgst": float(self.half),
            "sgst_utgst": float(self.half),
            "igst": float(self.igst),
            "total": float(self.total),
        }
        if self.cess:
            fields["cess"] = float(self.cess)
        return fields | ({"irn": self.irn} if self.irn else {})
