"""A turn on a terminal: on the left the chat as the member saw it, beside it what the house did. Pure text; no markup of
theirs is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.house import moment

BESIDE_FROM = 120  # columns; narrower, the house stands below the chat
TICKS = {"accepted": "·", "sent": "✓", "delivered": "✓✓", "read": "✓✓ read"}
Json = Mapping[str, Any]


def put(console: Console, turn: Json, *, why: bool) -> None:
    """Print one turn as `journal.replay_view.shown` gives it."""
    heading = f"turn {turn['turn']}  {moment(turn['at'])} UTC  {turn['event_key']}"
    _beside(console, heading, "\n".join(chat(turn)), "\n".join(house(turn, why=why)))


def put_told(console: Console, one: Json) -> None:
    """Print a message that stands between turns, as `journal.replay_view.told` gives it."""
    _beside(console, f"{one['lane']}  {moment(one['created_at'])} UTC  {one['key']}", "\n".join(_ours(one)), _sent(one))


def _beside(console: Console, heading: str, chat: str, house: str) -> None:
    left, right = Text(chat), Text(house, style="dim")
    console.print(Text(heading, style="bold"))
    if console.width < BESIDE_FROM:
        console.print(left, right, sep="\n")
        return
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=5, overflow="fold")
    grid.add_column(ratio=6, overflow="fold")
    grid.add_row(left, right)
    console.print(grid)


def chat(turn: Json) -> list[str]:
    """What was said, in bubbles."""
    lines = list(_theirs(turn))
    for one in turn["told"]:
        lines += _ours(one)
    return lines or ["  (nothing was said)"]


def house(turn: Json, *, why: bool) -> list[str]:
    """States, effects, ledger, tasks, outbox."""
    lines = [f"these words are gone: {turn['gone']}"] if turn["gone"] else []
    if names := turn.get("names"):
        lines.append(f"{names['event']}: {names['before'] or 'nothing'} -> {names['after'] or 'nothing'} {names['effects']}")
    for entry in turn["entries"]:
        lines += _entry(entry)
    lines += [f"ledger {each['reason']} {each['key']}: {_moves(each['moves'])}" for each in turn["ledger"]]
    for task in turn["tasks"]:
        lines.append(f"task {task['kind']} {task['state']}, tries {task['attempts']}{_word(task['outcome'])}")
    for payout in turn["payouts"]:
        worth = f"{payout['points']} points, {payout['amount_paise']} paise"
        lines.append(f"payout {payout['id']} {payout['state']}, {worth}{_word(payout['reason'])}")
    lines += [_sent(each) for each in turn["told"]]
    if why:
        lines += [f"why {each['kind']}: {each['about']}: {each['reason']}{_facts(each['facts'])}" for each in turn["why"]]
    return lines


def _theirs(turn: Json) -> Iterator[str]:
    came = turn["came"]
    if came is None or came["kind"] != "message":
        yield f"  ~ {turn['entries'][0]['event']['kind'] if turn['entries'] else turn['names']['event']}"
        return
    event: Json = turn["entries"][0]["event"] if turn["entries"] else {"kind": "", "fields": {}}
    if came["button"]:
        yield f"> [{came['button']}]"
    elif event["kind"] == "SecretGiven":
        yield f"> (a secret: {event['fields'].get('kind')})"
    elif came["words"] or not turn["media"]:
        yield from (f"> {line}" for line in (came["words"] or f"({came['sent'] or 'words that are gone'})").split("\n"))
    for media in turn["media"]:
        yield f"> ({media['sniffed_type'] or media['declared_type']}, {_kept(media)}) {_reading(media['reading'])}"


def _kept(media: Json) -> str:
    if media["here"]:
        return f"{media['size_bytes']} bytes"
    return "erased here" if media["stored_at"] else "not fetched"


def _reading(reading: Json | None) -> str:
    return "not read" if reading is None else "read: " + _facts(reading, bare=True)


def _ours(one: Json) -> Iterator[str]:
    words = one["words"]
    yield from (f"      │ {line}" for line in (f"({one['text_key']}: words gone)" if words is None else words).split("\n"))
    if one["picture"]:
        yield f"      │ (picture {one['picture']})"
    yield from (f"      │ [{button['title']}]{_word(button['description'])}" for button in one["buttons"])
    yield f"      {TICKS.get(one['state'], one['state'])}{_word(one['reason'])}"


def _entry(entry: Json) -> Iterator[str]:
    heard = "" if entry["heard"] is None else f", heard as {_one(entry['heard'])}"
    yield f"{_one(entry['event'])}{heard}"
    yield f"  {entry['before']} -> {entry['after']}"
    for effect in entry["effects"]:
        yield f"  ! {_one(effect)}"


def _one(value: Json) -> str:
    return f"{value['kind']} {_facts(value['fields'], bare=True)}".strip()


def _facts(facts: Any, *, bare: bool = False) -> str:
    """`{a: 1, b: [x]}`, what is empty left out."""
    if isinstance(facts, Mapping):
        told = {name: each for name, each in facts.items() if each not in ("", None, [], {}, ()) and name != "$"}
        shown = "{" + ", ".join(f"{name}: {_facts(each, bare=True)}" for name, each in told.items()) + "}" if told else ""
        return shown if bare else f" {shown}" if shown else ""
    if isinstance(facts, list | tuple):
        return "[" + ", ".join(_facts(each, bare=True) for each in facts) + "]"
    return str(facts)


def _moves(moves: Any) -> str:
    return "; ".join(f"{move['amount']} {move['unit']} {move['debit']} -> {move['credit']}" for move in moves)


def _sent(one: Json) -> str:
    times = [(name, one[f"{name}_at"]) for name in ("posted", "accepted", "settled") if one[f"{name}_at"]]
    ticks = "".join(f", {name} {moment(at)}" for name, at in times)
    return f"outbox {one['id']} {one['lane']} {one['text_key']} {one['state']}{_word(one['reason'])}{ticks}{_word(one['sid'])}"


def _word(word: Any) -> str:
    return f", {word}" if word else ""
