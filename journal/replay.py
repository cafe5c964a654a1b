"""A conversation read back, turn by turn: what the member saw, and beside it what the house did. Nothing is recomputed.

For support's screen, and for whatever shows the same in a browser: plain values in, plain values out, indexed reads.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from base.sealing import CannotOpen, Sealer
from flows.codec import Unreadable
from journal import replay_keys, replay_rows
from journal.archived import Kept, Shelf
from journal.record import Entry, read
from journal.replay_find import Found
from journal.replay_keys import Keys
from journal.replay_rows import Came, MediaRow, PayoutRow, PostingRow, TaskRow, Told
from journal.replay_stream import ERASED, FORGOTTEN

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_NEWEST = text("""
    SELECT turn, event_key, at, event, flow, state_before, state_after, effects, sealed FROM journal
    WHERE conversation_id = :id AND turn > :after AND turn <= :until ORDER BY turn DESC LIMIT :most""")
_AT = text("SELECT turn, at FROM journal WHERE conversation_id = :id AND turn >= :turn ORDER BY turn LIMIT 1")
_TURN_OF = text("SELECT turn FROM journal WHERE conversation_id = :id AND event_key = :key")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn with all that hangs on it.

    `entries` is empty where `gone` says why: erased (the person's key is gone), forgotten (its words are past their time),
    or why it cannot be read. Names stay in any case."""

    turn: int
    event_key: str
    at: datetime
    event: str
    flow: str | None
    state_before: str | None
    state_after: str | None
    effects: tuple[str, ...]
    entries: tuple[Entry, ...]
    gone: str
    came: Came | None
    told: tuple[Told, ...]
    postings: tuple[PostingRow, ...]
    tasks: tuple[TaskRow, ...]
    media: tuple[MediaRow, ...]
    payouts: tuple[PayoutRow, ...]
    readings: tuple[Came, ...]  # of its pictures: what a worker found on each


@dataclass(frozen=True, slots=True)
class Window:
    """Which turns: those after number `after` up to `until`, the newest `last` of them; with times, only those between."""

    last: int = 20
    after: int = 0
    until: int = 2**62
    since_at: datetime | None = None
    until_at: datetime | None = None


def turns(
    conn: Connection, found: Found, window: Window, serials: Callable[[Sequence[str]], Sequence[int]] = lambda codes: (),
    shelf: Shelf | None = None,
) -> list[Turn]:  # fmt: skip
    """The turns of a window, oldest first; with `shelf` also those of months that were archived. `serials`: of those codes
    that are genuine coupons, so that their credits are found. A handful of statements, however long the conversation is."""
    after, until = window.after, window.until
    if window.since_at is not None:
        after = max(after, _first_at(conn, found, window.since_at) - 1)
    newest = until
    if window.until_at is not None:
        until = min(until, _first_at(conn, found, window.until_at, beyond=True) - 1)
    asked = {"id": found.id, "after": after, "until": until, "most": window.last}
    rows: list[Any] = list(reversed(conn.execute(_NEWEST, asked).all()))
    if shelf is not None and len(rows) < window.last:
        last = rows[0].turn - 1 if rows else min(newest, found.turns)
        timed = window.since_at is not None or window.until_at is not None
        first = after + 1 if timed else max(after + 1, last - window.last + len(rows) + 1)
        rows = [*_older(shelf.turns(conn, found.id, first, last), window)[len(rows) - window.last :], *rows]
    opened = [_opened(found.sealer, found.id, row) for row in rows]
    keys = [replay_keys.keys_of(row.event_key, entries) for row, (entries, _) in zip(rows, opened, strict=True)]
    if not any(entries for entries, _ in opened):  # by the names that stay: as many keys as there were effects
        keys = [_by_names(row) for row in rows]
    return _together(conn, found.sealer, rows, opened, keys, serials)


def with_broadcasts(conn: Connection, found: Found, turns: Sequence[Turn]) -> list[Turn]:
    """The same turns; what campaigns told the person between them stands with the turn before it. No turn has told it, so
    whatever recomputes turns does without."""
    if not turns:
        return []
    behind = conn.execute(_AT, {"id": found.id, "turn": turns[-1].turn + 1}).one_or_none()
    since, until = turns[0].at, behind.at if behind else END_OF_TIME
    left = replay_rows.broadcasts(conn, found.sealer, found.id, since, until)
    made = []
    for turn, after in zip(turns, [*(turn.at for turn in turns[1:]), until], strict=True):
        own = [one for one in left if turn.at <= one.created_at < after]
        made.append(replace(turn, told=(*turn.told, *own)) if own else turn)
    return made


