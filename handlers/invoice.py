"""Bills that were read: each is decided on by the rules and the registers, in the turn's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text

from base.days import day_of
from flows.bill_events import ClaimLine, ClaimResult, ClaimsDecided, ClaimsRead, Question
from flows.effects import AnswerClaim, DecideClaims, ReadClaims
from flows.kernel import Event
from handlers import authority, limits
from handlers.balance import day
from handlers.claim_till import Credited, Till, apply
from handlers.turn import Turn
from ledger import balance as books
from loyalty import claim_registers, claims
from loyalty import reading as readings
from loyalty.claim_rules import Accept, AskFor, Join, Refuse, Review, Ruling, judge
from loyalty.claims import Claim
from loyalty.eligible import Eligible, eligible
from loyalty.reading import Reading, with_value
from loyalty.witness import borne_out
from ocr.likeness import alike

CLAIMS_SHOWN = 6
FIELDS = {"number": "invoice_number", "date": "invoice_date", "total": "total_paise", "seller": "seller_gstin"}
_SAID = {name: said for said, name in FIELDS.items()}

_TASK = text("""
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    VALUES (:id, :key, 'read_photo', 'media', :conversation, :payload, :now, :now)""")


def decide_claims(turn: Turn, effect: DecideClaims, key: str) -> Event | None:
    """Decide on each; one that has been decided on already is told as it stands."""
    authority.to_scan(turn)
    decided = [_decide(turn, claim, f"{key}/{number}") for number, claim in enumerate(effect.bills)]
    return ClaimsDecided(tuple(one for one in decided if one is not None), _available(turn))


def answer_claim(turn: Turn, effect: AnswerClaim, key: str) -> Event | None:
    """The member's answer counts where the paper bears it out; a reviewer looks at the rest."""
    authority.to_scan(turn)
    claim = _ours(turn, effect.claim)
    if claim is None:
        return ClaimsDecided((), _available(turn))
    reading = claim.reading(turn.sealer)
    if claim.state != "asked" or reading.question is None:
        return ClaimsDecided((_as_it_stands(turn, claim, reading),), _available(turn))
    name = FIELDS.get(effect.field, "")
    if not (name and effect.value and borne_out(reading, name, effect.value)):
        note = f"member says {name} is {effect.value}" if name and effect.value else "member cannot tell"
        ruling = apply(_till(turn, claim), reading, Review("doubtful"), "answered", note=note)
        return ClaimsDecided((_result(turn, claim, reading, ruling),), _available(turn))
    told = replace(with_value(reading, name, effect.value), verdict="auto", question=None)
    claims.rewrite(turn.conn, claim, told, turn.sealer, "answered", turn.now, field=name)
    locked = _ours(turn, effect.claim)  # by the number that it has now
    assert locked is not None
    return ClaimsDecided((_rule(turn, locked, told, "answered", key),), _available(turn))


def read_claims(turn: Turn, effect: ReadClaims, key: str) -> Event | None:
    """The member's newest claims; numbers of those that this contact sent."""
    found = claims.of_member(turn.conn, turn.member_id, turn.conversation.id, CLAIMS_SHOWN)
    return ClaimsRead(tuple(_line(turn, claim) for claim in found))


def _decide(turn: Turn, claim_id: str, key: str) -> ClaimResult | None:
    claim = _ours(turn, claim_id)
    if claim is None:
        return None
    reading = claim.reading(turn.sealer)
    if claim.state != "read":
        return _as_it_stands(turn, claim, reading)
    limits.count(turn, "bills")
    return _rule(turn, claim, reading, "decided", key)


def _ours(turn: Turn, claim_id: str) -> Claim | None:
    """The claim, locked, if it is of this conversation: nobody answers for another's bill."""
    claim = claims.lock(turn.conn, claim_id)
    return claim if claim is not None and claim.conversation_id == turn.conversation.id else None


def _rule(turn: Turn, claim: Claim, reading: Reading, cause: str, key: str) -> ClaimResult:
    registers = claim_registers.look_up(turn.conn, claim, reading, turn.member_id, turn.now, alike)
    ruling = judge(reading, registers, turn.programme, day_of(turn.now))
    if isinstance(ruling, Accept) and limits.locked(turn, "bills") is not None:
        ruling = Review("many")
    done = apply(_till(turn, claim), reading, ruling, cause)
    if isinstance(done, Join):
        _read_together(turn, done.other, claim, key)
    return _result(turn, claim, reading, done)


