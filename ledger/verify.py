"""Recompute everything the ledger keeps twice and name every difference. One snapshot: it may run beside postings."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Difference:
    """`check` failed at `where`: `expected` by the moves (or lots, or holds), `found` in the row that sums them up.

    Numbers; hashes in hex where seals are checked.
    """

    check: str
    where: str
    expected: int | str
    found: int | str


# One query per check, united into one statement: each statement has its own snapshot, and these must share one.
_CHECKS = {
    "lot that was swept": """
        SELECT l.id::text, 0, l.remaining FROM lots l JOIN postings p ON p.key = 'expire/' || l.id WHERE l.remaining > 0""",
    "state of a hold against its postings": """
        SELECT h.id, 1, 0 FROM holds h JOIN postings a ON a.id = h.held_posting LEFT JOIN postings s ON s.id = h.settled_posting
         WHERE a.reason <> 'hold' OR (h.state <> 'held' AND (s.id IS NULL OR s.id = a.id OR s.id IN (
               SELECT m.posting_id FROM moves m WHERE m.posting_id = s.id
                GROUP BY 1 HAVING h.state <> CASE
                    WHEN bool_and(m.credit = h.programme_id || '/redeemed') THEN 'burned'
                    WHEN bool_or(m.credit = h.programme_id || '/redeemed') THEN 'part_burned' ELSE 'released' END)))""",
    "posting of a hold that is gone": """
        SELECT p.id::text, 1, 0 FROM postings p
         WHERE p.reason = 'hold' AND NOT EXISTS (SELECT FROM holds h WHERE h.held_posting = p.id)""",
    "tracked balance against moves": """
        SELECT a.id, coalesce(s.balance, 0), a.credits - a.debits FROM accounts a LEFT JOIN sums s ON s.id = a.id
         WHERE a.tracked AND (coalesce(s.debits, 0), coalesce(s.credits, 0)) <> (a.debits, a.credits)""",
    "sums of an untracked account": "SELECT id, 0, debits + credits FROM accounts WHERE NOT tracked AND debits + credits <> 0",
    "floor": "SELECT id, floor, credits - debits FROM accounts WHERE floor IS NOT NULL AND credits - debits < floor",
    "unit of a move against its accounts": """
        SELECT m.posting_id::text, 1, 0 FROM moves m
          JOIN accounts d ON d.id = m.debit JOIN accounts c ON c.id = m.credit
         WHERE m.unit <> d.unit OR m.unit <> c.unit""",
    "programme of a posting against its accounts": """
        SELECT p.id::text, 1, 0 FROM postings p JOIN moves m ON m.posting_id = p.id JOIN accounts d ON d.id = m.debit
          JOIN accounts c ON c.id = m.credit
         WHERE p.programme_id <> d.programme_id OR p.programme_id <> c.programme_id""",
    "debits against credits": """
        SELECT programme_id || ' ' || a.unit, sum(coalesce(s.debits, 0)), sum(coalesce(s.credits, 0))
          FROM accounts a LEFT JOIN sums s ON s.id = a.id
         GROUP BY programme_id, a.unit HAVING sum(coalesce(s.debits, 0)) <> sum(coalesce(s.credits, 0))""",
    "lots against the available balance": """
        SELECT a.id, coalesce(l.points, 0), greatest(0, a.credits - a.debits) FROM accounts a
          LEFT JOIN (SELECT account, sum(remaining) AS points FROM lots GROUP BY account) l ON l.account = a.id
         WHERE a.id LIKE '%/member/%/available' AND coalesce(l.points, 0) <> greatest(0, a.credits - a.debits)""",
    "holds against the held balance": """
        SELECT a.id, coalesce(h.points, 0), a.credits - a.debits FROM accounts a
          LEFT JOIN (SELECT programme_id || '/member/' || member_id || '/held' AS id, sum(points) AS points
                       FROM holds WHERE state = 'held' GROUP BY 1) h ON h.id = a.id
         WHERE a.id LIKE '%/member/%/held' AND coalesce(h.points, 0) <> a.credits - a.debits""",
    "lots of a hold against its points": """
        SELECT h.id, coalesce(sum(l.points), 0), h.points FROM holds h LEFT JOIN hold_lots l ON l.hold_id = h.id
         GROUP BY h.id, h.points HAVING coalesce(sum(l.points), 0) <> h.points""",
    "points of a hold against its postings": """
        SELECT h.id, coalesce(sum(m.amount), 0), h.points FROM holds h
          JOIN postings p ON p.id IN (h.held_posting, h.settled_posting) LEFT JOIN moves m ON m.posting_id = p.id
         GROUP BY h.id, h.points, p.id HAVING coalesce(sum(m.amount), 0) <> h.points""",
    "points earned against the lots they opened": """
        SELECT p.id::text, m.points, coalesce(l.points, 0) FROM postings p
          JOIN (SELECT posting_id, sum(amount) AS points FROM moves WHERE credit LIKE '%/member/%/available'
                 GROUP BY posting_id) m ON m.posting_id = p.id
          LEFT JOIN (SELECT posting_id, sum(points) AS points FROM lots GROUP BY posting_id) l ON l.posting_id = p.id
         WHERE p.reason = 'earn' AND m.points <> coalesce(l.points, 0)""",
    "posting without moves": """
        SELECT p.id::text, 1, 0 FROM postings p
         WHERE p.reason <> 'budget' AND NOT EXISTS (SELECT FROM moves m WHERE m.posting_id = p.id)""",
}
_SUMS = """
    WITH sums AS (
        SELECT id, sum(debit) AS debits, sum(credit) AS credits, sum(credit - debit) AS balance
          FROM (SELECT debit AS id, amount AS debit, 0 AS credit FROM moves
                 UNION ALL SELECT credit, 0, amount FROM moves) sides GROUP BY id)
"""
_VERIFY = text(
    _SUMS
    + " UNION ALL ".join(
        f"SELECT '{name}' AS check_name, d.place, d.expected::bigint AS expected, d.found::bigint AS found"
        f" FROM ({query}) AS d (place, expected, found)"
        for name, query in _CHECKS.items()
    )
    + " ORDER BY check_name, place"
)


def verify(conn: Connection) -> list[Difference]:
    """Every difference found; an empty list is a sound ledger."""
    return [Difference(row.check_name, row.place, row.expected, row.found) for row in conn.execute(_VERIFY)]
