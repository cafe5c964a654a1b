"""Variables that would be said as "-", for the member has nothing there: counted over the first of an audience.

Only so many are looked at: names are sealed, and opening those of everybody would take longer than all the rest of a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from campaigns import audience as audiences
from campaigns.audience import Audience
from campaigns.file_words import placeholders
from campaigns.rows import Row
from campaigns.send import Values

LOOKED_AT = 1_000  # of the audience, by id: those who joined first


@dataclass(frozen=True, slots=True)
class Blanks:
    """`variables`: of how many of the `looked_at` each is empty; only those that are, of anybody."""

    looked_at: int
    variables: Mapping[str, int]


def blanks(conn: Connection, values: Values, row: Row, audience: Audience, now: datetime) -> Blanks:
    """Of the variables that the words say in any arm or language; nobody is looked at where they say none."""
    said = {name for _, name in placeholders(row.campaign.arms)}
    fields = {name: field for name, field in row.campaign.variables.items() if name in said}
    some = audiences.page(conn, audience, now, "", LOOKED_AT) if fields else []
    known = values(conn, row.programme_id, some, set(fields.values()), now) if some else {}
    counts = {name: sum(is_blank(known.get(one, {}).get(field, "")) for one in some) for name, field in fields.items()}
    return Blanks(len(some), {name: count for name, count in counts.items() if count})


def is_blank(value: str) -> bool:
    """Whether it would be said as "-"."""
    return not value.split()
