"""A member's statement that anyone can check: their newest sealed postings, the proof of each, and the totals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from ledger import chart, offline_verifier
from ledger.prove import Proof, SealBroken, prove

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QR_VERSION = 1

_POSTINGS = text(
    """
    SELECT p.id, EXISTS (SELECT FROM seal_postings s WHERE s.posting_id = p.id) AS sealed,
           coalesce(sum(CASE :available WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS available,
           coalesce(sum(CASE :held WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS held
      FROM (SELECT id FROM postings WHERE programme_id = :programme AND member_id = :member
             ORDER BY id DESC LIMIT :limit) p
      LEFT JOIN moves m ON m.posting_id = p.id GROUP BY p.id ORDER BY p.id
    """
)
_BALANCES = text("SELECT id, credits - debits AS balance FROM accounts WHERE id = ANY (:ids)")


@dataclass(frozen=True, slots=True)
class Line:
    """A posting as the member reads it: what it did to what may be spent and to what is held, and what could be spent then."""

    posting_id: int
    at: datetime
    reason: str
    points: int
    held: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """`proof` is the JSON that the offline verifier takes; `unsealed` newer postings are not in it yet."""

    programme_id: str
    member_id: str
    lines: tuple[Line, ...]
    opening: Mapping[str, int]
    closing: Mapping[str, int]
    proof: Mapping[str, Any]
    unsealed: int

    def qr(self) -> str:
        """What the printed code says: enough that no other proof passes for this statement's."""
        head = self.proof["head"]
        said = {
            "v": QR_VERSION, "member": self.member_id, "head": head["hash"], "block": head["height"],
            "postings": len(self.lines), "root": self.proof["statement"]["root"], **self.closing,
        }  # fmt: skip
        return json.dumps(said, separators=(",", ":"))


def make_statement(conn: Connection, programme_id: str, member_id: str, last: int) -> Statement:
    """Over the newest `last` postings, in a REPEATABLE READ transaction.

    Raises NotSealed where none of them is sealed yet, SealBroken where they would not verify.
    """
    accounts = {"available": chart.available(programme_id, member_id), "held": chart.held(programme_id, member_id)}
    asked = {"programme": programme_id, "member": member_id, "limit": last} | accounts
    rows = conn.execute(_POSTINGS, asked).all()
    found = {row.id: row.balance for row in conn.execute(_BALANCES, {"ids": list(accounts.values())})}
    sealed, unsealed = [row for row in rows if row.sealed], [row for row in rows if not row.sealed]
    closing = {name: found.get(id, 0) - sum(getattr(row, name) for row in unsealed) for name, id in accounts.items()}
    opening = {name: closing[name] - sum(getattr(row, name) for row in sealed) for name in accounts}
    proven = prove(conn, [row.id for row in sealed] or [row.id for row in unsealed])
    leaves = [one.form for one in proven.postings]
    stated = {
        "programme": programme_id, "member": member_id, "unit": chart.PTS, "accounts": accounts, "opening": opening,
        "closing": closing, "root": offline_verifier.root_of([dict(leaf) for leaf in leaves]),
    }  # fmt: skip
    proof = proven.plain() | {"statement": stated}
    try:
        offline_verifier.check(proof)
    except offline_verifier.Refuted as why:
        raise SealBroken(str(why)) from why
    return Statement(
        programme_id, member_id, _lines(proven, accounts, opening["available"]), opening, closing, proof, len(unsealed)
    )


def _lines(proven: Proof, accounts: Mapping[str, str], balance: int) -> tuple[Line, ...]:
    lines = []
    for one in proven.postings:
        points, held = (offline_verifier.touched(dict(one.form), accounts[name])[0] for name in ("available", "held"))
        balance += points
        posting = one.form["posting"]
        at = EPOCH + timedelta(microseconds=posting["happened_at"])
        lines.append(Line(one.posting_id, at, posting["reason"], points, held, balance))
    return tuple(lines)
