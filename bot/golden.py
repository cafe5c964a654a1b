"""A stretch of a conversation as a golden page without the person: it passes at once, and is a failing test tomorrow."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.chat_file import header, turn_lines
from bot.golden_mask import Mask
from flows.chat import parse, rewrite, standing_line
from flows.effects import Say
from flows.entry import Turned, converse
from flows.events import Said
from flows.kernel import Event
from flows.session import Known, Session
from journal.drift import names
from journal.record import Entry

Stretch = Sequence[tuple[int, datetime, Sequence[Entry]]]


@dataclass(frozen=True, slots=True)
class Golden:
    """`page`: a .chat page that today's flows agree with. `otherwise`: turns in which they answer otherwise than they did
    then, because they have changed since or because of what was masked."""

    page: str
    otherwise: tuple[int, ...]


def golden(stretch: Stretch) -> Golden:
    """The turns (number, time, entries), oldest first, as a page; there is at least one."""
    mask = Mask()
    first = stretch[0][2][0]
    known, session = mask.value(first.known), mask.value(first.before)
    lines = ["# From a conversation, without its person", header(known, stretch[0][1])]
    if session != Session():
        lines.append(standing_line(session))
    known = parse("\n".join(lines) + "\n").known  # as the page is run: what its header can say
    otherwise = []
    for number, _, entries in stretch:
        told, session, known, same = _retold(mask, session, known, entries)
        lines += turn_lines(told)
        otherwise += [] if same else [number]
    return Golden(rewrite("\n".join(lines) + "\n"), tuple(otherwise))


def _retold(mask: Mask, session: Session, known: Known, entries: Sequence[Entry]) -> tuple[list[Entry], Session, Known, bool]:
    """A turn lived through again with the masked words; outcomes come as they came then."""
    told: list[Entry] = []
    waiting = deque(entries)
    same = True
    while waiting:
        then = waiting.popleft()
        event, turned = _closest(mask, session, known, then)
        told.append(Entry(event, known, session, turned.heard, turned.effects, turned.session))
        same = same and _shape(turned) == _shape_then(then)
        session, known = turned.session, turned.known
    return told, session, known, same


def _closest(mask: Mask, session: Session, known: Known, then: Entry) -> tuple[Event, Turned]:
    """The most faithful stand-in that is answered as the words were; the first where none is."""
    first: tuple[Event, Turned] | None = None
    for event in _stand_ins(mask, then.event):
        turned = converse(session, known, event)
        if _shape(turned) == _shape_then(then):
            return event, turned
        first = first or (event, turned)
    assert first is not None
    return first


def _stand_ins(mask: Mask, event: Event) -> list[Event]:
    if isinstance(event, Said):
        return [Said(words) for words in dict.fromkeys(mask.typed(event.text))]
    return [mask.value(event)]


def _shape(turned: Turned) -> tuple[str, ...]:
    return type(turned.heard).__name__, names(turned.session), *_told(turned.effects)


def _shape_then(entry: Entry) -> tuple[str, ...]:
    return type(entry.heard).__name__, names(entry.after), *_told(entry.effects)


def _told(effects: Sequence[object]) -> list[str]:
    return [effect.key if isinstance(effect, Say) else type(effect).__name__ for effect in effects]
