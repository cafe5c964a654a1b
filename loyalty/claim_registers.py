"""The registers beside the paper: which bills were sent before, by whom, and which papers may belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from base.days import day_of
from loyalty.claim_rules import Earlier, Registers
from loyalty.claims import OPEN, Claim
from loyalty.reading import Reading

TOGETHER_S = 600  # photos of one long bill come within minutes of each other
ALIKE_DAYS = 120
ALIKE_MOST = 300  # pictures compared at most: one seller's or one member's

UNCLEAR = ("doubtful", "lines")  # reasons for a reviewer that a better picture takes away
UNFINISHED = ("corner", "total_paise", *UNCLEAR)  # reasons that another page may take away
NAMELESS = (None, None)  # neither seller nor number was read

Alike = Callable[[Sequence[int], Sequence[int]], bool]

_EARLIER = "id, member_id, conversation_id, state, reason, created_at, taxable_paise, total_paise, number_key, fingerprints"
_SAME = text(f"""
    SELECT {_EARLIER} FROM claims
    WHERE programme_id = :programme AND seller_gstin = :seller AND financial_year = :year AND number_key = :number
      AND doc_type = :type AND id <> :id AND state IN ('asked', 'review', 'credited')
    ORDER BY (rival_of IS NOT NULL), id LIMIT 1""")
_NEAR = text(f"""
    SELECT {_EARLIER} FROM claims
    WHERE programme_id = :programme AND id <> :id AND state IN ('asked', 'review', 'credited') AND created_at > :since
      AND cardinality(fingerprints) > 0 AND (seller_gstin = :seller OR member_id = :member OR total_paise = :total)
    ORDER BY created_at DESC, id DESC LIMIT :most""")
_PARTS = text("""
    SELECT id, seller_gstin, number_key, total_paise, fingerprints FROM claims
    WHERE conversation_id = :conversation AND id <> :id AND state IN ('asked', 'review') AND created_at > :since
      AND reason = ANY(:unfinished)
    ORDER BY created_at, id""")
_BUYER = text("""
    SELECT EXISTS (SELECT FROM claims WHERE programme_id = :programme AND buyer_gstin = :buyer AND state = 'credited'
                   AND member_id <> :member)""")


def look_up(conn: Connection, claim: Claim, reading: Reading, member_id: str, now: datetime, alike: Alike) -> Registers:
    """What is known of this bill beside its paper. `alike` compares the fingerprints of two pictures."""
    same = conn.execute(_SAME, {
        "programme": claim.programme_id, "seller": reading.seller_gstin, "year": reading.financial_year,
        "number": reading.number_key, "type": reading.doc_type, "id": claim.id,
    }).one_or_none()  # fmt: skip
    near = conn.execute(_NEAR, {
        "programme": claim.programme_id, "id": claim.id, "since": now - timedelta(days=ALIKE_DAYS),
        "seller": reading.seller_gstin, "member": member_id, "total": reading.total_paise, "most": ALIKE_MOST,
    }).all() if claim.fingerprints else []  # fmt: skip
    buyer = {"programme": claim.programme_id, "buyer": reading.buyer_gstin, "member": member_id}
    return Registers(
        same=_earlier(same, member_id) if same is not None else None,
        alike=tuple(_earlier(row, member_id) for row in near if alike(claim.fingerprints, row.fingerprints)),
        part=_part(conn, claim, reading, now, alike), asked=claim.asks,
        buyer_elsewhere=bool(reading.buyer_gstin and conn.execute(_BUYER, buyer).scalar_one()),
    )  # fmt: skip


def same_bill(conn: Connection, claim: Claim, reading: Reading) -> str | None:
    """The id of another claim that has this bill's number and lives."""
    row = conn.execute(_SAME, {
        "programme": claim.programme_id, "seller": reading.seller_gstin, "year": reading.financial_year,
        "number": reading.number_key, "type": reading.doc_type, "id": claim.id,
    }).one_or_none()  # fmt: skip
    return None if row is None else str(row.id)


def _part(conn: Connection, claim: Claim, reading: Reading, now: datetime, alike: Alike) -> str | None:
    """A claim of minutes ago that was not whole, where this paper is another page of it: the same seller and number, or
    of two pages one that bears neither and one that lacks its total. A picture that looks the same is no other page."""
    if reading.verdict == "auto" or len(claim.media) > 1:
        return None
    given = {"conversation": claim.conversation_id, "id": claim.id, "since": now - timedelta(seconds=TOGETHER_S)}
    for row in conn.execute(_PARTS, {**given, "unfinished": list(UNFINISHED)}):
        mine, other = (reading.seller_gstin, reading.number_key), (row.seller_gstin, row.number_key)
        named_total = row.total_paise if mine == NAMELESS else reading.total_paise
        one_page_names_it = mine != other and NAMELESS in (mine, other) and named_total is None
        both_name_the_same = mine == other and None not in mine
        same_picture = claim.fingerprints and row.fingerprints and alike(claim.fingerprints, row.fingerprints)
        if (one_page_names_it or both_name_the_same) and not same_picture:
            return str(row.id)
    return None


def _earlier(row: Row[Any], member_id: str) -> Earlier:
    return Earlier(
        id=row.id, mine=row.member_id == member_id, open=row.state in OPEN, on=day_of(row.created_at),
        taxable_paise=row.taxable_paise, total_paise=row.total_paise, number_key=row.number_key,
        unclear=row.state == "asked" or (row.state == "review" and row.reason in UNCLEAR),
    )  # fmt: skip
