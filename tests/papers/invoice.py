"""A random bill with its exact truth: who sold what to whom, and every rupee of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.papers import goods, parties
from tests.papers.numbering import financial_year, invoice_number
from tests.papers.truth import Bill, DocType, Extras, Party, Tax

_FIRST_DAY, _DAYS = date(2024, 4, 1), 900
_BANKS = (
    ("Bharat Gramin Bank", "BHGB"),
    ("Deccan Union Bank", "DCUB"),
    ("Narmada Co-op Bank", "NRMC"),
    ("Peoples Bank", "PEPB"),
)
_DOC_CODES = {"Tax Invoice": "INV", "Bill of Supply": "INV", "Credit Note": "CRN"}


@dataclass(frozen=True, slots=True)
class Wants:
    """What a layout can hold."""

    lines_min: int = 1
    lines_max: int = 10
    business_share: float = 0.8  # how many buyers have a GSTIN
    irn_share: float = 0.0
    doc_types: tuple[DocType, ...] = ("Tax Invoice",) * 18 + ("Bill of Supply", "Credit Note")


def random_bill(rng: Random, wants: Wants = Wants()) -> Bill:
    """A bill of the last years. The same state of `rng` gives the same bill."""
    doc_type = rng.choice(wants.doc_types)
    day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    home = parties.state(rng)
    seller = parties.party(rng, home)
    business = rng.random() < wants.business_share
    away = business and rng.random() < 0.25
    there = parties.state(rng) if away else home
    buyer = parties.party(rng, there) if business else parties.passer_by(rng, there)
    tax: Tax = "none" if doc_type == "Bill of Supply" else _tax(home, there)
    number = invoice_number(rng, day)
    with_irn = business and doc_type != "Bill of Supply" and rng.random() < wants.irn_share
    return Bill(
        doc_type=doc_type,
        number=number,
        day=day,
        seller=seller,
        buyer=buyer,
        lines=goods.lines(rng, rng.randint(wants.lines_min, wants.lines_max), day, tax, rng.choice((4, 4, 6, 8, 8, 8))),
        tax=tax,
        rounded=rng.random() < 0.88,
        irn=irn(seller.gstin or "", day, doc_type, number) if with_irn else None,
        ack_number=f"{rng.randint(1, 2)}{rng.randint(10**13, 10**14 - 1)}" if with_irn else None,
        extras=_extras(rng, day, seller, buyer),
    )


def irn(seller_gstin: str, day: date, doc_type: DocType, number: str) -> str:
    """Invoice reference number: SHA-256 of seller, financial year, type and number."""
    first, second = financial_year(day)
    plain = f"{seller_gstin}{first}-{second % 100:02d}{_DOC_CODES[doc_type]}{number.upper()}"
    return hashlib.sha256(plain.encode()).hexdigest()


def _tax(home: str, there: str) -> Tax:
    if home != there:
        return "inter"
    return "union" if home in parties.UNION else "intra"


def _extras(rng: Random, day: date, seller: Party, buyer: Party) -> Extras:
    bank, code = rng.choice(_BANKS)
    elsewhere = parties.party(rng, buyer.state_code, registered=rng.random() < 0.5)
    ordered = day - timedelta(days=rng.randint(0, 12))
    against = day - timedelta(days=rng.randint(3, 60))
    return Extras(
        order_number=rng.choice(
            (f"PO/{rng.randint(10, 999)}", f"{rng.randint(1000, 99999)}", "Verbal", f"WA-{rng.randint(1, 99)}")
        ),
        order_day=ordered,
        due_day=day + timedelta(days=rng.choice((0, 7, 15, 30, 45))),
        challan=f"DC-{rng.randint(1, 9999)}",
        eway_bill=f"{rng.randint(10**11, 10**12 - 1)}" if rng.random() < 0.3 else None,
        transporter=rng.choice(("By Hand", "Self", "Vayu Roadlines", "Marudhar Transport Co.", "Tempo", "Courier")),
        transporter_gstin=parties.gstin(rng, seller.state_code) if rng.random() < 0.06 else None,
        vehicle=f"{rng.choice(('GJ', 'MH', 'UP', 'RJ', 'KA'))}{rng.randint(1, 40):02d}{rng.choice('ABCT')}{rng.choice('ABXZ')}"
        f"{rng.randint(1, 9999):04d}",
        salesman=rng.choice(("Direct", "Harish", "Counter 1", "Pintu", "Salim", "Office")),
        bank=bank,
        account=f"{rng.randint(10**10, 10**14)}",
        ifsc=f"{code}0{rng.randint(0, 999999):06d}",
        vpa=f"{seller.phone}@upi",
        previous_balance=Decimal(rng.randint(50_000, 40_000_000)) / 100 if rng.random() < 0.22 else None,
        received=Decimal(rng.randint(1, 90)) * 100 if rng.random() < 0.15 else None,
        ship_to=(elsewhere if rng.random() < 0.3 and buyer.gstin else buyer) if rng.random() < 0.4 else None,
        against_number=invoice_number(rng, against),
        against_day=against,
    )
