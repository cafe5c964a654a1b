"""What members gave to prove who they are: one current row for each kind, sealed under the member's key.

The same value under two members of a programme is seen by its blind index, whoever comes first: a lock on the value lets
one look after the other, so that of several at once all but the first go to a person. Lock order: the conversation, the
member's row, the value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, text

from base.blind_index import BlindIndex
from base.sealing import Keyring
from loyalty.kyc_rules import Kind, Standing

_COLUMNS = """id, programme_id, member_id, conversation_id, kind, state, blind_index, masked, source, media_id, token, score,
    reason, created_at, decided_at, decided_by"""
_MEMBER = text("SELECT data_key FROM members WHERE id = :member FOR NO KEY UPDATE")
_QUEUE_UP = text("SELECT pg_advisory_xact_lock(hashtextextended(:value, 14))")
_CURRENT = text(f"SELECT {_COLUMNS} FROM kyc_checks WHERE member_id = :member AND state <> 'replaced'")
_READ = text(f"SELECT {_COLUMNS} FROM kyc_checks WHERE id = :id")
_LOCK = text(f"SELECT {_COLUMNS} FROM kyc_checks WHERE id = :id FOR NO KEY UPDATE")
_OF_TOKEN = text(f"SELECT {_COLUMNS} FROM kyc_checks WHERE token = :token AND state <> 'replaced'")
_RIVALS = text(f"""
    SELECT {_COLUMNS} FROM kyc_checks
    WHERE programme_id = :programme AND kind = :kind AND blind_index = ANY(:indexes) AND state NOT IN ('replaced', 'rejected')
      AND member_id <> :member AND EXISTS (SELECT FROM members m WHERE m.id = member_id AND m.data_key IS NOT NULL)
      AND member_id NOT IN (  -- merged into this one: the same person
            WITH RECURSIVE mine AS (SELECT g.from_id FROM member_merges g WHERE g.into_id = :member
                UNION SELECT g.from_id FROM member_merges g JOIN mine ON g.into_id = mine.from_id)
            SELECT from_id FROM mine)
    ORDER BY created_at, id""")
# What one of our people has said last of this very value: a no, or nothing yet, is theirs to change.
_JUDGED = text("""
    SELECT r.state FROM kyc_reviews r JOIN kyc_checks c ON c.id = r.check_id
    WHERE c.member_id = :member AND c.kind = :kind AND c.blind_index = ANY(:indexes) AND r.state <> 'dropped'
    ORDER BY r.opened_at DESC, r.id DESC LIMIT 1""")
_PUT = text(f"""
    INSERT INTO kyc_checks ({_COLUMNS}, sealed)
    VALUES (:id, :programme_id, :member_id, :conversation_id, :kind, :state, :blind_index, :masked, :source, :media_id,
            :token, :score, :reason, :created_at, :decided_at, :decided_by, :sealed)""")
_REPLACE = text("UPDATE kyc_checks SET state = 'replaced' WHERE member_id = :member AND kind = :kind AND state <> 'replaced'")
_DROP = text("""
    UPDATE kyc_reviews r SET state = 'dropped', decided_at = :now FROM kyc_checks c
    WHERE c.id = r.check_id AND r.state = 'open' AND c.member_id = :member AND c.kind = :kind""")
_DECIDE = text("""
    UPDATE kyc_checks SET state = :state, reason = :reason, decided_at = :now, decided_by = :by,
           score = coalesce(CAST(:score AS integer), score)
    WHERE id = :id""")
_WITHDRAW_PAN = text("""
    UPDATE member_pans SET replaced_at = :now WHERE member_id = :member AND pan_index = :pan AND replaced_at IS NULL""")
_TRIES = text("""
    SELECT count(*) FROM kyc_checks
    WHERE member_id = :member AND kind = :kind AND reason IN ('name_differs', 'pan_differs', 'unreadable', 'not_found')
      AND created_at > coalesce((SELECT max(created_at) FROM kyc_checks v
                                 WHERE v.member_id = :member AND v.kind = :kind AND v.decided_by IS NOT NULL
                                   AND v.decided_by NOT LIKE 'system:%'), '-infinity')""")
_MOVED = text("""
    SELECT v.id FROM account_changes h JOIN conversations v ON v.contact_id = h.to_contact AND v.programme_id = :programme
    WHERE h.member_id = :member AND h.kind = 'moved' AND h.at >= :given ORDER BY h.id DESC, v.id LIMIT 1""")
_OPEN_REVIEW = text("SELECT id FROM kyc_reviews WHERE check_id = :check AND state = 'open'")
_NEW_REVIEW = text("""
    INSERT INTO kyc_reviews (id, check_id, why, state, approvals_needed, opened_at, note)
    VALUES (:id, :check, :why, 'open', :needed, :now, '')""")
_SEALED = text("SELECT k.sealed, m.data_key FROM kyc_checks k JOIN members m ON m.id = k.member_id WHERE k.id = :id")
_PAN_ELSEWHERE = text("SELECT masked, given_at FROM member_pans WHERE member_id = :member AND replaced_at IS NULL")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was given, in its one normal form, and the name that stands beside it ("" where none does)."""

    value: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """A row. `masked` may be shown; the value only through `facts`. `token`: of a destination's secret."""

    id: str
    programme_id: str
    member_id: str
    conversation_id: str
    kind: Kind
    state: str
    blind_index: str | None
    masked: str
    source: str
    created_at: datetime
    media_id: str | None = None
    token: str | None = None
    score: int | None = None
    reason: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class New:
    """A check that is about to be written. `facts` None: a photo that nobody could read yet."""

    id: str
    programme_id: str
    member_id: str
    conversation_id: str
    kind: Kind
    masked: str
    source: str
    facts: Facts | None
    state: str
    reason: str = ""
    media_id: str | None = None
    token: str | None = None
    score: int | None = None
    by: str = "system:kyc"


