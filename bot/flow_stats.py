"""What people did in a period, edge by edge: how many went along it, how long they took, how often they were asked again,
how many were not heard of any more; and what was not understood.

Read from the journal's turns, frame by frame, as they were stored: nothing is recomputed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, text

from base.sealing import CannotOpen, Keyring, Sealer
from flows.diagram import BEGIN, END
from flows.spelling import normalised
from journal import record

GONE_AFTER = timedelta(hours=24)  # whoever is silent for so long in the middle of something has left it
PEOPLE_MIN = 3  # who wrote the same words: fewer people's words could be somebody's name
STUCK = ("help.stuck", "help.stuck_stranger")  # said at the third misunderstanding in a row
CHUNK = 2_000

Edge = tuple[str, str, str]  # flow, from, to

_TURNS = text("""
    SELECT j.conversation_id, j.turn, j.at, j.sealed, c.id AS contact_id, c.data_key
    FROM journal j JOIN conversations v ON v.id = j.conversation_id JOIN contacts c ON c.id = v.contact_id
    WHERE j.at >= :since AND j.at < :until ORDER BY j.conversation_id, j.turn""")


_ARCHIVED = text("""
    SELECT to_char(ends_at AT TIME ZONE 'Asia/Kolkata' - interval '1 day', 'YYYY-MM') AS month, begins_at = '-infinity' AS first
    FROM journal_months WHERE archived_at IS NOT NULL AND begins_at < :until AND ends_at > :since ORDER BY ends_at""")


@dataclass(slots=True)
class EdgeFigures:
    """`seconds`: how long they had stood where the edge begins, where the period shows it. `left`: after it, for good."""

    count: int = 0
    seconds: list[float] = field(default_factory=list)
    left: int = 0

    @property
    def median_s(self) -> float | None:
        return round(median(self.seconds), 1) if self.seconds else None


@dataclass(slots=True)
class Stats:
    """`edges` from a state to itself are questions put again. `unread`: turns whose words are gone or were erased."""

    turns: int = 0
    unread: int = 0
    archived: tuple[str, ...] = ()  # months of the period that are no longer in the database, and not counted
    edges: dict[Edge, EdgeFigures] = field(default_factory=dict)
    not_understood: Counter[tuple[str, str]] = field(default_factory=Counter)  # flow and state; ("", ""): in nothing
    words: dict[str, Counter[str]] = field(default_factory=dict)  # by conversation

    def unknown(self) -> list[tuple[str, int, int]]:
        """Words that PEOPLE_MIN people or more wrote in vain, without digits: words, how often, by how many."""
        told = [(words, sum(people.values()), len(people)) for words, people in self.words.items()]
        shown = [one for one in told if one[2] >= PEOPLE_MIN and not any(c.isdigit() for c in one[0])]
        return sorted(shown, key=lambda one: (-one[1], one[0]))


@dataclass(slots=True)
class _Talk:
    """One conversation while its turns go by: since when each flow stands where it stands, and the edge that had the floor."""

    since: dict[str, datetime] = field(default_factory=dict)
    last: Edge | None = None
    at: datetime | None = None


def collect(conn: Connection, keyring: Keyring, since: datetime, until: datetime, now: datetime) -> Stats:
    """The figures of the turns from `since` to before `until`. Memory grows with the edges, not with the turns read."""
    months = conn.execute(_ARCHIVED, {"since": since, "until": until})
    archived = tuple(f"up to {row.month}" if row.first else str(row.month) for row in months)
    stats, talk, conversation = Stats(archived=archived), _Talk(), None
    for row, entries in _entries(conn, keyring, since, until):
        stats.turns += 1
        if row.conversation_id != conversation:
            _silence(stats, talk, min(now, until))
            talk, conversation = _Talk(), row.conversation_id
        _silence(stats, talk, row.at)
        if entries is None:
            stats.unread += 1
            talk = _Talk()
            continue
        for entry in entries:
            _take(stats, talk, entry, row.at, row.conversation_id)
        talk.at = row.at
    _silence(stats, talk, min(now, until))
    return stats


def _entries(
    conn: Connection, keyring: Keyring, since: datetime, until: datetime
) -> Iterator[tuple[Any, list[dict[str, Any]] | None]]:
    """Each turn's row and what was answered in it; None where nobody can read it any more."""
    contact, sealer = None, None
    with conn.execution_options(yield_per=CHUNK).execute(_TURNS, {"since": since, "until": until}) as found:
        for row in found:
            if row.contact_id != contact:
                contact, sealer = row.contact_id, _sealer(keyring, row)
            yield row, record.read_raw(sealer, row.conversation_id, row.turn, row.sealed) if sealer and row.sealed else None


def _sealer(keyring: Keyring, row: Any) -> Sealer | None:
    try:
        return keyring.unwrap(row.data_key, row.contact_id) if row.data_key is not None else None
    except CannotOpen:
        return None


def _take(stats: Stats, talk: _Talk, entry: Mapping[str, Any], at: datetime, conversation: str) -> None:
    before, after = _frames(entry["before"]), _frames(entry["after"])
    floor = next(reversed(after), "")
    asked = entry["event"]["$"]
    for flow in {**before, **after}:
        came, goes = before.get(flow, BEGIN), after.get(flow, END)
        if came == goes and not (flow == floor and asked in _WRITTEN):
            continue
        edge = (flow, came, goes)
        figures = stats.edges.setdefault(edge, EdgeFigures())
        figures.count += 1
        if flow in talk.since and came != BEGIN:
            figures.seconds.append((at - talk.since[flow]).total_seconds())
        talk.since[flow] = at
        if flow == floor:
            talk.last = edge
    if not floor:
        talk.last = None
    if _missed(entry):
        stats.not_understood[next(reversed(before), ""), before.get(next(reversed(before), ""), "")] += 1
        if asked == "Said" and (words := normalised(str(entry["event"]["text"]))):
            stats.words.setdefault(words, Counter())[conversation] += 1


_WRITTEN = frozenset({"Said", "Tapped", "Commanded", "CodesTyped", "PhotoSent", "DocumentSent", "OtherSent", "SecretGiven"})


def _frames(session: Mapping[str, Any]) -> dict[str, str]:
    """Flow to state, in the order of the stack: there is one frame of each flow at most."""
    frames: Iterable[Mapping[str, Any]] = session["frames"]
    return {frame["flow"]: frame["state"]["$"] for frame in frames}


def _missed(entry: Mapping[str, Any]) -> bool:
    if entry["after"]["misses"] > entry["before"]["misses"]:
        return True
    return any(effect.get("$") == "Say" and effect.get("key") in STUCK for effect in entry["effects"])


def _silence(stats: Stats, talk: _Talk, until: datetime) -> None:
    """Where nothing came for so long, the edge that led to the question is where they were lost."""
    if talk.last is not None and talk.at is not None and until - talk.at > GONE_AFTER:
        stats.edges[talk.last].left += 1
        talk.last = None
