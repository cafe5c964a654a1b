"""Who takes an event: the frame that has the floor, a frame that listens, or, when nobody waits for it, this page.

`converse` is the whole conversation as one pure function. Commands mean the same at any state (commands.py); a code
or a picture interrupts whatever is going on (doors.py); what was interrupted is taken up again afterwards (talk.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flows import doors
from flows import events as ev
from flows.bill_events import InvoiceRead
from flows.commands import NOT_YET, TALKS_TO_STRANGERS, obey
from flows.effects import ForgetSecret, Say
from flows.flowbook import BOOK, NEWS, asks_name
from flows.helpers_events import FoundAgain, InvitationAccepted, InvitationShown, ShopLeft, ShopSwitched
from flows.kernel import Effect, Event, FlowBroken, step
from flows.move_events import MoveWanted, NumberMoved
from flows.news import News
from flows.session import Asked, Known, Session
from flows.spelling import normalised, only_emoji
from flows.talk import Talk, after
from flows.texts import words
from flows.understand import exactly, is_ours, nearly, says_yes, tapped

SENDS_MONEY = re.compile(r"yes-\d+-.+", re.ASCII)  # the button of redeem.confirm
MISSES_MAX = 3  # misunderstandings in a row before we stop asking and offer help

MEMBER = (ev.Said, ev.Tapped, ev.Commanded, ev.CodesTyped, ev.PhotoSent, ev.DocumentSent, ev.OtherSent, ev.SecretGiven,
          InvitationShown)  # fmt: skip
IN_OTHER_HANDS = (InvitationAccepted, ShopSwitched, ShopLeft, NumberMoved)
HEARD_SOMEWHERE = frozenset(event for flow in BOOK.values() for node in flow.nodes.values() for event in node.hears)


@dataclass(frozen=True, slots=True)
class Turned:
    session: Session
    effects: tuple[Effect, ...]
    known: Known  # as it stands after the event and its effects
    heard: Event  # what the event was understood as


def asked_secret(session: Session) -> str | None:
    """The kind of secret the state that has the floor asks for; None when it asks for none."""
    if not session.frames:
        return None
    top = session.frames[-1]
    return BOOK[top.flow].nodes[type(top.state)].asks


def waits_for_pin(session: Session) -> bool:
    """Whether a PIN is asked for, be it beneath a picture that is just being read."""
    return any(BOOK[frame.flow].nodes[type(frame.state)].asks == "pin" for frame in session.frames)


def converse(session: Session, known: Known, event: Event) -> Turned:
    """Answer one event. Pure; raises FlowBroken where a flow breaks its own declaration."""
    session = replace(session, frames=doors.still_open(session.frames, known))
    talk = Talk(session, after(known, event))
    heard, misses = event, session.misses
    if isinstance(event, MEMBER):
        heard, misses = _member(talk, event)
    else:
        _world(talk, event)
    talk.settle()
    doors.found_again(talk)
    talk.settle()
    return Turned(talk.session(misses), tuple(talk.effects), talk.known, heard)


def _member(talk: Talk, event: Event) -> tuple[Event, int]:
    """What the member's event was understood as, and how many in a row were not."""
    asked, locale = talk.before.asked, talk.known.locale
    heard = event
    if isinstance(event, ev.Said):
        heard = exactly(event, asked, locale)
        if isinstance(heard, ev.Commanded) and _may_be_a_name(talk, event):
            if heard.command in NOT_YET:
                talk.emit(Say(NOT_YET[heard.command]))
            heard = event
    elif isinstance(event, ev.Tapped):
        heard = tapped(event.button)
    if _answer(talk, heard):
        return heard, 0
    meant = _second_look(talk, event, asked, locale)
    if meant is not None:
        return meant, 0
    misses = talk.before.misses + 1
    if misses < MISSES_MAX:
        return heard, misses
    talk.effects = [effect for effect in talk.effects if not isinstance(effect, Say)]
    talk.emit(Say("help.stuck" if talk.known.enrolled else "help.stuck_stranger"))
    if talk.frames:  # the question again, so that its answer is understood, and not taken for one of the help's buttons
        talk.resume()
    return heard, 0


