"""From what the eyes read of a paper to what a claim keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from loyalty.reading import Question, Reading, from_record
from ocr.aadhaar_card import masked

if TYPE_CHECKING:  # image libraries are the media worker's alone
    from ocr.facts import Ask
    from ocr.paper import Paper

KINDS = ("invoice", "einvoice")  # papers that may earn points
WORDS_MAX = 1_500  # kept as witnesses for what a member types


def reading_of(paper: Paper) -> Reading:
    """The reading of a paper that is a bill."""
    ask = paper.decision.ask if paper.decision else None
    words = [word.text for sheet in paper.sheets for word in sheet.words]
    reading = from_record(
        paper.record(), doc_type=paper.invoice.doc_type if paper.invoice else "other",
        question=_question(ask) if ask else None, einvoice=paper.einvoice.status if paper.einvoice else "",
    )  # fmt: skip
    own = (reading.invoice_number,)  # one in ten such numbers passes an Aadhaar number's checksum
    lines = tuple(replace(line, description=masked(line.description, own)) for line in reading.lines)
    return replace(reading, lines=lines, words=tuple(masked(word, own) for word in words[:WORDS_MAX]))


def _question(ask: Ask) -> Question:
    if ask.kind == "cut_off":
        return Question("corner", ask.field or "", "", ask.edge or "bottom")
    value = _plain(ask.field or "", ask.value or "")
    return Question("confirm" if ask.kind == "confirm" and value else "type", ask.field or "", value)


def _plain(name: str, shown: str) -> str:
    """The value as claims write it; "" where it cannot be had."""
    try:
        if name == "total_paise" and shown:
            return str(int(Decimal(shown.replace(",", "")) * 100))
        if name == "invoice_date" and shown:
            return date.fromisoformat(shown).isoformat()
    except (InvalidOperation, ValueError):
        return ""
    return shown
