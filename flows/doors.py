"""Ways into a flow from anywhere: the enrolment of a stranger, a code or picture, a flow that was asked for.

Each flow has one frame at most. Whoever comes in again lifts the frame that is there, so nothing is kept twice.
"""

from __future__ import annotations

from flows import events as ev
from flows.bill_events import InvoiceRead
from flows.flowbook import (
    BOOK,
    STARTS,
    asks_about_bill,
    is_enrolling,
    keeper,
    starts_enrolment,
    waits_for_membership,
    wants_card,
    wants_picture,
    with_code,
    with_points,
)
from flows.helpers_events import InvitationShown, ShopLeft, ShopSwitched
from flows.kernel import Done, Event
from flows.move_events import MoveWanted
from flows.session import Frame, Known
from flows.talk import Talk

STRANGERS_FLOWS = ("enrol", "details", "settings", "my_data", "joining", "moving")
HELPERS_FLOWS = (*STRANGERS_FLOWS, "scan", "invoice", "bills", "balance", "shops", "leaving",
                 "confirming")  # fmt: skip  # the last: of their own shop

OF_ONE_SHOP = ("enrol", "details", "redeem", "tax", "kyc", "helpers", "invoice", "bills", "balance", "payouts")


def enrol(talk: Talk) -> None:
    """Begin the enrolment, or ask its question again when it is under way."""
    under_way = talk.find("enrol")
    if under_way is not None:
        talk.lift(under_way)
        talk.resume()
        return
    details, first_question = starts_enrolment(talk.known)
    if talk.find("details") is None:
        talk.push("details", details, at=0)
    talk.begin("enrol", first_question)


def scan(talk: Talk, event: Event) -> bool:
    """A code or a picture. Whoever is not a member yet has it kept beneath the enrolment, and reserves nothing."""
    if not talk.known.enrolled:
        talk.give(_kept(talk, "scan", "keep"), event)
        enrol(talk)
        return True
    if isinstance(event, ev.PhotoSent) and not event.codes and talk.frames and wants_card(talk.frames[-1].state):
        return talk.give(-1, event)
    bill = talk.find("invoice")
    if isinstance(event, ev.PhotoSent) and bill is not None and wants_picture(talk.frames[bill].state):
        talk.lift(bill)
        understood = talk.give(-1, event)
        return scan(talk, ev.CodesTyped(event.codes)) if event.codes else understood
    under_way = talk.find("scan")
    if under_way is None:
        talk.push("scan", STARTS["scan"](talk.known))
    else:
        talk.lift(under_way)
    understood = talk.give(-1, event)
    if waits_for_membership(talk.frames[-1].state):  # became a member elsewhere meanwhile
        talk.resume()
    return understood


def orphan(talk: Talk, event: ev.PhotoRead) -> None:
    """A picture was read and nobody waits for it: what it holds is the member's all the same."""
    if talk.known.enrolled:
        talk.push("scan", STARTS["orphan_photo"](talk.known))
        talk.give(-1, event)
        return
    talk.give(_kept(talk, "scan", "orphan_photo"), event)
    if talk.find("enrol") is None:
        enrol(talk)


def bill(talk: Talk, event: InvoiceRead) -> None:
    """A picture turned out to be a bill: whoever waited for the picture waits no more, and the bill is decided on."""
    waited = talk.find("scan")
    if waited is not None:
        talk.give(waited, event)
    if not talk.known.enrolled:
        talk.give(_kept(talk, "invoice", "keep_bill"), event)
        if talk.find("enrol") is None:
            enrol(talk)
        return
    if talk.find("invoice") is None:  # beneath pictures that are still being read, so that they need not say so again
        waits = waited is not None and waited == len(talk.frames) - 1 and keeper(talk.frames[waited].state)
        talk.push("invoice", STARTS["bill"](talk.known), at=waited if waits else None)
    index = talk.find("invoice")
    assert index is not None
    if waits_for_membership(talk.frames[index].state):  # became a member elsewhere meanwhile
        talk.lift(index)
        talk.give(-1, event)
        talk.resume()
        return
    talk.give(index, event)
    take_floor(talk, index)


def take_floor(talk: Talk, index: int) -> None:
    """A frame that asks about a bill must have the floor, or its answer would go to another."""
    if asks_about_bill(talk.frames[index].state):
        talk.lift(index)


def start(talk: Talk, command: str, points: int = 0) -> None:
    """Begin a flow afresh: an older, half-done frame of the same flow makes way, unless it keeps something."""
    state = with_points(points) if points and command == "redeem" else STARTS[command](talk.known)
    flow = next(name for name, flow in BOOK.items() if type(state) in flow.nodes)
    under_way = talk.find(flow)
    if under_way is not None and keeper(talk.frames[under_way].state):
        talk.lift(under_way)
        talk.resume()
        return
    talk.frames = [frame for frame in talk.frames if frame.flow != flow]
    talk.begin(flow, state)


def show_invitation(talk: Talk, shown: InvitationShown) -> None:
    """Open it, whoever shows it and whatever they are doing; one that was half accepted makes way."""
    talk.frames = [frame for frame in talk.frames if frame.flow != "joining"]
    talk.begin("joining", with_code(shown.code))


def confirm_move(talk: Talk, wanted: MoveWanted) -> None:
    """Somebody says that this number is theirs no more: asked of whoever has it."""
    if talk.known.enrolled and talk.find("confirming") is None:
        talk.push("confirming", STARTS["confirm_move"](talk.known))
        talk.give(-1, wanted)


def in_other_hands(talk: Talk, event: Event) -> None:
    """Another shop is acted for from now on, or a first one: what was half done for the one before, or on the way to a
    membership of one's own, has no place there. What was sent is kept."""
    leaves: tuple[str, ...]
    match event:
        case ShopSwitched():
            leaves = (*OF_ONE_SHOP, "leaving")
        case ShopLeft():
            leaves = (*OF_ONE_SHOP, "shops")
        case _:
            leaves = ("enrol", "details", "leaving")
    talk.frames = [frame for frame in talk.frames if frame.flow not in leaves or keeper(frame.state)]


def found_again(talk: Talk) -> None:
    """What was kept until its sender had an account is claimed: they have one, however they came by it."""
    talk.frames = list(still_open(tuple(talk.frames), talk.known))
    if talk.known.enrolled and talk.frames and waits_for_membership(talk.frames[-1].state):
        talk.resume()


def still_open(frames: tuple[Frame, ...], known: Known) -> tuple[Frame, ...]:
    """Without what its person has no use for, or no right to, any more: an enrolment's questions where they became an owner
    elsewhere, an owner's where they are one no longer. A flow that is not named is the owner's."""
    if known.enrolled and known.acts == "owner":
        return tuple(frame for frame in frames if frame.flow != "enrol" or is_enrolling(frame.state))
    allowed = HELPERS_FLOWS if known.enrolled else STRANGERS_FLOWS
    return tuple(frame for frame in frames if frame.flow in allowed or keeper(frame.state))


def end(talk: Talk) -> None:
    """End the frame that has the floor, whatever it was about."""
    top = talk.frames.pop()
    talk.push(top.flow, Done())


def _kept(talk: Talk, flow: str, start: str) -> int:
    """Where a stranger's codes and bills are kept: beneath the enrolment and above the details, so that they are
    credited as soon as their owner is a member and before anything else is asked."""
    kept = talk.find(flow)
    if kept is None:
        kept = talk.find("enrol")
        kept = len(talk.frames) if kept is None else kept
        talk.push(flow, STARTS[start](talk.known), at=kept)
    return kept
