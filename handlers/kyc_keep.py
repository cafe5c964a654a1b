"""What a member gives to prove who they are, kept and judged in the turn's transaction.

Names are compared with the member's own and the shop's. A PAN goes into the tax passbook as soon as it stands, so that both
know the same one. What a program cannot decide gets its review in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from base.gstin import pan_of
from base.masking import mask_gstin, mask_pan, mask_udyam
from handlers import destinations, kyc_gate
from handlers.turn import Turn
from loyalty import kyc
from loyalty.kyc import Check, Facts, New
from loyalty.kyc_rules import TRIES_MAX, Kind, approvals_needed, grade, grade_place
from payouts import checking, names, pan
from payouts.destination import Destination, Vpa

_DETAILS = text("SELECT data_key, details FROM members WHERE id = :id")
_TASK = text("""
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    VALUES (:id, :key, :kind, :queue, :conversation, :payload, :now, :now)""")


@dataclass(frozen=True, slots=True)
class Given:
    """`name`: that stands beside the value; `photo`: it was read from."""

    value: str
    name: str = ""
    photo: str = ""


def keep_pan(turn: Turn, given: Given, source: str = "kyc") -> Check:
    """Judged by the name on the card, and by the GSTIN that was given before. `source`: as the passbook notes it."""
    tries = kyc.tries(turn.conn, turn.member_id, "pan")
    score = best_score(_names_of(turn), given.name)
    state, reason = grade(turn.programme.kyc, score, tries)
    gstin = _value_of(turn, "gstin")
    if gstin and pan_of(gstin) != given.value:
        state, reason = _another("pan_differs", tries)
    check = _put(turn, "pan", mask_pan(given.value), given, state, reason, score)
    if check.state in ("verified", "review"):
        pan.give(turn.conn, turn.keyring, member_id=turn.member_id, pan=given.value, source=source, now=turn.now)
    return check


def keep_gstin(turn: Turn, given: Given) -> Check:
    """Judged by the legal name, and by the PAN that was given before."""
    tries = kyc.tries(turn.conn, turn.member_id, "gstin")
    score = best_score(_names_of(turn), given.name)
    state, reason = grade(turn.programme.kyc, score, tries)
    if not pan.may_be(turn.conn, turn.keyring, member_id=turn.member_id, pan=pan_of(given.value)):
        state, reason = _another("pan_differs", tries)
    return _put(turn, "gstin", mask_gstin(given.value), given, state, reason, score)


def keep_udyam(turn: Turn, given: Given) -> Check:
    """Its shape and its state are all that can be judged."""
    return _put(turn, "udyam", mask_udyam(given.value), given, "verified", "", None)


def keep_place(turn: Turn, token: str, to: Destination, key: str) -> Check:
    """Judged by what the provider knows of it; where nobody has asked yet, a task asks."""
    known = kyc.of_token(turn.conn, token)
    if known is not None and known.member_id == turn.member_id:
        standing = kyc_gate.standings(turn).get("destination")  # what is too old is asked for again
        if standing is not None and standing.state in ("checking", "verified", "review"):
            return known
    answer = checking.known(turn.conn, token)
    tries = kyc.tries(turn.conn, turn.member_id, "destination")
    state, reason, score = "checking", "", None
    if answer is not None:
        state, reason = grade_place(turn.programme.kyc, answer.state, answer.score, tries)
        score = answer.score
    given = Given(value_of_place(to), "" if isinstance(to, Vpa) else to.holder)
    shown = destinations.shown_of(turn, token)
    check = _put(turn, "destination", shown, given, state, reason, score, token)
    if check.state == "checking":
        put_task(turn, key, "kyc_destination", "payouts", {"check": check.id})
    return check


def keep_photo(turn: Turn, photo: str) -> Check:
    """Nobody could read it: one of our people shall."""
    return _put(turn, "pan", "•••", Given("", photo=photo), "review", "unreadable", None)


def put_task(turn: Turn, key: str, kind: str, queue: str, payload: dict[str, Any]) -> None:
    task = turn.ids.new("tsk")
    turn.conn.execute(_TASK, {
        "id": task, "key": key, "kind": kind, "queue": queue, "conversation": turn.conversation.id,
        "payload": json.dumps(payload), "now": turn.now,
    })  # fmt: skip
    turn.tasks.append((queue, task))


def value_of_place(to: Destination) -> str:
    """One form for one account, however it is typed: branches of a bank share its accounts' numbers."""
    if isinstance(to, Vpa):
        return f"vpa:{to.address.casefold()}"
    return f"bank:{to.ifsc[:4]}:{to.number.lstrip('0')}"


def best_score(ours: Sequence[str], given: str) -> int | None:
    """How alike a name is to the nearest of ours; None where there is nothing to compare."""
    if any(given and given.casefold() == name.casefold() for name in ours):
        return 100
    scores = [found for name in ours if given and (found := names.score(name, given)) is not None]
    return max(scores, default=None)


def _put(
    turn: Turn, kind: Kind, masked: str, given: Given, state: str, reason: str, score: int | None, token: str | None = None
) -> Check:  # fmt: skip
    new = New(
        id=turn.ids.new("kyc"), programme_id=turn.conversation.programme_id, member_id=turn.member_id,
        conversation_id=turn.conversation.id, kind=kind, masked=masked, source="photo" if given.photo else "typed",
        facts=Facts(given.value, given.name) if given.value else None, state=state, reason=reason,
        media_id=given.photo or None, token=token, score=score,
    )  # fmt: skip
    check = kyc.put(turn.conn, turn.keyring, new, turn.now)
    if check.state == "review":
        why = check.reason or "other"
        kyc.open_review(
            turn.conn, review_id=turn.ids.new("kyr"), check_id=check.id, why=why,
            approvals=approvals_needed(turn.programme.kyc, why), now=turn.now,
        )  # fmt: skip
    return check


def _another(reason: str, tries: int) -> tuple[str, str]:
    return ("review" if tries + 1 >= TRIES_MAX else "ask_again"), reason


def _value_of(turn: Turn, kind: Kind) -> str:
    """What stands of another kind already."""
    check = kyc.current(turn.conn, turn.member_id).get(kind)
    if check is None or check.state not in ("verified", "review"):
        return ""
    opened = kyc.facts(turn.conn, turn.keyring, check)
    return opened.value if opened else ""


def _names_of(turn: Turn) -> tuple[str, ...]:
    row = turn.conn.execute(_DETAILS, {"id": turn.member_id}).one()
    if row.data_key is None:
        return ()
    sealer = turn.keyring.unwrap(row.data_key, turn.member_id)
    told = json.loads(sealer.open(row.details, f"members/{turn.member_id}"))
    return tuple(name for name in (told.get("name"), told.get("shop")) if name)