def _may_be_a_name(talk: Talk, said: ev.Said) -> bool:
    """Salam, Meenu: where a name is asked for, the flow asks which of the two is meant."""
    return bool(talk.frames) and asks_name(talk.frames[-1].state) and normalised(said.text) in words().also_names


def _second_look(talk: Talk, event: Event, asked: Asked | None, locale: str) -> Event | None:
    """The nearest words that make sense, answered; None, with the first answer left standing, when none do."""
    meant = nearly(event, asked, locale) if isinstance(event, ev.Said) else None
    if meant is None:
        return None
    first = talk.frames, talk.known, talk.effects
    talk.restart()
    if _answer(talk, meant):
        return meant
    talk.frames, talk.known, talk.effects = first
    return None


def _answer(talk: Talk, heard: Event) -> bool:
    """Take what the member did; False when nothing could be made of it."""
    match heard:
        case ev.CodesTyped(()) | ev.PhotoSent(()) | ev.DocumentSent(()):
            return _answer(talk, ev.OtherSent("empty"))
        case ev.Commanded():
            return obey(talk, heard)
        case ev.CodesTyped() | ev.PhotoSent():
            return doors.scan(talk, heard)
        case ev.DocumentSent(documents, caption, codes):
            return doors.scan(talk, ev.PhotoSent(documents, caption, codes))  # a bill on paper or as a file is the same bill
        case InvitationShown():
            doors.show_invitation(talk, heard)
            return True
        case ev.SecretGiven() if asked_secret(Session(tuple(talk.frames))) is None:
            _unasked(talk, heard)
            return True
        case _ if not talk.known.enrolled and talk.floor() not in TALKS_TO_STRANGERS:
            doors.enrol(talk)
            return True
        case ev.OtherSent(kind):
            talk.emit(Say("other.cannot_read", {"kind": kind}))
            return True
        case _ if talk.frames:
            return talk.give(-1, heard)
        case ev.Said(typed) if talk.known.acts == "owner" and says_yes(typed):
            doors.start(talk, "yes_again")  # typed twice: what the first one asked for may be under way
            return True
        case ev.Said(typed) if only_emoji(typed) or normalised(typed) in words().answers:
            talk.emit(Say("thanks.welcome"))  # a thumbs up or an "ok" that answers no question
            return True
        case ev.Tapped(button) if SENDS_MONEY.fullmatch(button):
            talk.emit(Say("redeem.answered"))
            doors.start(talk, "balance")
            return True
        case ev.Tapped(button) if is_ours(button):  # of a question that has been answered since
            talk.emit(Say("menu.answered"))
            return True
        case _:
            talk.emit(Say("menu.again"))
            return False


def _unasked(talk: Talk, secret: ev.SecretGiven) -> None:
    if secret.token:
        talk.emit(ForgetSecret(secret.token))
    talk.emit(Say("secret.aadhaar_refused" if secret.kind == "aadhaar" else "secret.not_asked"))
    if not talk.known.enrolled and talk.find("enrol") is None:
        doors.enrol(talk)


def _world(talk: Talk, event: Event) -> None:
    """An outcome or the world: the topmost frame that listens takes it, else the news desk.

    An outcome whose flow was cancelled meanwhile is nobody's any more and says nothing: the ledger and the outbox
    hold what came of it.
    """
    if isinstance(event, InvoiceRead):
        doors.bill(talk, event)
        return
    if isinstance(event, FoundAgain):
        return  # every turn looks after what is kept
    if isinstance(event, IN_OTHER_HANDS):
        doors.in_other_hands(talk, event)
    for index in range(len(talk.frames) - 1, -1, -1):
        frame = talk.frames[index]
        if type(event) in BOOK[frame.flow].nodes[type(frame.state)].hears:
            talk.give(index, event)
            doors.take_floor(talk, index)
            return
    if isinstance(event, ev.PhotoRead):
        doors.orphan(talk, event)
    elif isinstance(event, MoveWanted):
        doors.confirm_move(talk, event)
    elif type(event) in NEWS.nodes[News].hears:
        talk.emit(*step(NEWS, News(), event).effects)
    elif type(event) not in HEARD_SOMEWHERE:
        raise FlowBroken(f"nobody listens for {type(event).__name__}")


__all__ = ["Turned", "after", "asked_secret", "converse"]
