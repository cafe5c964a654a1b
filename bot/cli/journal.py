"""The journal of a conversation: each turn with its event, states, effects and what came of them."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import Connection, text

from base import people
from bot.cli.acting import by_staff, touched
from bot.cli.house import console, moment_utc, of, print_json, refuse
from bot.cli.journal_archive import archive
from bot.cli.member import addresses, erased
from bot.wiring import House
from flows.codec import to_json
from journal.archived import TURN_MAX, ArchiveBroken, turns_of
from journal.record import Entry, floor, read

_FIND = text("""
    SELECT v.id, c.id AS contact_id, c.data_key, c.erased_at FROM conversations v JOIN contacts c ON c.id = v.contact_id
    WHERE v.id = :which""")
_TURNS = text("""
    SELECT turn, event_key, at, event, flow, state_before, state_after, effects, sealed FROM journal
    WHERE conversation_id = :id AND (CAST(:turn AS bigint) IS NULL OR turn = :turn) ORDER BY turn DESC LIMIT :last""")


@click.group()
def group() -> None:
    """What happened, turn by turn."""


group.add_command(archive)


@group.command()
@click.argument("which")
@click.option("--turn", type=click.IntRange(1, 2**63 - 1), help="Only this turn.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True)
@by_staff("journal.read", keeps=True)
@click.pass_context
def show(ctx: click.Context, which: str, turn: int | None, last: int, as_json: bool) -> None:
    """The last turns of a conversation. WHICH: a phone or a conversation's id. Words people wrote are not shown."""
    house = of(ctx)
    with house.engine.begin() as conn:
        who = people.person(conn, addresses(which))
        talks = people.talks(conn, who) if who is not None else []
        found = conn.execute(_FIND, {"which": talks[0].id if talks else which}).one_or_none()
        if found is None:
            raise refuse(f"there is no conversation {which}: give a phone with its country code, or a conversation's id")
        touched(conn, "journal.read", found.id)
        rows: list[Any] = list(conn.execute(_TURNS, {"id": found.id, "turn": turn, "last": last}))
        rows += _archived(house, conn, found.id, turn, last, rows)
    if found.data_key is None:
        raise erased(found.id, found.erased_at)
    if turn and not rows:
        raise refuse(f"{found.id} has no turn {turn}; ./saathi journal show {which} lists the last ones")
    sealer = house.keyring.unwrap(found.data_key, found.contact_id)
    # of a turn whose time is over the words are gone, and the names stay
    turns = [_turn(row, read(sealer, found.id, row.turn, row.sealed) if row.sealed else []) for row in reversed(rows)]
    if as_json:
        print_json({"conversation": found.id, "turns": turns})
        return
    page = console()
    for one in turns:
        page.print(f"[bold]turn {one['turn']}[/] {moment_utc(one['at'])} {one['event_key']}", markup=True)
        for entry in one["entries"]:
            heard = "" if entry["heard"] == entry["event"] else f" as {entry['heard']}"
            page.print(f"  {entry['event']}{heard}: {entry['before']} -> {entry['after']}", highlight=False)
            for effect in entry["effects"]:
                page.print(f"      {effect}", highlight=False, markup=False)


def _archived(house: House, conn: Connection, conversation: str, turn: int | None, last: int, rows: list[Any]) -> list[Any]:
    """What is asked for and no longer in the database, newest first; the store is asked only where something lies there."""
    newest = (rows[-1].turn if rows else TURN_MAX) - 1
    if (turn is not None and rows) or len(rows) >= last or newest < 1:
        return []
    span = (turn, turn) if turn is not None else (1, newest)
    try:
        old = turns_of(conn, house.media, house.keyring, conversation, first=span[0], last=span[1])
    except ArchiveBroken as fault:
        raise refuse(str(fault)) from fault
    return old.turns[::-1][: last - len(rows)]


def _turn(row: Any, entries: list[Entry]) -> dict[str, Any]:
    return {
        "turn": row.turn, "event_key": row.event_key, "at": row.at, "event": row.event, "state_before": row.state_before,
        "state_after": row.state_after, "entries": [_entry(e) for e in entries],
    }  # fmt: skip


def _entry(entry: Entry) -> dict[str, Any]:
    """Names, and of effects what we decided (keys, points), not what the person wrote."""
    return {
        "event": type(entry.event).__name__,
        "heard": type(entry.heard).__name__,
        "before": ".".join(filter(None, floor(entry.before))) or "nothing",
        "after": ".".join(filter(None, floor(entry.after))) or "nothing",
        "effects": [_effect(effect) for effect in entry.effects],
    }


def _effect(effect: object) -> str:
    name = type(effect).__name__
    raw = to_json(effect)
    told = raw.get("key") or raw.get("points") or raw.get("role") or ""
    return f"{name} {told}".strip()
