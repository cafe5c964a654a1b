"""What becomes of a claim: credited, one question, a reviewer, or refused with why. Pure; nothing is guessed.

The order matters: whoever sent the same bill before is told so whatever else is wrong with it, and nobody is asked a
question about a bill that cannot earn points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from loyalty.eligible import Eligible, NotEligible, eligible
from loyalty.programme import Programme
from loyalty.reading import ASKABLE, Question, Reading

ASKS_MAX = 2  # questions about one bill, the picture of a corner included
NUMBER_SURE_MIN = 0.8  # below it a seller's number that is in no register may be a misreading


@dataclass(frozen=True, slots=True)
class Earlier:
    """A bill sent before. `open`: nothing has come of it yet."""

    id: str
    mine: bool
    open: bool
    on: date
    taxable_paise: int | None
    total_paise: int | None
    number_key: str | None
    unclear: bool = False  # it is open only because its picture could not be read for certain


@dataclass(frozen=True, slots=True)
class Registers:
    """What is known beside the paper. `same`: seller, year, number and type agree; `alike`: pictures that look the same;
    `part`: a claim of this conversation that this paper may be another page of; `buyer_elsewhere`: the buyer's GSTIN
    has earned points for another member."""

    same: Earlier | None = None
    alike: tuple[Earlier, ...] = ()
    part: str | None = None
    buyer_elsewhere: bool = False
    asked: int = 0  # questions about this bill so far


@dataclass(frozen=True, slots=True)
class Accept:
    """`instead_of`: an open claim of the same member for the same bill, whose picture was worse."""

    counted: Eligible
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class AskFor:
    question: Question


@dataclass(frozen=True, slots=True)
class Review:
    """why: doubtful | contested | lines | credit_note | date_ahead | budget | many. `rival`: the claim it contests."""

    why: str
    rival: str | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """why: not_an_invoice | not_authorised | stale | seen_yours | seen_open | seen_other | no_products | too_small."""

    why: str
    on: date | None = None  # of the earlier one


@dataclass(frozen=True, slots=True)
class Join:
    """Another page of the claim `other`: to be read together."""

    other: str


Ruling = Accept | AskFor | Review | Refuse | Join


def judge(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling:
    """The ruling on one paper. Only `Accept` earns points."""
    if registers.part is not None:
        return Join(registers.part)
    if reading.verdict == "refuse":
        return Refuse("not_an_invoice")
    worse = _worse_one(reading, registers)
    if worse is None:
        return _judge(reading, registers, programme, today)
    ruling = _judge(reading, replace(registers, same=None, alike=()), programme, today)
    return replace(ruling, instead_of=worse.id) if isinstance(ruling, Accept) else Refuse("seen_open", worse.on)


def _judge(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling:
    for rule in (_seen_before, _kind, _seller, _doubt, _age):
        if (ruling := rule(reading, registers, programme, today)) is not None:
            return ruling
    if registers.buyer_elsewhere:
        return Review("contested")
    return _what_counts(reading, programme)


def _worse_one(reading: Reading, registers: Registers) -> Earlier | None:
    """The member's own open claim for this very bill, where this picture is read for certain and that one was not."""
    if reading.verdict != "auto":
        return None
    same = registers.same
    if same is not None:
        return same if same.mine and same.unclear and _amounts_agree(reading, same) else None
    found = [one for one in registers.alike if _may_be_the_same(reading, one)]
    return found[0] if len(found) == 1 and found[0].mine and found[0].unclear else None


def _seen_before(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling | None:
    same = registers.same
    if same is not None:
        if not _amounts_agree(reading, same):
            return Review("contested", same.id)
        if same.mine:
            return Refuse("seen_open" if same.open else "seen_yours", same.on)
        return Refuse("seen_other")
    # Bills of one seller look alike by nature: a picture counts only together with what is printed.
    alike = next((one for one in registers.alike if _may_be_the_same(reading, one)), None)
    return Review("contested", None) if alike else None


def _kind(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling | None:
    return Review("credit_note") if reading.doc_type in ("credit_note", "debit_note") else None


def _seller(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling | None:
    """A seller who is in no register is refused only where the number was surely read."""
    if reading.verdict == "review" or reading.seller_gstin is None or _asks(reading, "seller_gstin"):
        return None
    if programme.distributor(reading.seller_gstin) is not None:
        return None
    sure = reading.einvoice == "VERIFIED" or reading.confidence.get("seller_gstin", 0.0) >= NUMBER_SURE_MIN
    return Refuse("not_authorised") if sure else Review("doubtful")


def _doubt(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling | None:
    if reading.verdict == "ask" and reading.question is not None and not _asks(reading, "invoice_date"):
        return _age(reading, registers, programme, today) or _ask(reading.question, registers)
    if reading.verdict == "ask" and reading.question is not None:
        return _ask(reading.question, registers)
    needed = (reading.seller_gstin, reading.number_key, reading.invoice_date, reading.total_paise)
    if reading.verdict != "auto" or any(one is None for one in needed):
        return Review("doubtful")
    return None


def _age(reading: Reading, registers: Registers, programme: Programme, today: date) -> Ruling | None:
    on = reading.invoice_date
    if on is None:
        return None
    if on > today:
        return Review("date_ahead")
    return Refuse("stale") if on < today - timedelta(days=programme.invoices.days_max) else None


def _ask(question: Question, registers: Registers) -> Ruling:
    known = question.kind == "corner" or question.field in ASKABLE
    return AskFor(question) if known and registers.asked < ASKS_MAX else Review("doubtful")


def _what_counts(reading: Reading, programme: Programme) -> Ruling:
    counted = eligible(programme, reading)
    if isinstance(counted, NotEligible):
        return Refuse("no_products") if counted.why == "no_products" else Review("lines")
    if counted.taxable_paise * programme.points_per_100_rupees < 10_000:
        return Refuse("too_small")
    return Accept(counted)


def _asks(reading: Reading, name: str) -> bool:
    return reading.verdict == "ask" and reading.question is not None and reading.question.field == name


def _amounts_agree(reading: Reading, earlier: Earlier) -> bool:
    """Amounts that were not read contradict nothing."""
    pairs = ((reading.total_paise, earlier.total_paise), (reading.taxable_paise, earlier.taxable_paise))
    return all(here is None or there is None or here == there for here, there in pairs)


def _may_be_the_same(reading: Reading, earlier: Earlier) -> bool:
    same_total = reading.total_paise is not None and reading.total_paise == earlier.total_paise
    same_number = reading.number_key is not None and reading.number_key == earlier.number_key
    unread = reading.total_paise is None or reading.number_key is None
    return same_total or same_number or unread
