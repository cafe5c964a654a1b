"""The journal's months: made ahead, and moved out of the database when they are old.

A month leaves in two steps. Its turns are written to sealed files in the media store, each file named by a row before it is
there; then, in one transaction, the database counts what the files hold against the partition and drops it. Whoever is killed
in between has a month that is still whole, and files that the next run takes away first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, text

from base import audit
from base.days import day_of
from bot.wiring import House
from journal.archived import ArchiveBroken, Kept, opened, packed, place

AHEAD = 2  # months besides the present one
TURNS_A_FILE = 5_000  # a few megabytes: what one look into the past has to read
CHUNK = 1_000

_ADD = text("SELECT journal_month_add(:month)")
# What has gathered where no month was made: the clock stood still, or went far ahead.
_IN_THE_NET = text("""
    SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'Asia/Kolkata')::date AS month FROM journal_rest ORDER BY 1 LIMIT 24""")
_DUE = text("""
    SELECT name, nullif(begins_at, '-infinity') AS begins_at, ends_at FROM journal_months
    WHERE archived_at IS NULL AND ends_at <= :before ORDER BY ends_at""")
_TURNS = text("""
    SELECT conversation_id, turn, event_key, at, event, flow, state_before, state_after, effects, sealed FROM journal
    WHERE at >= coalesce(CAST(:begins AS timestamptz), '-infinity') AND at < :ends ORDER BY conversation_id, turn""")
_LEFT_OVER = text("SELECT id, stored_as FROM journal_archives WHERE month = :month ORDER BY id")
_FORGET_FILE = text("DELETE FROM journal_archives WHERE id = :id")
_FILE = text("""
    INSERT INTO journal_archives (id, month, stored_as, data_key, turns, size_bytes, sha256, created_at)
    VALUES (:id, :month, :stored_as, :data_key, :turns, :size_bytes, :sha256, :now)""")
_WHERE = text("""
    INSERT INTO journal_archived (conversation_id, archive_id, first_turn, last_turn)
    SELECT c, :archive, f, l FROM unnest(CAST(:conversations AS text[]), CAST(:firsts AS bigint[]), CAST(:lasts AS bigint[]))
        AS w (c, f, l)""")
_DROP = text("SELECT journal_month_drop(:month, :now)")
_PAST = text("""
    SELECT a.id, a.stored_as FROM journal_archives a JOIN journal_months m ON m.name = a.month
    WHERE a.data_key IS NOT NULL AND m.archived_at IS NOT NULL AND m.ends_at <= :before ORDER BY a.id""")
_KEY_GONE = text("UPDATE journal_archives SET data_key = NULL WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Month:
    """A month that has left: its name, and what went where."""

    name: str
    turns: int
    files: int
    size_bytes: int


def months_ahead(house: House) -> int:
    """Make the partitions of this month and of the next, and of those that wait in the net; how many were made."""
    with house.engine.connect() as conn:
        today = day_of(house.clock.now(conn))
        wanted = {row.month for row in conn.execute(_IN_THE_NET)}
    wanted |= {_later(today, months) for months in range(AHEAD + 1)}
    made = 0
    for month in sorted(wanted):
        with house.engine.begin() as conn:  # each by itself: it stops turns for a moment
            made += bool(conn.execute(_ADD, {"month": month}).scalar_one())
    return made


def archive(house: House, before: datetime, by: str) -> Iterator[Month]:
    """Move every month that ended by `before` to the media store, the oldest first. `by`: who on the staff asked."""
    months_ahead(house)
    with house.engine.connect() as conn:
        due = conn.execute(_DUE, {"before": before}).all()
    for month in due:
        _clear(house, month.name)
        files = size = 0
        # one snapshot is not needed: what is over is written to no more
        with house.engine.connect() as reading, closing(_turns(reading, month)) as turns:
            while some := list(islice(turns, TURNS_A_FILE)):
                files, size = files + 1, size + _store(house, month.name, some)
        with house.engine.begin() as conn:
            now = house.clock.now(conn)
            left = int(conn.execute(_DROP, {"month": month.name, "now": now}).scalar_one())
            after = {"turns": left, "files": files, "size_bytes": size}
            audit.write(conn, actor=by, act="journal.archive", subject=month.name, at=now, after=after)
        yield Month(month.name, left, files, size)


def forget(house: House, before: datetime) -> int:
    """Files of months that ended by `before`: their words' time is over. How many there were."""
    with house.engine.connect() as conn:
        past = conn.execute(_PAST, {"before": before}).all()
    for file in past:
        house.media.delete(file.stored_as)
        with house.engine.begin() as conn:
            conn.execute(_KEY_GONE, {"id": file.id})
    return len(past)


def _turns(conn: Connection, month: Any) -> Generator[Kept, None, None]:
    asked = {"begins": month.begins_at, "ends": month.ends_at}
    with conn.execution_options(yield_per=CHUNK).execute(_TURNS, asked) as found:
        for row in found:
            yield Kept(**row._asdict() | {"effects": tuple(row.effects), "sealed": bytes(row.sealed)})


def _store(house: House, month: str, turns: Sequence[Kept]) -> int:
    """One file, read back before it counts; its size. The row first, so that a file is never without one."""
    archive_id = house.ids.new("arc")
    data_key = house.keyring.wrap_new(archive_id)
    sealed = house.keyring.unwrap(data_key, archive_id).seal(packed(turns), place(archive_id))
    stored_as = f"journal/{month.removeprefix('journal_')}/{archive_id}"
    sha256 = hashlib.sha256(sealed).digest()
    file = {
        "id": archive_id, "month": month, "stored_as": stored_as, "data_key": data_key, "turns": len(turns),
        "size_bytes": len(sealed), "sha256": sha256,
    }  # fmt: skip
    spans = [(talk, [one.turn for one in own]) for talk, own in groupby(turns, key=attrgetter("conversation_id"))]
    with house.engine.begin() as conn:
        conn.execute(_FILE, file | {"now": house.clock.now(conn)})
        conn.execute(_WHERE, {
            "archive": archive_id, "conversations": [talk for talk, _ in spans], "firsts": [own[0] for _, own in spans],
            "lasts": [own[-1] for _, own in spans],
        })  # fmt: skip
    house.media.put(stored_as, sealed)
    if opened(house.media, house.keyring, archive_id, stored_as, data_key, sha256) != list(turns):
        raise ArchiveBroken(f"{stored_as} in the media store does not say what was put there; nothing was dropped")
    return len(sealed)


def _clear(house: House, month: str) -> None:
    """Files of a run that broke off."""
    with house.engine.connect() as conn:
        left = conn.execute(_LEFT_OVER, {"month": month}).all()
    for file in left:
        house.media.delete(file.stored_as)
        with house.engine.begin() as conn:
            conn.execute(_FORGET_FILE, {"id": file.id})


def _later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