def _older(rows: Sequence[Kept], window: Window) -> list[Kept]:
    """Those of the archived that are between the times: the halving knows only what is in the table."""
    since, until = window.since_at, window.until_at
    return [row for row in rows if (since is None or row.at >= since) and (until is None or row.at <= until)]


def turn_of(conn: Connection, found: Found) -> int | None:
    """The number of the turn that answered, or told, the message that was asked for; None: it waits, or none was."""
    key = found.event_key
    while key:
        if (hit := conn.execute(_TURN_OF, {"id": found.id, "key": key}).scalar_one_or_none()) is not None:
            return int(hit)
        key = key.rpartition("/")[0]
    return None


def _first_at(conn: Connection, found: Found, at: datetime, *, beyond: bool = False) -> int:
    """The first turn at that time or later (`beyond`: later); one more than there are where there is none. Turns are
    numbered in their order, so halving finds it: there is no index on times."""
    low, high = 1, found.turns + 1
    while low < high:
        middle = (low + high) // 2
        row = conn.execute(_AT, {"id": found.id, "turn": middle}).one_or_none()
        if row is None or row.at > at or (row.at == at and not beyond):
            high = middle
        else:
            low = row.turn + 1
    return low


def _opened(sealer: Sealer | None, conversation_id: str, row: Any) -> tuple[tuple[Entry, ...], str]:
    """The entries, and why there are none. A row that is not what was written is shown as such, never a fault."""
    if sealer is None:
        return (), ERASED
    if not row.sealed:
        return (), FORGOTTEN
    try:
        return tuple(read(sealer, conversation_id, row.turn, row.sealed)), ""
    except CannotOpen:
        return (), "sealed with another key, or changed since"
    except (Unreadable, ValueError, KeyError, TypeError, zlib.error) as fault:
        return (), f"cannot be read: {fault}"


def _by_names(row: Any) -> Keys:
    numbered = [f"{row.event_key}/{number}" for number in range(len(row.effects))]
    return Keys(outbox=numbered, tasks=list(numbered), payouts=list(numbered), postings=list(numbered))


def _together(
    conn: Connection, sealer: Sealer | None, rows: Sequence[Any], opened: Sequence[tuple[tuple[Entry, ...], str]],
    keys: Sequence[Keys], serials: Callable[[Sequence[str]], Sequence[int]],
) -> list[Turn]:  # fmt: skip
    """One statement for each kind of row, over all the turns at once."""
    for each in keys:
        each.postings += [f"coupon/{serial}" for serial in serials(each.codes)] if each.codes else []
    came = replay_rows.came(conn, sealer, [row.event_key for row in rows])
    told = replay_rows.told(conn, sealer, [key for each in keys for key in each.outbox])
    tasks = replay_rows.tasks(conn, [key for each in keys for key in each.tasks])
    payouts = replay_rows.payouts(conn, [key for each in keys for key in each.payouts])
    posted = replay_rows.postings(
        conn, [key for each in keys for key in each.postings], (payout for each in keys for payout in each.settled)
    )
    media = replay_rows.media(conn, [row.event_key for row in rows])
    readings = replay_rows.came(conn, sealer, [f"{task.key}/done" for task in tasks])
    made = []
    for row, (entries, gone), each in zip(rows, opened, keys, strict=True):
        made.append(Turn(
            row.turn, row.event_key, row.at, row.event, row.flow, row.state_before, row.state_after, tuple(row.effects),
            entries, gone, came.get(row.event_key),
            told=tuple(one for one in told if one.key in set(each.outbox)),
            postings=tuple(one for one in posted if _belongs(one, each)),
            tasks=tuple(one for one in tasks if one.key in set(each.tasks)),
            media=tuple(one for one in media if one.message_sid == row.event_key),
            payouts=tuple(one for one in payouts if one.key in set(each.payouts)),
            readings=tuple(one for key, one in readings.items() if key.removesuffix("/done") in set(each.tasks)),
        ))  # fmt: skip
    return made


def _belongs(posting: PostingRow, keys: Keys) -> bool:
    """A payout's postings stand beside the news of its end; its hold beside the yes."""
    return posting.key in set(keys.postings) or posting.key.partition("/")[0] in keys.settled
