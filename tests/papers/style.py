"""How one seller words and writes things: labels, dates, money, the amount in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from tests.papers.fonts import PROPORTIONAL, Face, has_rupee
from tests.papers.money import Grouping, grouped, in_words
from tests.papers.numbering import DATE_FORMATS, printed_date
from tests.papers.page import Color
from tests.papers.truth import Bill

NUMBER_LABELS = (
    "Invoice No",
    "Invoice No.",
    "Invoice No.",
    "Bill No.",
    "Bill No",
    "Inv No",
    "Inv #",
    "Invoice #",
    "Tax Invoice No",
    "Voucher No.",
    "Invoice Number",
    "Document No.",
    "INVOICE NO",
    "Bill Number",
    "Memo No.",
    "Inv. No.",
)
DATE_LABELS = ("Date", "Date", "Dated", "Invoice Date", "Invoice Date", "Bill Date", "Inv Date", "Dt.", "DATE", "Inv. Dt.")
GSTIN_LABELS = ("GSTIN", "GSTIN", "GSTIN", "GSTIN/UIN", "GST No", "GST No.", "GSTIN No.", "GSTN", "GST IN", "GST Number")
TOTAL_LABELS = (
    "Grand Total",
    "Grand Total",
    "Net Amount",
    "Bill Amount",
    "Total Payable",
    "Net Payable",
    "TOTAL",
    "Total Amount",
    "Invoice Total",
    "Amount Payable",
    "Invoice Value",
    "NET AMT",
    "Total Invoice Value",
    "To Pay",
)
TAXABLE_LABELS = (
    "Taxable Value",
    "Taxable Amount",
    "Sub Total",
    "Taxable Amt",
    "Total Taxable Value",
    "Assessable Value",
    "Basic Amount",
)
_TAX_LABELS = (
    ("CGST", "SGST", "UTGST", "IGST"),
    ("CGST", "SGST", "UTGST", "IGST"),
    ("Add : CGST", "Add : SGST", "Add : UTGST", "Add : IGST"),
    ("Central Tax", "State Tax", "UT Tax", "Integrated Tax"),
    ("C.G.S.T.", "S.G.S.T.", "U.T.G.S.T.", "I.G.S.T."),
    ("CGST Amount", "SGST/UTGST Amount", "SGST/UTGST Amount", "IGST Amount"),
    ("Output CGST", "Output SGST", "Output UTGST", "Output IGST"),
)
_ROUND_LABELS = ("Round Off", "Rounded Off", "R/Off", "Round off (+/-)", "Rounding", "Less : Round Off")
_WORDS = ("Rupees {} Only", "INR {} Only", "Rs. {} Only", "{} Rupees Only", "Rupees {} Only.", "{} only")
_WORDS_LABELS = ("Amount in Words", "Amount Chargeable (in words)", "In Words", "Rupees in Words", "Total Amount (in words)")
ACCENTS: tuple[Color, ...] = (
    (24, 60, 132),
    (150, 24, 36),
    (18, 96, 72),
    (90, 40, 120),
    (176, 84, 12),
    (30, 30, 34),
    (12, 110, 140),
)


@dataclass(frozen=True, slots=True)
class Style:
    number_label: str
    date_label: str
    gstin_label: str
    total_label: str
    taxable_label: str
    tax_labels: tuple[str, str, str, str]
    round_label: str
    words_label: str
    words_form: str
    words_capital: bool
    date_form: str
    date_upper: bool
    grouping: Grouping
    symbol: str
    colon: str
    face: Face
    accent: Color
    rate_in_label: bool

    def day(self, day: date) -> str:
        return printed_date(day, self.date_form, upper=self.date_upper)

    def money(self, value: Decimal) -> str:
        return grouped(value, self.grouping)

    def priced(self, value: Decimal) -> str:
        return self.symbol + self.money(value)

    def words(self, value: Decimal) -> str:
        rupees, fraction = in_words(value)
        text = self.words_form.format(rupees) if fraction is None else f"Rupees {rupees} and {fraction} Paise Only"
        return text.upper() if self.words_capital else text

    def tax_rows(self, bill: Bill) -> list[tuple[str, Decimal, str | None]]:
        """Label, amount and field of every tax printed under the lines."""
        central, of_state, of_union, integrated = self.tax_labels
        second = of_union if bill.tax == "union" else of_state
        if bill.tax == "none":
            return []
        if not self.rate_in_label or len(bill.slabs()) > 3:
            rows = [(integrated, bill.igst, "igst")] if bill.tax == "inter" else []
            rows += [(central, bill.half, "cgst"), (second, bill.half, "sgst_utgst")] if bill.tax != "inter" else []
            return [*rows, ("Cess", bill.cess, "cess")] if bill.cess else list(rows)
        rows = []
        for rate, lines in bill.slabs().items():
            if bill.tax == "inter":
                rows.append((f"{integrated} @ {rate:g}%", sum((line.igst for line in lines), Decimal(0)), "igst"))
            else:
                half, percent = sum((line.half for line in lines), Decimal(0)), f"@ {rate / 2:g}%"
                rows += [(f"{central} {percent}", half, "cgst"), (f"{second} {percent}", half, "sgst_utgst")]
        several = len(bill.slabs()) > 1  # then no one row carries the field
        named = [(label, value, None if several else name) for label, value, name in rows]
        return [*named, ("Cess", bill.cess, "cess")] if bill.cess else list(named)


def random_style(rng: Random, families: Sequence[str] = PROPORTIONAL) -> Style:
    face = Face(rng.choice(families))
    return Style(
        number_label=rng.choice(NUMBER_LABELS),
        date_label=rng.choice(DATE_LABELS),
        gstin_label=rng.choice(GSTIN_LABELS),
        total_label=rng.choice(TOTAL_LABELS),
        taxable_label=rng.choice(TAXABLE_LABELS),
        tax_labels=rng.choice(_TAX_LABELS),
        round_label=rng.choice(_ROUND_LABELS),
        words_label=rng.choice(_WORDS_LABELS),
        words_form=rng.choice(_WORDS),
        words_capital=rng.random() < 0.2,
        date_form=rng.choice(DATE_FORMATS),
        date_upper=rng.random() < 0.15,
        grouping=rng.choice(("lakh", "lakh", "lakh", "none", "none", "thousand")),
        symbol=rng.choice(("₹ " if has_rupee(face) else "Rs. ", "₹" if has_rupee(face) else "Rs.", "", "")),
        colon=rng.choice((": ", " : ", ":", " ", ": ")),
        face=face,
        accent=rng.choice(ACCENTS),
        rate_in_label=rng.random() < 0.3,
    )
