"""The statement of deductions: what was deducted within some days, a line each, as the return asks for it.

A deduction is dated by its request, when the benefit was credited and the tax split off, and stands here once the ledger
owes it (its payout was paid). One that was returned within the same days leaves no line; returned later, it is a line
below nothing of the days in which it was. So the lines of all quarters add up to what the ledger owes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from base import csv_safe
from base.csv_safe import Figure
from base.days import day_of
from base.sealing import CannotOpen, Keyring
from payouts import pan
from payouts.lifecycle import OPEN
from payouts.tax import Rule

NO_PAN = "PANNOTAVBL"  # what the statement takes where there is none
COLUMNS = (
    "pan", "name", "member", "programme", "payout", "section", "payment_code", "tax_year", "deducted_on", "taxed_rupees",
    "tax_rupees", "rate_percent", "without_pan", "returns_payout_of",
)  # fmt: skip
_READ = text("""
    SELECT e.id, e.payout_id, e.programme_id, e.member_id, e.pan_index, e.tax_year, e.taxed_paise, e.tax_paise, e.rate_bp,
           e.rule, e.at, e.corrects, o.at AS corrects_at, p.state,
           coalesce(h.former_details, m.details) AS details, h.id AS sold, m.data_key, g.sealed, g.masked,
           r.sealed AS retained, k.id AS retention_key, k.data_key AS retention_data_key,
           (SELECT sum(v.amount)::bigint FROM postings t JOIN moves v ON v.posting_id = t.id
             WHERE t.key = e.payout_id || CASE WHEN e.corrects IS NULL THEN '/money/tax' ELSE '/money/tax-return' END
           ) AS in_ledger
    FROM tax_entries e JOIN payouts p ON p.id = e.payout_id JOIN members m ON m.id = e.member_id
    LEFT JOIN tax_entries o ON o.id = e.corrects
    LEFT JOIN LATERAL (  -- a shop that was sold since: the deduction is its owner's of then
        SELECT id, former_details FROM account_changes
        WHERE member_id = e.member_id AND kind = 'transferred' AND at >= coalesce(o.at, e.at) ORDER BY id LIMIT 1) h ON true
    LEFT JOIN LATERAL (
        SELECT sealed, masked FROM member_pans
        WHERE member_id = e.member_id
          AND CASE WHEN e.pan_index IS NOT NULL THEN pan_index = e.pan_index
                   ELSE replaced_at IS NULL AND h.former_details IS NULL END
        ORDER BY id DESC LIMIT 1) g ON true
    LEFT JOIN retained r ON r.kind = 'tax' AND r.subject = e.member_id LEFT JOIN retention_keys k ON k.id = r.key_id
    WHERE e.tax_paise <> 0 AND e.at >= :start AND e.at < :end ORDER BY e.at, e.id""")


@dataclass(frozen=True, slots=True)
class Line:
    """One deduction, or (negative) one that was returned. `pan` in full: for the return alone."""

    pan: str
    name: str
    member_id: str
    programme_id: str
    payout_id: str
    tax_year: str
    at: datetime
    taxed_paise: int
    tax_paise: int
    rate_bp: int
    rule: str
    without_pan: bool
    corrects_at: datetime | None


@dataclass(frozen=True, slots=True)
class Statement:
    """`pending`: payouts of these days that are still on their way, and their tax: the statement is not complete."""

    lines: tuple[Line, ...]
    pending: int
    pending_tax_paise: int

    @property
    def tax_paise(self) -> int:
        return sum(line.tax_paise for line in self.lines)


class NoStatement(RuntimeError):
    """Why none can be made: the passbook and the ledger differ, or what is sealed does not open."""


def read(conn: Connection, keyring: Keyring, start: datetime, end: datetime) -> Statement:
    """The statement of [start, end). Opens PANs and names: whoever calls it is named in the audit log. Raises NoStatement."""
    rows = conn.execute(_READ, {"start": start, "end": end}).all()
    returned = {row.corrects for row in rows if row.corrects is not None}
    within = {row.id for row in rows} & returned
    pending = [row for row in rows if row.in_ledger is None and row.corrects is None and row.state in OPEN]
    told = []
    for row in rows:
        if row.in_ledger is None:  # not paid yet, or never
            continue
        if abs(row.tax_paise) != row.in_ledger:
            raise NoStatement(f"payout {row.payout_id}: {row.tax_paise} paise in the passbook, {row.in_ledger} in the ledger")
        if row.id not in within and row.corrects not in within:
            told.append(_line(row, keyring))
    return Statement(tuple(told), len(pending), sum(row.tax_paise for row in pending))


def as_csv(statement: Statement, rules: Sequence[Rule]) -> str:
    """One line a deduction. What people wrote themselves cannot become a formula in a spreadsheet."""
    by_id = {rule.id: rule for rule in rules}
    return csv_safe.table(COLUMNS, [_cells(line, by_id.get(line.rule)) for line in statement.lines])


def _cells(line: Line, rule: Rule | None) -> list[str]:
    section, code = (rule.section, rule.payment_code) if rule else (line.rule, "")
    texts = (line.pan, line.name, line.member_id, line.programme_id, line.payout_id, section, code, line.tax_year)
    returned = _day(line.corrects_at) if line.corrects_at else ""
    sums = (_rupees(line.taxed_paise), _rupees(line.tax_paise), _rupees(line.rate_bp))
    return [*texts, _day(line.at), *sums, "yes" if line.without_pan else "no", returned]


def _line(row: Row[Any], keyring: Keyring) -> Line:
    number, name = row.masked or NO_PAN, ""
    try:
        if row.data_key is not None:
            sealed = keyring.unwrap(row.data_key, row.member_id)
            name = json.loads(sealed.open(row.details, f"members/{row.member_id}"))["name"]
        if row.data_key is not None and row.sealed is not None:
            number = pan.opened(keyring, member_id=row.member_id, data_key=row.data_key, sealed=row.sealed)
        if row.data_key is None and row.retention_data_key is not None:  # erased: what the law wants was kept apart
            sealed = keyring.unwrap(row.retention_data_key, row.retention_key)
            kept = json.loads(sealed.open(row.retained, f"retained/tax/{row.member_id}"))
            name = kept["name"] if row.sold is None else kept.get("former", {}).get(str(row.sold), "")
            number = kept["pans"].get(row.pan_index or (kept["current"] if row.sold is None else ""), NO_PAN)
    except CannotOpen as fault:
        raise NoStatement(f"member {row.member_id}: what is sealed cannot be opened with DATA_KEYS") from fault
    return Line(
        number, name, row.member_id, row.programme_id, row.payout_id, row.tax_year, row.at, row.taxed_paise, row.tax_paise,
        row.rate_bp, row.rule, row.pan_index is None, row.corrects_at,
    )  # fmt: skip


def _rupees(paise: int) -> Figure:
    """12345 -> 123.45: also of basis points, which are hundredths of a per cent."""
    sign, (whole, part) = "-" if paise < 0 else "", divmod(abs(paise), 100)
    return Figure(f"{sign}{whole}.{part:02}")


def _day(at: datetime) -> str:
    return day_of(at).isoformat()