class MemberErased(LookupError):
    """The member's data key is gone, so nothing can be sealed for them."""


def put(conn: Connection, keyring: Keyring, new: New, now: datetime) -> Check:
    """The member's check of its kind from now on; the one before is replaced, and its review dropped.

    A value that another member of the programme has given goes to review, whatever it was graded. Raises MemberErased.
    The review itself is the caller's to open (`open_review`).
    """
    data_key = conn.execute(_MEMBER, {"member": new.member_id}).scalar_one()
    if data_key is None:
        raise MemberErased(new.member_id)
    indexes = BlindIndex(keyring, new.kind).under_every_key(new.facts.value) if new.facts else ()
    if indexes:
        conn.execute(_QUEUE_UP, {"value": f"{new.programme_id} {indexes[0]}"})
    whose = {"programme": new.programme_id, "kind": new.kind, "member": new.member_id}
    if new.facts and new.state != "rejected" and conn.execute(_RIVALS, {**whose, "indexes": list(indexes)}).first():
        new = replace(new, state="review", reason="duplicate")
    elif new.facts and new.state in ("verified", "checking"):
        judged = conn.execute(_JUDGED, {**whose, "indexes": list(indexes)}).scalar_one_or_none()
        if judged in ("open", "rejected"):
            new = replace(new, state="review", reason=new.reason or "other")
    conn.execute(_DROP, {**whose, "now": now})
    conn.execute(_REPLACE, whose)
    sealed = None
    if new.facts:
        plain = json.dumps({"value": new.facts.value, "name": new.facts.name}, ensure_ascii=False).encode()
        sealed = keyring.unwrap(data_key, new.member_id).seal(plain, _place(new.id))
    decided = new.state in ("verified", "rejected")
    check = Check(
        id=new.id, programme_id=new.programme_id, member_id=new.member_id, conversation_id=new.conversation_id, kind=new.kind,
        state=new.state, blind_index=indexes[0] if indexes else None, masked=new.masked, source=new.source, created_at=now,
        media_id=new.media_id, token=new.token, score=new.score, reason=new.reason or None,
        decided_at=now if decided else None, decided_by=new.by if decided else None,
    )  # fmt: skip
    conn.execute(_PUT, {name: getattr(check, name) for name in Check.__slots__} | {"sealed": sealed})
    return check


def decide(
    conn: Connection, check_id: str, *, state: str, reason: str, by: str, now: datetime, score: int | None = None
) -> Check | None:
    """A check that waits becomes `state` (verified, ask_again, review, rejected); None where it was replaced meanwhile.

    A PAN that is rejected or asked for again is the member's no more: later deductions are at the rate without one.
    """
    conn.execute(_MEMBER, {"member": conn.execute(_READ, {"id": check_id}).one().member_id})  # first, as whoever gives does
    row = conn.execute(_LOCK, {"id": check_id}).one()
    if row.state == "replaced":
        return None
    conn.execute(_DECIDE, {"id": check_id, "state": state, "reason": reason or None, "by": by, "now": now, "score": score})
    if row.kind == "pan" and state in ("rejected", "ask_again") and reason != "expired":
        conn.execute(_WITHDRAW_PAN, {"member": row.member_id, "pan": row.blind_index, "now": now})
    return replace(_check(row), state=state, reason=reason or None, decided_at=now, decided_by=by, score=score or row.score)


