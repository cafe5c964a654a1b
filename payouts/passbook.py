"""The tax passbook: what one person's benefits of a tax year come to, and what each redemption paid in tax.

A person is a PAN, with every member who gave it; a member without one is a person of their own until they give one.
Entries are written with the request of a payout and taken back, by an entry against them, in the transaction that
returns its points. Whoever redeems locks the member's row and then the PAN's, so that two redemptions of one person
follow each other and only one of them crosses the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from base.days import day_of
from payouts import tax
from payouts.tax import Rule, SoFar, Split, TaxExceedsCash

_LOCK_MEMBER = text("SELECT id FROM members WHERE id = :member FOR NO KEY UPDATE")
_LOCK_PAN = text("SELECT pan_index FROM pans WHERE pan_index = :pan FOR NO KEY UPDATE")
_PAN = text("SELECT pan_index, masked FROM member_pans WHERE member_id = :member AND replaced_at IS NULL")
# What a shop's seller had of it is the seller's year, under their PAN; the new owner's begins with the shop.
_OF_THE_PERSON = """
    FROM tax_entries e WHERE tax_year = :year AND (pan_index = :pan OR (
        (member_id = :member OR member_id IN (
            SELECT member_id FROM member_pans WHERE pan_index = :pan AND replaced_at IS NULL)
         OR (pan_index IS NULL AND member_id IN (
            WITH RECURSIVE part AS (
                SELECT g.from_id FROM member_merges g WHERE g.into_id = :member AND NOT EXISTS (  -- not a seller's
                    SELECT FROM account_changes h WHERE h.member_id = :member AND h.kind = 'transferred' AND h.at >= g.at)
                UNION SELECT g.from_id FROM member_merges g JOIN part ON g.into_id = part.from_id)
            SELECT from_id FROM part)))
        AND NOT EXISTS (
            SELECT FROM account_changes h WHERE h.member_id = e.member_id AND h.kind = 'transferred'
               AND h.at >= coalesce((SELECT o.at FROM tax_entries o WHERE o.id = e.corrects), e.at))))"""
_SO_FAR = text(f"""
    SELECT coalesce(sum(gross_paise), 0)::bigint AS total, coalesce(sum(taxed_paise), 0)::bigint AS taxed,
           coalesce(sum(tax_paise), 0)::bigint AS tax {_OF_THE_PERSON}""")
_ENTRIES = text(f"""
    SELECT id, payout_id, programme_id, member_id, gross_paise, taxed_paise, tax_paise, rate_bp, rule, at, corrects
    {_OF_THE_PERSON} ORDER BY id""")
_ENTER = text("""
    INSERT INTO tax_entries (payout_id, programme_id, member_id, pan_index, tax_year, gross_paise, taxed_paise, tax_paise,
                             rate_bp, rule, at)
    VALUES (:payout, :programme, :member, :pan, :year, :gross, :taxed, :tax, :rate, :rule, :now)""")
_TAKE_BACK = text("""
    INSERT INTO tax_entries (payout_id, programme_id, member_id, pan_index, tax_year, gross_paise, taxed_paise, tax_paise,
                             rate_bp, rule, at, corrects)
    SELECT payout_id, programme_id, member_id, pan_index, tax_year, -gross_paise, -taxed_paise, -tax_paise,
           rate_bp, rule, :now, id
    FROM tax_entries WHERE payout_id = :payout AND corrects IS NULL
    ON CONFLICT (corrects) DO NOTHING""")


@dataclass(frozen=True, slots=True)
class Person:
    """Whose year it is. `pan_index` and `masked` are None where the member has given no PAN."""

    member_id: str
    pan_index: str | None
    masked: str | None


@dataclass(frozen=True, slots=True)
class Assessed:
    """A redemption split, and all that its entry in the passbook says."""

    person: Person
    tax_year: str
    rule: Rule
    so_far: SoFar
    split: Split | TaxExceedsCash


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the passbook. `corrects`: the entry that this one takes back."""

    id: int
    payout_id: str
    programme_id: str
    member_id: str
    gross_paise: int
    taxed_paise: int
    tax_paise: int
    rate_bp: int
    rule: str
    at: datetime
    corrects: int | None


def person(conn: Connection, member_id: str) -> Person:
    row = conn.execute(_PAN, {"member": member_id}).one_or_none()
    return Person(member_id, None, None) if row is None else Person(member_id, row.pan_index, row.masked)


def so_far(conn: Connection, who: Person, year: str) -> SoFar:
    """The person's year as it stands, over all programmes."""
    row = conn.execute(_SO_FAR, {"member": who.member_id, "pan": who.pan_index, "year": year}).one()
    return SoFar(row.total, row.taxed, row.tax)


def entries(conn: Connection, who: Person, year: str) -> list[Entry]:
    """Everything that makes up `so_far`, the oldest first."""
    rows = conn.execute(_ENTRIES, {"member": who.member_id, "pan": who.pan_index, "year": year})
    return [Entry(**row._mapping) for row in rows]


def preview(conn: Connection, *, rules: Sequence[Rule], member_id: str, benefit_paise: int, now: datetime) -> Assessed:
    """How a redemption worth `benefit_paise` would be split now. Promises nothing: another may come between."""
    return _assess(conn, rules, person(conn, member_id), benefit_paise, now)


def assess(conn: Connection, *, rules: Sequence[Rule], member_id: str, benefit_paise: int, now: datetime) -> Assessed:
    """The same, and true until the transaction ends: nobody else redeems for this person meanwhile.

    To be called before the ledger is: these locks come between the conversation's and the accounts'.
    """
    return _assess(conn, rules, locked(conn, member_id), benefit_paise, now)


def locked(conn: Connection, member_id: str) -> Person:
    """The person, ours until the transaction ends: first the member's row, so that no PAN is given meanwhile, then the
    PAN's, which other members may share."""
    conn.execute(_LOCK_MEMBER, {"member": member_id})
    who = person(conn, member_id)
    if who.pan_index is not None:
        conn.execute(_LOCK_PAN, {"pan": who.pan_index})
    return who


def enter(conn: Connection, assessed: Assessed, *, payout_id: str, programme_id: str, now: datetime) -> None:
    """The entry of a payout that was just asked for."""
    split = assessed.split
    if not isinstance(split, Split):
        raise ValueError("a redemption that cannot carry its tax has no entry")
    conn.execute(_ENTER, {
        "payout": payout_id, "programme": programme_id, "member": assessed.person.member_id,
        "pan": assessed.person.pan_index, "year": assessed.tax_year, "gross": split.gross_paise,
        "taxed": split.taxed_paise, "tax": split.tax_paise, "rate": split.rate_bp, "rule": assessed.rule.id, "now": now,
    })  # fmt: skip


def take_back(conn: Connection, payout_id: str, now: datetime) -> None:
    """The payout was no benefit after all: an entry against its own, once, in the tax year of that."""
    conn.execute(_TAKE_BACK, {"payout": payout_id, "now": now})


def _assess(conn: Connection, rules: Sequence[Rule], who: Person, benefit_paise: int, now: datetime) -> Assessed:
    rule, year = tax.rule_on(rules, day_of(now)), tax.tax_year(now)
    before = so_far(conn, who, year)
    return Assessed(who, year, rule, before, tax.split(rule, before, benefit_paise, has_pan=who.pan_index is not None))
