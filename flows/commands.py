"""The words that mean the same everywhere: STOP and START, MENU, HELP, the languages, back, cancel, and the flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows import doors
from flows import events as ev
from flows.effects import RecordConsent, Say
from flows.flowbook import STARTS, keeper
from flows.settings import LANGUAGES
from flows.talk import Talk

TALKS_TO_STRANGERS = ("enrol", "settings", "my_data", "joining", "moving")
LEFT_BY_STRANGERS = ("settings", "my_data", "joining", "moving")  # an enrolment waits where it is
STARTED_BY_MEMBERS = (
    "scan", "bills", "balance", "redeem", "payouts", "tax", "pan", "kyc",
    "helpers", "add_helper", "handover", "shops", "leave_shop",
)  # fmt: skip
HELPERS_MAY = ("scan", "bills", "balance", "shops", "leave_shop")  # of these; what is not named here is the owner's alone
BUSY = {"shops": "shops.busy", "leave_shop": "leaving.busy"}  # what was sent is of the shop they act for
NOT_YET = {
    "menu": "enrol.before.menu",
    "scan": "enrol.before.scan",
    "bills": "enrol.before.scan",
    "balance": "enrol.before.balance",
    "redeem": "enrol.before.redeem",
    "payouts": "enrol.before.redeem",
    "tax": "enrol.before.redeem",
    "pan": "enrol.before.redeem",
    "kyc": "enrol.before.redeem",
}


def obey(talk: Talk, commanded: ev.Commanded) -> bool:
    """Do what the command says; False when nobody knows it."""
    command = commanded.command
    if command in ANYWHERE:
        ANYWHERE[command](talk)
    elif command in LANGUAGES:
        _choose_language(talk, command)
    elif not talk.known.enrolled and command != "back" and talk.floor() in ("joining", "moving"):
        return talk.give(-1, ev.Commanded(command))  # first the question that was put
    elif not talk.known.enrolled and (command in STARTED_BY_MEMBERS or talk.floor() not in TALKS_TO_STRANGERS):
        not_yet(talk, command)
    elif command in STARTED_BY_MEMBERS and (refusal := _not_for_them(talk, command)) is not None:
        talk.emit(refusal)
    elif command in STARTED_BY_MEMBERS:
        doors.start(talk, command, commanded.points)
    elif talk.frames:
        return talk.give(-1, ev.Commanded(command))
    else:
        menu(talk)
        return command == "back"  # back from nowhere is the menu; anything else is a word of an older version
    return True


def _not_for_them(talk: Talk, command: str) -> Say | None:
    """What a helper is told of the shop's money, an owner who would leave, and who is in the middle of sending something."""
    if talk.known.acts == "helper" and command not in HELPERS_MAY:
        return Say("helpers.owner_only")
    if command == "balance" and not talk.known.sees_balance:
        return Say("helpers.no_balance")
    if command == "leave_shop" and talk.known.acts == "owner":
        return Say("leaving.owner")
    if command in BUSY and any(keeper(frame.state) for frame in talk.frames):
        return Say(BUSY[command])
    return None


def menu(talk: Talk) -> None:
    if not talk.known.enrolled:
        not_yet(talk, "menu")
    else:
        talk.emit(Say("menu.resumable" if talk.frames else "menu.main"))


def not_yet(talk: Talk, command: str) -> None:
    """What a member could do now, said to someone who is becoming one, and the question that comes first."""
    if command in NOT_YET and talk.find("enrol") is not None:
        talk.emit(Say(NOT_YET[command]))
    doors.enrol(talk)


def _stop(talk: Talk) -> None:
    talk.emit(_consent(talk, "messages", False), Say("stop.done"))


def _start(talk: Talk) -> None:
    """START is also how many people say hello."""
    if not talk.known.stopped:
        _hello(talk)
        return
    talk.emit(_consent(talk, "messages", True), Say("start.done"))
    if not talk.known.enrolled:
        doors.enrol(talk)


def _stop_marketing(talk: Talk) -> None:
    talk.emit(_consent(talk, "marketing", False), Say("stop.marketing_done"))


def _start_marketing(talk: Talk) -> None:
    talk.emit(_consent(talk, "marketing", True), Say("start.marketing_done"))


def _help(talk: Talk) -> None:
    talk.emit(Say("help.member" if talk.known.enrolled else "help.stranger"))
    if talk.floor() == "enrol":
        talk.resume()


def _thanks(talk: Talk) -> None:
    if talk.known.enrolled or talk.frames:
        talk.emit(Say("thanks.welcome"))
    else:
        doors.enrol(talk)


def _hello(talk: Talk) -> None:
    if talk.frames:
        _resume(talk)
    else:
        menu(talk)


def _resume(talk: Talk) -> None:
    if not talk.known.enrolled and talk.floor() not in TALKS_TO_STRANGERS:
        doors.enrol(talk)
    elif talk.frames:
        talk.resume()
    else:
        menu(talk)


def _cancel(talk: Talk) -> None:
    """End what has the floor. An enrolment cannot be cancelled into nothing: it waits where it is."""
    if not talk.frames and talk.known.enrolled:
        doors.start(talk, "cancel")  # what may still be cancelled is that their data are to be erased
    elif not talk.frames or keeper(talk.frames[-1].state):
        menu(talk)
    elif not talk.known.enrolled and talk.floor() not in LEFT_BY_STRANGERS:
        talk.emit(Say("enrol.later"))
    else:
        doors.end(talk)
        talk.emit(Say("cancel.done"))


def _new_number(talk: Talk) -> None:
    """For whoever is not known under this number; a member's own account stays what it is."""
    if talk.known.enrolled and talk.known.acts == "owner":
        talk.emit(Say("moving.member"))
    else:
        doors.start(talk, "new_number")


def _own_shop(talk: Talk) -> None:
    """A helper may have an account of their own beside the shop's, though not a second one by asking twice."""
    if talk.known.enrolled and talk.known.acts == "owner":
        talk.emit(Say("enrol.already"))
    elif talk.known.owns:  # they have one, and act for another's just now
        obey(talk, ev.Commanded("shops"))
    else:
        doors.enrol(talk)


def _language(talk: Talk) -> None:
    doors.start(talk, "language")


def _my_data(talk: Talk) -> None:
    doors.start(talk, "my_data")


def _delete_data(talk: Talk) -> None:
    doors.start(talk, "delete_data")


def _keep_data(talk: Talk) -> None:
    doors.start(talk, "keep_data")


def _choose_language(talk: Talk, command: str) -> None:
    under_way = talk.find("settings")
    if under_way is None:
        talk.push("settings", STARTS["language"](talk.known))
    else:
        talk.lift(under_way)
    talk.give(-1, ev.Commanded(command))


def _consent(talk: Talk, kind: str, given: bool) -> RecordConsent:
    return RecordConsent(kind, given, "word", talk.known.locale)


ANYWHERE: Mapping[str, Callable[[Talk], None]] = {
    "stop": _stop,
    "start": _start,
    "stop_marketing": _stop_marketing,
    "start_marketing": _start_marketing,
    "help": _help,
    "thanks": _thanks,
    "menu": menu,
    "hello": _hello,
    "resume": _resume,
    "cancel": _cancel,
    "language": _language,
    "my_data": _my_data,
    "delete_data": _delete_data,
    "keep_data": _keep_data,
    "new_number": _new_number,
    "own_shop": _own_shop,
}