def open_review(conn: Connection, *, review_id: str, check_id: str, why: str, approvals: int, now: datetime) -> str:
    """The id of the check's open review: a new one, or the one that is open already."""
    if (found := conn.execute(_OPEN_REVIEW, {"check": check_id}).scalar_one_or_none()) is not None:
        return str(found)
    conn.execute(_NEW_REVIEW, {"id": review_id, "check": check_id, "why": why, "needed": approvals, "now": now})
    return review_id


def reopen(conn: Connection, member_id: str, kinds: Sequence[Kind], *, reason: str, by: str, now: datetime) -> tuple[Kind, ...]:
    """What was verified of these kinds must be given anew (reason: name_changed, asked); which ones that were."""
    found = [check for check in current(conn, member_id).values() if check.kind in kinds and check.state == "verified"]
    for check in found:
        conn.execute(_DECIDE, {"id": check.id, "state": "ask_again", "reason": reason, "by": by, "now": now, "score": None})
    return tuple(check.kind for check in found)


def read(conn: Connection, check_id: str) -> Check | None:
    row = conn.execute(_READ, {"id": check_id}).one_or_none()
    return None if row is None else _check(row)


def of_token(conn: Connection, token: str) -> Check | None:
    """The check of the destination behind this secret."""
    row = conn.execute(_OF_TOKEN, {"token": token}).one_or_none()
    return None if row is None else _check(row)


def told_in(conn: Connection, check: Check) -> str:
    """The conversation that news of it goes to: where it was given, or that of the account's new number, for the old phone
    may be anybody's."""
    asked = {"member": check.member_id, "programme": check.programme_id, "given": check.created_at}
    return str(conn.execute(_MOVED, asked).scalar_one_or_none() or check.conversation_id)


def current(conn: Connection, member_id: str) -> Mapping[Kind, Check]:
    """The member's check of each kind that they gave anything for."""
    checks = [_check(row) for row in conn.execute(_CURRENT, {"member": member_id})]
    return {check.kind: check for check in checks}


def standings(conn: Connection, member_id: str) -> Mapping[Kind, Standing]:
    """Where each kind stands; kinds of which nothing was given are not there. A PAN that was given for tax counts."""
    found = {check.kind: _standing(check) for check in current(conn, member_id).values()}
    if "pan" not in found and (row := conn.execute(_PAN_ELSEWHERE, {"member": member_id}).one_or_none()) is not None:
        found["pan"] = Standing("pan", "verified", row.masked, row.given_at)
    return found


def facts(conn: Connection, keyring: Keyring, check: Check) -> Facts | None:
    """What was given, opened; None for a photo alone and where the member's key is gone. Raises CannotOpen."""
    row = conn.execute(_SEALED, {"id": check.id}).one()
    if row.sealed is None or row.data_key is None:
        return None
    told = json.loads(keyring.unwrap(row.data_key, check.member_id).open(row.sealed, _place(check.id)))
    return Facts(told["value"], told["name"])


def rivals(conn: Connection, keyring: Keyring, check: Check) -> list[Check]:
    """Checks of other members of the programme with the same value, the oldest first."""
    opened = facts(conn, keyring, check)
    if opened is None:
        return []
    indexes = list(BlindIndex(keyring, check.kind).under_every_key(opened.value))
    whose = {"programme": check.programme_id, "kind": check.kind, "member": check.member_id, "indexes": indexes}
    return [_check(row) for row in conn.execute(_RIVALS, whose)]


def tries(conn: Connection, member_id: str, kind: Kind) -> int:
    """How often what the member gave of this kind did not fit, since one of our people last decided about one."""
    return int(conn.execute(_TRIES, {"member": member_id, "kind": kind}).scalar_one())


def _standing(check: Check) -> Standing:
    since = check.decided_at or check.created_at
    return Standing(check.kind, check.state, check.masked, since, check.reason or "")


def _check(row: Row[Any]) -> Check:
    values = {name: getattr(row, name) for name in Check.__slots__}
    return Check(**{**values, "kind": cast(Kind, row.kind)})


def _place(check_id: str) -> str:
    return f"kyc_checks/{check_id}"
