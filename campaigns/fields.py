"""What a message may say of members, as people read it; the table of fields itself is campaigns.field_table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base.days import day_of
from base.money import grouped
from base.sealing import Keyring
from campaigns.field_table import ALIASES, FIELDS, Field, Kind
from campaigns.named import statement

__all__ = ["ALIASES", "FIELDS", "Field", "Kind", "values"]

_NO_COMPILING = text("SET LOCAL jit = off")  # it takes longer than the page


def values(
    conn: Connection, keyring: Keyring, programme_id: str, member_ids: Sequence[str], names: Sequence[str], now: datetime
) -> Mapping[str, Mapping[str, str]]:
    """Of each of these members of the programme, what the fields `names` are at `now`: whole numbers grouped as in India,
    days as 05-01-2026, words as they stand in the table; "" where there is nothing, or the member was erased.

    Members that are not there are left out. Raises ValueError for a field that no message can say, CannotOpen.
    """
    if unknown := [name for name in names if name not in FIELDS or not FIELDS[name].variable]:
        raise ValueError(f"a message cannot say {', '.join(unknown)}")
    asked = [FIELDS[name] for name in dict.fromkeys(names)]
    columns = [f"{one.said or one.sql} AS {one.name}" for one in asked if one.kind != "details"]
    if len(columns) < len(asked):
        columns += ["m.data_key", "m.details"]
    sql = f"SELECT {', '.join(['m.id', *columns])} FROM members m WHERE m.programme_id = :programme AND m.id = ANY (:members)"
    conn.execute(_NO_COMPILING)
    rows = conn.execute(text(sql), statement(conn, programme_id, now).given | {"members": list(member_ids)})
    return {row.id: _shown(row, asked, keyring) for row in rows}


def _shown(row: Any, asked: Sequence[Field], keyring: Keyring) -> dict[str, str]:
    details: Mapping[str, str] = {}
    if any(one.kind == "details" for one in asked) and row.data_key is not None:
        details = json.loads(keyring.unwrap(row.data_key, row.id).open(row.details, f"members/{row.id}"))
    return {
        one.name: details.get(one.name, "") if one.kind == "details" else _said(one, getattr(row, one.name)) for one in asked
    }


def _said(field: Field, value: object) -> str:
    match value:
        case datetime():
            return day_of(value).strftime("%d-%m-%Y")
        case int():
            return grouped(value)
        case None:
            return "0" if field.kind in ("number", "window") else ""
        case _:
            return str(value)