def _read_together(turn: Turn, other_id: str, page: Claim, key: str) -> None:
    """Give the other claim this one's pictures, and have them all read as one bill."""
    other = claims.lock(turn.conn, other_id)
    assert other is not None
    media = [*other.media, *(one for one in page.media if one not in other.media)]
    claims.move(turn.conn, other, "joined", "read", turn.now, media=media)
    read(turn, page.media, other.id, f"{key}/read")


def read(turn: Turn, photos: Sequence[str], claim: str, key: str) -> None:
    """A task that reads `photos` together with what the claim has already."""
    task = turn.ids.new("tsk")
    payload = {"photo": photos[0], "photos": list(photos), "claim": claim}
    row = {"id": task, "key": key, "conversation": turn.conversation.id, "now": turn.now}
    turn.conn.execute(_TASK, {**row, "payload": json.dumps(payload)})
    turn.tasks.append(("media", task))


def _till(turn: Turn, claim: Claim) -> Till:
    return Till(turn.conn, claim, turn.member_id, turn.version, turn.now)


def _result(turn: Turn, claim: Claim, reading: Reading, done: Ruling | Credited) -> ClaimResult:
    match done:
        case Credited(points):
            return _credited(turn, claim.id, reading, points, done.instead_of)
        case AskFor(question):
            return _asked(claim.id, question)
        case Review(why):
            promised = day(_till(turn, claim).promised_at)
            return ClaimResult(claim.id, "review", why, promised_on=promised)
        case Refuse(why, on):
            on_paper = reading.invoice_date.isoformat() if reading.invoice_date else ""
            days = turn.programme.invoices.days_max
            return ClaimResult(claim.id, "refused", why, on=on_paper, sent_on=on.isoformat() if on else "", days=days)
        case Join(other):
            return ClaimResult(claim.id, "joined", other=other)
    raise AssertionError(f"a ruling is put into effect before it is told: {done!r}")


def _credited(turn: Turn, claim_id: str, reading: Reading, points: int, instead_of: str) -> ClaimResult:
    distributor = turn.programme.distributor(reading.seller_gstin or "")
    counted = eligible(turn.programme, reading)
    return ClaimResult(
        claim_id, "credited", seller=distributor.name if distributor else reading.seller_name or "",
        number=reading.invoice_number or "", on=reading.invoice_date.isoformat() if reading.invoice_date else "",
        total_paise=reading.total_paise or 0, points=points, rate=turn.programme.points_per_100_rupees,
        taxable_paise=counted.taxable_paise if isinstance(counted, Eligible) else 0, other=instead_of,
    )  # fmt: skip


def _asked(claim_id: str, question: readings.Question) -> ClaimResult:
    field = _SAID.get(question.field, "")
    told = Question(claim_id, question.kind, field, question.value, question.edge, question.hint)
    return ClaimResult(claim_id, "asked", field or "corner", question=told)


def _as_it_stands(turn: Turn, claim: Claim, reading: Reading) -> ClaimResult:
    """For an event that comes again: the question is asked again, everything else has been told."""
    if claim.state == "asked" and reading.question is not None:
        return _asked(claim.id, reading.question)
    if claim.state == "review" and claim.promised_at:
        return ClaimResult(claim.id, "review", claim.reason or "", promised_on=day(claim.promised_at))
    why = "seen_open" if claim.state == "read" else "seen_yours"
    return ClaimResult(claim.id, "refused", why, sent_on=day(claim.created_at))


def _line(turn: Turn, claim: Claim) -> ClaimLine:
    mine = claim.contact_id == turn.conversation.contact_id
    number = claim.reading(turn.sealer).invoice_number if mine else None
    promised = day(claim.promised_at) if claim.promised_at else ""
    return ClaimLine(day(claim.created_at), claim.state, number or "", claim.points or 0, promised)


def _available(turn: Turn) -> int:
    return books.balance(turn.conn, turn.conversation.programme_id, turn.member_id, turn.now).available
