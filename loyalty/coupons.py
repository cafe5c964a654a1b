"""Claiming coupons: whoever types a code first has it, under any concurrency. stock.py makes and switches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, text

from base.days import last_day
from loyalty.codes import Code


@dataclass(frozen=True, slots=True)
class Claimed:
    """It is theirs from now on, or this very effect had claimed it before."""

    sku: str


@dataclass(frozen=True, slots=True)
class AlreadyYours:
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedByOther:
    pass


@dataclass(frozen=True, slots=True)
class NotActive:
    """Printed, not yet switched on."""


@dataclass(frozen=True, slots=True)
class Expired:
    on: date  # the last day on which it could be claimed


@dataclass(frozen=True, slots=True)
class Void:
    pass


@dataclass(frozen=True, slots=True)
class OtherProgramme:
    """A coupon of another programme's stock; whatever its state, it is left alone."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No coupon of ours, or signed with another key than its stock was printed with."""


Claim = Claimed | AlreadyYours | ClaimedByOther | NotActive | Expired | Void | OtherProgramme | Unknown

# One statement both takes and tells. `seen` locks the rows, whatever their state, in serial order, so that two messages
# with the same codes in another order cannot deadlock; after a wait it holds the row as the other transaction left it.
# The key's letter is part of the row looked for: a leaked key forges nothing that was printed under another one.
_CLAIM = text(
    """
    WITH asked AS (
        SELECT * FROM unnest(CAST(:serials AS bigint[]), CAST(:letters AS text[]), CAST(:keys AS text[]))
            AS a (serial, letter, claim_key)
    ), seen AS (
        SELECT c.serial, c.key, c.sku, c.state, c.expires_at, c.claimed_at,
               -- what was claimed by a member who was merged into another is that one's
               coalesce((SELECT g.into_id FROM member_merges g WHERE g.from_id = c.claimed_by_member), c.claimed_by_member)
                   AS claimed_by_member, c.claim_key,
               a.claim_key AS asked_key
          FROM coupons c JOIN asked a ON a.serial = c.serial AND a.letter = c.key
         WHERE c.programme_id = :programme_id
         ORDER BY c.serial FOR UPDATE OF c
    ), taken AS (
        UPDATE coupons c
           SET state = 'claimed', claimed_by_member = :member_id, claimed_by_contact = :contact_id,
               claimed_at = :now, claim_key = s.asked_key
          FROM seen s
         WHERE c.serial = s.serial AND s.state = 'active' AND (s.expires_at IS NULL OR s.expires_at > :now)
        RETURNING c.serial
    )
    SELECT s.*, t.serial IS NOT NULL AS taken FROM seen s LEFT JOIN taken t ON t.serial = s.serial
    """
)
# Asked only of codes that are genuine and not this programme's: seldom, so it is not part of every claim.
_ELSEWHERE = text(
    "SELECT c.key, c.serial FROM coupons c JOIN unnest(CAST(:serials AS bigint[]), CAST(:letters AS text[]))"
    " AS a (serial, letter) ON a.serial = c.serial AND a.letter = c.key WHERE c.programme_id <> :programme_id"
)
_GIVE_BACK = text(
    "UPDATE coupons SET state = 'active', claimed_by_member = NULL, claimed_by_contact = NULL, claimed_at = NULL,"
    " claim_key = NULL WHERE serial = :serial AND claimed_by_member = :member_id AND claimed_at = :now"
)


def claim(
    conn: Connection, programme_id: str, code: Code, member_id: str, contact_id: str, key: str, now: datetime
) -> Claim:
    """Claim one code for a member, in one statement. The same key again: Claimed again."""
    return claim_many(conn, programme_id, [code], member_id, contact_id, key, now)[0]


def claim_many(
    conn: Connection, programme_id: str, codes: Sequence[Code], member_id: str, contact_id: str, key: str, now: datetime
) -> list[Claim]:
    """Claim the codes of one message, in one statement; the answers stand in the codes' order.

    A code that stands twice is AlreadyYours the second time, so that nobody credits it twice. The same key and codes
    again: the same answers. Crediting is the caller's, in the same transaction; where that is refused, `give_back`.
    """
    first = {code: place for place, code in reversed(list(enumerate(codes)))}
    asked = {
        "serials": [code.serial for code in first],
        "letters": [code.key for code in first],
        "keys": [f"{key}/{code.serial}" for code in first],
        "programme_id": programme_id,
        "member_id": member_id,
        "contact_id": contact_id,
        "now": now,
    }
    rows = {Code(row.key, row.serial): row for row in conn.execute(_CLAIM, asked)} if first else {}
    outcomes = {code: _outcome(rows.get(code), member_id, now) for code in first}
    outcomes |= _elsewhere(conn, programme_id, [code for code in first if code not in rows])
    return [
        AlreadyYours(now) if place != first[code] and isinstance(outcomes[code], Claimed) else outcomes[code]
        for place, code in enumerate(codes)
    ]


def give_back(conn: Connection, serial: int, member_id: str, now: datetime) -> None:
    """Undo a claim of this very transaction, made with the same `now`: its points could not be credited.

    Nobody has seen the claim, since the transaction has held the row's lock from then on.
    """
    if conn.execute(_GIVE_BACK, {"serial": serial, "member_id": member_id, "now": now}).rowcount != 1:
        raise ValueError(f"coupon {serial} was not claimed in this transaction")


def _elsewhere(conn: Connection, programme_id: str, codes: Sequence[Code]) -> dict[Code, Claim]:
    """Those of the codes that are another programme's."""
    if not codes:
        return {}
    asked = {"serials": [c.serial for c in codes], "letters": [c.key for c in codes], "programme_id": programme_id}
    return {Code(row.key, row.serial): OtherProgramme() for row in conn.execute(_ELSEWHERE, asked)}


def _outcome(row: Row[tuple[object, ...]] | None, member_id: str, now: datetime) -> Claim:
    """Named in this order: what has become of the code for good comes first."""
    if row is None:
        return Unknown()
    if row.taken:
        return Claimed(row.sku)
    if row.state == "claimed":
        if row.claimed_by_member != member_id:
            return ClaimedByOther()
        return Claimed(row.sku) if row.claim_key == row.asked_key else AlreadyYours(row.claimed_at)
    if row.state == "void":
        return Void()
    if row.expires_at is not None and row.expires_at <= now:
        return Expired(last_day(row.expires_at))
    assert row.state == "inactive", row.state  # an active one was taken
    return NotActive()
