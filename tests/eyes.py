"""Eyes that see what a test says they see: a reading function for a house, without models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr.facts import Ask, Decision, Invoice
from ocr.paper_files import File, Seen
from ocr.words import Sheet, Word
from tests.bills import bill

FIELDS = (
    "invoice_number", "invoice_date", "seller_gstin", "buyer_gstin", "seller_name", "taxable_paise", "cgst_paise", "sgst_paise",
    "utgst_paise", "igst_paise", "cess_paise", "round_off_paise", "total_paise", "irn", "buyer_name", "lines",
)  # fmt: skip
HERE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@dataclass
class FakePaper:
    """What ocr.paper.Paper shows of a paper."""

    kind: str = "invoice"
    fields: Mapping[str, Any] = field(default_factory=dict)
    decision: Decision | None = field(default_factory=lambda: Decision("auto"))
    problems: tuple[str, ...] = ()
    invoice: Invoice | None = field(default_factory=lambda: Invoice(doc_type="invoice"))
    einvoice: Any = None
    words: tuple[str, ...] = ()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (Sheet(10, 10, tuple(Word(word, HERE, 1.0) for word in self.words)),)

    def record(self) -> dict[str, Any]:
        fields = dict.fromkeys(FIELDS) | dict(self.fields)
        verdict = self.decision.verdict if self.decision else None
        sure = {name: 0.98 for name, value in fields.items() if value is not None and name != "lines"}
        return {"fields": fields, "confidence": sure, "decision": verdict, "problems": list(self.problems)}


def paper(number: str, *, verdict: str = "auto", ask: Ask | None = None, **changed: Any) -> FakePaper:
    """A sound bill of tests.bills, as the eyes would show it; `changed` fields are as in `python -m ocr`."""
    sound = bill(number)
    lines = [
        {"description": x.description, "hsn": x.hsn, "quantity": None, "unit": None, "rate_paise": None,
         "taxable_paise": x.taxable_paise} for x in sound.lines
    ]  # fmt: skip
    fields = {
        "invoice_number": number, "invoice_date": "2025-12-20", "seller_gstin": sound.seller_gstin, "taxable_paise": 1_250_000,
        "cgst_paise": 112_500, "sgst_paise": 112_500, "total_paise": 1_475_000, "lines": lines, **changed,
    }  # fmt: skip
    return FakePaper(fields=fields, decision=Decision(verdict, ask))


NOTHING = FakePaper("unreadable", decision=None, problems=("no_code_found",), invoice=None)


def eyes(seen: Mapping[bytes, FakePaper], together: FakePaper = NOTHING) -> Callable[..., FakePaper]:
    """Each file shows its paper, several at once show `together`, and any other file shows nothing."""

    def read(data: File | Sequence[File], *, go_on: Callable[[], bool] = lambda: True) -> FakePaper:
        if not isinstance(data, bytes | Seen) and len(data) > 1:
            return together
        file = data if isinstance(data, bytes | Seen) else data[0]
        return seen.get(file.data if isinstance(file, Seen) else file, NOTHING)

    return read
