"""A CSV list of phones that goes with a campaign: every row is reported, and who was found is kept.

The list only narrows an audience: whoever said stop, or was erased, is left out at sending all the same.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Literal

from sqlalchemy import Connection, text

from campaigns import sheet
from campaigns.sheet import BadSheet
from flows.spelling import DEVANAGARI_DIGITS

__all__ = ["BadSheet", "ListRow", "put", "read"]

SHOWN_MAX = 40
PAGE = 1_000  # rows looked up in one statement
_E164 = re.compile(r"\+(?:91[6-9][0-9]{9}|(?!91)[1-9][0-9]{7,14})")
_PHONES_PLUS = re.compile(r"\+(?:[0-9][0-9A-Za-z]*)?")  # of a phone, or of what was meant as one
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # as base.csv_safe; full-width ones too
_GAPS = re.compile(r"[\s()\u00a0\u2010-\u2015.-]|[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")  # as people and sheets write phones

# Of several shops the one they act for now. A helper's phone is not the shop's: who is on a list gets the message
# themselves. What they said to any number of the programme, from any address of theirs, counts: STOP is STOP.
_FIND = text("""
    SELECT asked.address, found.member_id,
           EXISTS (SELECT FROM contacts k JOIN conversations v ON v.contact_id = k.id
                    WHERE (k.id = found.contact_id OR k.merged_into = found.contact_id) AND v.programme_id = :programme
                      AND (v.stopped_at IS NOT NULL OR :marketing AND v.marketing_stopped_at IS NOT NULL)) AS opted_out
      FROM unnest(CAST(:addresses AS text[])) asked (address)
      CROSS JOIN LATERAL (SELECT coalesce(
               (SELECT coalesce(c.merged_into, c.id) FROM contacts c WHERE c.address = asked.address),
               (SELECT k.contact_id FROM contact_addresses k WHERE k.address = asked.address)) AS id) person
      CROSS JOIN LATERAL (
           SELECT s.member_id, s.contact_id FROM memberships s JOIN members m ON m.id = s.member_id
            WHERE s.contact_id = person.id AND s.programme_id = :programme AND s.role = 'owner' AND s.until IS NULL
              AND m.erased_at IS NULL
            ORDER BY EXISTS (SELECT FROM conversations v WHERE v.contact_id = person.id AND v.member_id = s.member_id) DESC,
                     s.since, s.member_id LIMIT 1) found""")
_PUT = text("""
    INSERT INTO campaign_listed (programme_id, campaign_id, member_id)
    SELECT :programme, :campaign, unnest(CAST(:members AS text[])) ON CONFLICT DO NOTHING""")


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of the file. `phone` as it stands there, without what cannot be printed. found and opted_out name the
    member; duplicate: an earlier row was of the same person. formula: a cell that a spreadsheet would work out, so the
    whole row is refused."""

    line: int
    phone: str
    outcome: Literal["found", "duplicate", "unknown", "not_e164", "opted_out", "formula"]
    member_id: str | None = None


def read(conn: Connection, programme_id: str, file: BinaryIO | bytes, *, marketing: bool) -> Iterator[ListRow]:
    """What each row of the file comes to, in its order. Raises campaigns.sheet.BadSheet, also on the way.

    `marketing`: who wants no marketing has opted out of it. Of a utility message only STOP counts.

    Phones are E.164 (+919812345678; gaps do not count). In memory are a page of rows and one number per phone.
    """
    source = sheet.rows(io.BytesIO(file) if isinstance(file, bytes) else file)
    seen: set[int] = set()
    members: set[str] = set()
    while page := list(islice(source, PAGE)):
        phones = [_phone(row.phone) for row in page]
        addresses = [f"whatsapp:{one}" for one in dict.fromkeys(filter(None, phones))]
        asked = {"programme": programme_id, "addresses": addresses, "marketing": marketing}
        found = {row.address: (row.member_id, row.opted_out) for row in conn.execute(_FIND, asked)}
        for row, phone in zip(page, phones, strict=True):
            member, opted_out = found.get(f"whatsapp:{phone}", (None, False))
            again = (phone is not None and int(phone) in seen) or member in members
            outcome = _outcome(row, phone, again=again, member=member, opted_out=opted_out)
            if phone is not None and outcome != "formula":
                seen.add(int(phone))
                members |= {member} - {None}
            yield ListRow(row.line, _shown(row.phone), outcome, member if outcome in ("found", "opted_out") else None)


def put(conn: Connection, programme_id: str, campaign_id: str, members: Iterable[str]) -> int:
    """Keep the members as the campaign's list, beside whoever is on it already; how many were new."""
    given, new = iter(members), 0
    while page := list(islice(given, PAGE)):
        new += conn.execute(_PUT, {"programme": programme_id, "campaign": campaign_id, "members": page}).rowcount
    return new


def _outcome(
    row: sheet.Row, phone: str | None, *, again: bool, member: str | None, opted_out: bool
) -> Literal["found", "duplicate", "unknown", "not_e164", "opted_out", "formula"]:
    if any(_is_formula(cell) for cell in (row.phone, *row.others)):
        return "formula"
    if phone is None:
        return "not_e164"
    if again:
        return "duplicate"
    if member is None:
        return "unknown"
    return "opted_out" if opted_out else "found"


def _phone(cell: str) -> str | None:
    """E.164; None where the cell is anything else. A leading apostrophe is how sheets keep a + from being worked out."""
    plain = _plain(cell.strip().removeprefix("'").removeprefix("whatsapp:"))
    return plain if _E164.fullmatch(plain) else None


def _shown(cell: str) -> str:
    bare = "".join(letter for letter in cell.strip() if letter.isprintable())
    return bare if len(bare) <= SHOWN_MAX else f"{bare[:SHOWN_MAX]}…"


def _is_formula(cell: str) -> bool:
    bare = cell.strip()
    return bare.startswith(_FORMULA) and bare != "-" and _PHONES_PLUS.fullmatch(_plain(bare)) is None


def _plain(cell: str) -> str:
    return _GAPS.sub("", unicodedata.normalize("NFKC", cell)).translate(DEVANAGARI_DIGITS)
