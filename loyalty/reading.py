"""What was read of an invoice, as a claim keeps it: plain values, None where nothing was read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

Verdict = Literal["auto", "ask", "review", "refuse"]
AMOUNTS = ("cgst_paise", "sgst_paise", "utgst_paise", "igst_paise", "cess_paise", "round_off_paise")
ASKABLE = ("invoice_number", "invoice_date", "total_paise", "seller_gstin")  # what a member can read off the paper
APRIL = 4  # when a financial year begins
_ALIKE = str.maketrans("OIL", "011")  # letters and digits that print and readers confuse


@dataclass(frozen=True, slots=True)
class ReadLine:
    description: str
    hsn: str | None = None
    taxable_paise: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The one thing to ask. confirm: is `field` that `value`; type: please type it; corner: photograph that `edge`."""

    kind: Literal["confirm", "type", "corner"]
    field: str = ""
    value: str = ""  # as text: the number, an ISO date, paise
    edge: str = ""
    hint: str = ""  # our id of a picture that shows what is meant


@dataclass(frozen=True, slots=True)
class Reading:
    verdict: Verdict
    doc_type: str = "invoice"
    invoice_number: str | None = None
    invoice_date: date | None = None
    seller_gstin: str | None = None
    seller_name: str | None = None
    buyer_gstin: str | None = None
    buyer_name: str | None = None
    irn: str | None = None
    taxable_paise: int | None = None
    total_paise: int | None = None
    taxes: Mapping[str, int] = field(default_factory=dict)  # by the names of AMOUNTS, those that were read
    lines: tuple[ReadLine, ...] = ()
    confidence: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    question: Question | None = None
    einvoice: str = ""  # VERIFIED | CONSISTENT_UNVERIFIED | INVALID; "" without a signed code
    words: tuple[str, ...] = ()  # all that stood on the pages, as witnesses for what a member types
    signs: tuple[str, ...] = ()  # of editing: hints for reviewers, never a verdict
    counted_paise: int | None = None  # the taxable value that counts, where a reviewer has said so

    @property
    def financial_year(self) -> str | None:
        """India's, `2025-26`: an invoice number is unique within the seller's year."""
        if self.invoice_date is None:
            return None
        first = self.invoice_date.year - (self.invoice_date.month < APRIL)
        return f"{first}-{(first + 1) % 100:02d}"

    @property
    def number_key(self) -> str | None:
        """The number for comparing: capitals, no separators, O as 0 and I or L as 1."""
        return number_key(self.invoice_number) if self.invoice_number else None

    @property
    def closes(self) -> bool:
        """Whether taxable value, taxes and round-off add up to the total."""
        if self.taxable_paise is None or self.total_paise is None:
            return False
        return self.taxable_paise + sum(self.taxes.values()) == self.total_paise


def number_key(number: str) -> str | None:
    kept = "".join(letter for letter in number.upper() if letter.isascii() and letter.isalnum())
    return kept.translate(_ALIKE) or None


def with_value(reading: Reading, name: str, value: str) -> Reading:
    """The reading with a field of ASKABLE, taxable_paise or counted_paise set to a value in words. Raises ValueError."""
    match name:
        case "invoice_number":
            return replace(reading, invoice_number=value)
        case "seller_gstin":
            return replace(reading, seller_gstin=value)
        case "invoice_date":
            return replace(reading, invoice_date=date.fromisoformat(value))
        case "total_paise":
            return replace(reading, total_paise=int(value))
        case "taxable_paise":
            return replace(reading, taxable_paise=int(value))
        case "counted_paise":
            return replace(reading, counted_paise=int(value))
    raise ValueError(f"{name} is not a field that anyone types")


def from_record(record: Mapping[str, Any], **more: Any) -> Reading:
    """From the `fields`, `confidence`, `problems` and `decision` that the reader prints for a file; `more` is the rest."""
    fields, on = record["fields"], record["fields"]["invoice_date"]
    same = ("invoice_number", "seller_gstin", "seller_name", "buyer_gstin", "buyer_name", "irn", "taxable_paise", "total_paise")
    return Reading(
        verdict=record["decision"] or "review", invoice_date=date.fromisoformat(on) if on else None,
        taxes={name: fields[name] for name in AMOUNTS if fields[name] is not None},
        lines=tuple(ReadLine(x["description"], x["hsn"], x["taxable_paise"]) for x in fields["lines"] or ()),
        confidence=dict(record["confidence"]), problems=tuple(record["problems"]),
        **{name: fields[name] for name in same}, **more,
    )  # fmt: skip


def to_json(reading: Reading) -> dict[str, Any]:
    plain = {name: getattr(reading, name) for name in Reading.__slots__}
    asked = reading.question
    return plain | {
        "invoice_date": reading.invoice_date.isoformat() if reading.invoice_date else None,
        "lines": [[line.description, line.hsn, line.taxable_paise] for line in reading.lines],
        "question": [asked.kind, asked.field, asked.value, asked.edge, asked.hint] if asked else None,
    }


def from_json(raw: Mapping[str, Any]) -> Reading:
    """What `to_json` made; keys that this version does not know are left out, missing ones have their default."""
    known = {name: value for name, value in raw.items() if name in Reading.__slots__}
    lists: Sequence[str] = ("problems", "words", "signs")
    return Reading(**known | {
        **{name: tuple(known[name]) for name in lists if name in known},
        "invoice_date": date.fromisoformat(raw["invoice_date"]) if raw.get("invoice_date") else None,
        "lines": tuple(ReadLine(*line) for line in raw.get("lines", ())),
        "question": Question(*raw["question"]) if raw.get("question") else None,
    })  # fmt: skip
