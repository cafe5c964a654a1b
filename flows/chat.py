"""Golden conversations: a page that a support person reads, a test runs and `rewrite` brings up to date.

    locale hi   at 2026-01-05T10:00+05:30   points 1200
    > redeem                                              # the member writes
    ! ReadRedeemTerms -> RedeemTermsRead {available: 1200, …}     # an effect and what came of it
    < redeem.ask_points {least: 100, most: 1200, some: 600}       # Saathi says
    > [all-1200]                                          # a button
    ~ PayoutPaid {payout: po_1, …}                        # the world speaks; "~ +2d" lets the clock run

A page that begins in the middle of a conversation has, below the header, the session it begins in: `standing {"$": …}`.

Other things a member sends: `> (photo ph_1) caption`, `> (document d_1)`, `> (sticker)`, `> (secret vpa tok_1 axis)`.
Lines within a message stand below it behind a bar. Between every two events the session goes through JSON.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from flows import events as ev
from flows.codec import from_json, session_from_json, session_to_json, to_json
from flows.effects import Say
from flows.entry import converse
from flows.kernel import Effect, Event
from flows.notation import Misspelt, read, write
from flows.session import Known, Notice, Session

CODES = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}(?: [0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})*")
NOTICE = Notice("1", {"en": "https://roshni.example/privacy", "hi": "https://roshni.example/hi/privacy"})
THING = re.compile(r"\((\w+)((?: [^\s()]+)*)\) ?(.*)")
EFFECT = re.compile(r"! (\w+).*?(?: -> (\w+(?: \{.*\})?))?")
STANDING = "standing "
REMARK = re.compile(r"\s{2,}# [^\"]*$")  # one with a quotation mark could be part of what was written


@dataclass(frozen=True, slots=True)
class Exchange:
    """One event and everything that answers it."""

    event: Event | None  # None: only time passes
    shown: str  # the line that told the event
    before: tuple[str, ...] = ()  # remarks and blank lines above it
    outcomes: tuple[tuple[str, Event], ...] = ()  # by the name of the effect they answer, in order
    answer: tuple[str, ...] = ()  # lines


@dataclass(frozen=True, slots=True)
class Chat:
    head: tuple[str, ...]  # remarks above the header, and the header
    known: Known
    exchanges: tuple[Exchange, ...] = ()
    tail: tuple[str, ...] = ()
    standing: Session = field(default_factory=Session)  # in which it begins


@dataclass(slots=True)
class _Open:
    """An exchange whose lines are still being read."""

    event: Event | None
    shown: str
    before: tuple[str, ...]
    outcomes: list[tuple[str, Event]] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)

    def closed(self) -> Exchange:
        return Exchange(self.event, self.shown, self.before, tuple(self.outcomes), tuple(self.answer))


def parse(page: str) -> Chat:
    """The conversation on a page. Raises Misspelt, naming the line."""
    lines = deque(page.rstrip("\n").split("\n"))
    head: list[str] = []
    while lines and (not lines[0].strip() or lines[0].startswith("#")):
        head.append(lines.popleft())
    if not lines or not lines[0].startswith("locale "):
        raise Misspelt("a page begins with its header: locale …")
    header = lines.popleft()
    head += [header, *([lines.popleft()] if lines and lines[0].startswith(STANDING) else [])]
    exchanges: list[_Open] = []
    loose: list[str] = []
    for line in lines:
        bare = REMARK.sub("", line).rstrip()
        if line.startswith((">", "~")):
            exchanges.append(_Open(_event(bare), line.rstrip(), tuple(loose)))
            loose = []
        elif not bare or bare.startswith("#"):
            loose.append(line.rstrip())
        elif exchanges and bare.startswith(("<", "!", "  |")):
            exchanges[-1].answer.append(bare)
            if (scripted := EFFECT.fullmatch(bare)) and scripted[2]:
                exchanges[-1].outcomes.append((scripted[1], read(scripted[2])))
        else:
            raise Misspelt(line)
    return Chat(tuple(head), _known(header), tuple(e.closed() for e in exchanges), tuple(loose), _standing(head[-1]))


def answers(chat: Chat) -> Iterator[tuple[str, ...]]:
    """What the flows say today to each event of the chat, in lines."""
    session, known = chat.standing, chat.known
    for exchange in chat.exchanges:
        lines: list[str] = []
        pending = deque([exchange.event] if exchange.event else [])
        outcomes = list(exchange.outcomes)
        while pending:
            event = from_json(json.loads(json.dumps(to_json(pending.popleft()))))
            turned = converse(session, known, event)
            session = session_from_json(json.loads(json.dumps(session_to_json(turned.session))))
            known = turned.known
            for effect in turned.effects:
                outcome = _take(outcomes, type(effect).__name__)
                lines += lines_of(effect, outcome)
                pending += [outcome] if outcome else []
        yield tuple(lines)


def rewrite(page: str) -> str:
    """The page with the answers of today; what the member sent, outcomes and remarks stay."""
    chat = parse(page)
    lines = list(chat.head)
    for exchange, answer in zip(chat.exchanges, answers(chat), strict=True):
        lines += [*exchange.before, exchange.shown, *answer]
    return "\n".join([*lines, *chat.tail]).rstrip("\n") + "\n"


def line_of(event: Event) -> str:
    """An event as the line that tells it; in full where the short form would not be read back as the same."""
    short = _short(event)
    if short and "\n" not in short and REMARK.sub("", short) == short:
        with suppress(ValueError):
            if _event(short.rstrip()) == event:
                return short
    return f"~ {write(event)}"


def _short(event: Event) -> str | None:
    match event:
        case ev.Tapped(button):
            return f"> [{button}]"
        case ev.CodesTyped(codes):
            return f"> {' '.join(codes)}"
        case ev.PhotoSent(ids, caption):
            return f"> (photo {' '.join(ids)}) {caption}".removesuffix(" ")
        case ev.DocumentSent(ids, caption):
            return f"> (document {' '.join(ids)}) {caption}".removesuffix(" ")
        case ev.SecretGiven(token, kind, last4):
            return f"> (secret {' '.join(filter(None, (kind, token, last4)))})"
        case ev.OtherSent(kind):
            return f"> ({kind})"
        case ev.Said(text):
            return f"> {text}"
        case _:
            return None


def lines_of(effect: Effect, outcome: Event | None = None) -> list[str]:
    """An effect, with what came of it, as lines."""
    if isinstance(effect, Say):
        said = [f"< {effect.key} {write(effect.values)}" if effect.values else f"< {effect.key}"]
        return said + [f"  | {line.key} {write(line.values) if line.values else ''}".rstrip() for line in effect.lines]
    return [f"! {write(effect)} -> {write(outcome)}" if outcome else f"! {write(effect)}"]


def _take(outcomes: list[tuple[str, Event]], effect: str) -> Event | None:
    index = next((i for i, (name, _) in enumerate(outcomes) if name == effect), None)
    return None if index is None else outcomes.pop(index)[1]


def _event(line: str) -> Event | None:
    rest = line[1:].strip()
    if line.startswith("~"):
        return None if rest.startswith("+") else _of_the_world(rest)
    if rest.startswith("[") and rest.endswith("]"):
        return ev.Tapped(rest[1:-1])
    if thing := THING.fullmatch(rest):
        return _thing(thing[1], tuple(thing[2].split()), thing[3])
    if CODES.fullmatch(rest):
        return ev.CodesTyped(tuple(rest.split()))
    return ev.Said(rest)


def _of_the_world(text: str) -> Event:
    event = read(text)
    if not isinstance(event, Event):
        raise Misspelt(f"{text} is no event")
    return event


def _thing(kind: str, parts: tuple[str, ...], caption: str) -> Event:
    if kind == "photo":
        return ev.PhotoSent(parts, caption)
    if kind == "document":
        return ev.DocumentSent(parts, caption)
    if kind == "secret":
        token, last4 = (*parts[1:], "", "")[:2]
        return ev.SecretGiven(token, parts[0], last4)
    return ev.OtherSent(kind)


def _known(header: str) -> Known:
    """The person as the header tells: a role, or points, make a member; `mobile hidden` hides the number."""
    told = _told(re.split(r"\s{2,}", REMARK.sub("", header).strip()))
    member = "role" in told or "points" in told
    return Known(
        locale=told["locale"],
        consented=member,
        enrolled=member,
        role=told.get("role", "electrician" if member else ""),
        profile_name=told.get("profile", ""),
        shop_known="shop" in told,
        mobile_known=told.get("mobile") != "hidden",
        stopped="stopped" in told,
        notice=NOTICE,
    )


def standing_line(session: Session) -> str:
    """The line that says in which session a page begins."""
    return STANDING + json.dumps(session_to_json(session), ensure_ascii=False)


def _standing(line: str) -> Session:
    """Brought up to date, as a stored session is."""
    if not line.startswith(STANDING):
        return Session()
    try:
        return session_from_json(json.loads(line.removeprefix(STANDING)))
    except (ValueError, KeyError, TypeError) as fault:
        raise Misspelt(f"{line[:60]}: {fault}") from fault


def _told(parts: Iterable[str]) -> Mapping[str, str]:
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}
