"""What happened to bills: they were read, decided on, asked about, and looked at by a reviewer. As events.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.kernel import Event


@dataclass(frozen=True, slots=True)
class Question:
    """The one thing to ask about a bill. kind: confirm | type | corner. field: number | date | total | seller; of a
    corner "". `value` as text: the number, an ISO date, paise, a GSTIN. edge: left | top | right | bottom."""

    claim: str
    kind: str
    field: str = ""
    value: str = ""
    edge: str = ""
    hint: str = ""  # our id of a picture that shows what is meant


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What came of one bill. outcome: credited | asked | review | refused | joined (to the claim `other`).

    reason of review: doubtful | contested | lines | credit_note | date_ahead | budget | many; of refused: not_an_invoice |
    not_authorised | stale | seen_yours | seen_open | seen_other | no_products | too_small. Credited ones have seller,
    number, on (the bill's date), total_paise, taxable_paise (what counted), rate (points per 100 rupees) and points."""

    claim: str
    outcome: str
    reason: str = ""
    seller: str = ""
    number: str = ""
    on: str = ""
    total_paise: int = 0
    taxable_paise: int = 0
    rate: int = 0
    points: int = 0
    sent_on: str = ""  # seen_…: when it was sent first
    days: int = 0  # stale: how old a bill may be
    promised_on: str = ""  # review: the day by which they hear
    other: str = ""
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class ClaimsDecided(Event):
    decided: tuple[ClaimResult, ...]
    available: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One bill in the list. state: read | asked | review | credited | refused | reversed."""

    sent_on: str
    state: str
    number: str = ""
    points: int = 0
    promised_on: str = ""


@dataclass(frozen=True, slots=True)
class ClaimsRead(Event):
    lines: tuple[ClaimLine, ...]


@dataclass(frozen=True, slots=True)
class InvoiceRead(Event):
    """A picture or paper is a bill, and was read; what comes of the claim is still to be decided."""

    claim: str
    photo: str


@dataclass(frozen=True, slots=True)
class ClaimApproved(Event):
    """A reviewer has accepted a bill."""

    lane: ClassVar[str] = "notice"
    claim: str
    number: str
    points: int
    available: int


@dataclass(frozen=True, slots=True)
class ClaimRejected(Event):
    """A reviewer has refused a bill. reason: not_an_invoice | not_authorised | stale | seen | no_products | unreadable."""

    lane: ClassVar[str] = "notice"
    claim: str
    sent_on: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimReversed(Event):
    """The points of a bill were taken back. reason: returned (a credit note) | mistake."""

    lane: ClassVar[str] = "notice"
    claim: str
    number: str
    points: int
    available: int
    reason: str
