"""A member's own data: what we hold, all of it as a file, and that it goes.

Deleting is explained with what would be lost, confirmed by a button and by a word that must be typed, and done only
after some days, in which it can be stopped. Whoever is no member yet may ask for both as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Say, Value
from flows.events import Begun, Commanded, Resumed, Said, Tapped, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.my_data_events import (
    DataFileAsked,
    DataFileRefused,
    ErasableRead,
    ErasureScheduled,
    ErasureStopped,
    MakeDataFile,
    MyDataRead,
    NoErasure,
    ReadErasable,
    ReadMyData,
    ScheduleErasure,
    StopErasure,
)
from flows.spelling import normalised

# The word that has to be typed: of any language, since people answer in the one they think in.
WORDS = frozenset(map(normalised, ("delete", "mitao", "mita do", "मिटाओ", "मिटा दो", "डिलीट")))


@dataclass(frozen=True, slots=True)
class ReadingMyData(State):
    pass


@dataclass(frozen=True, slots=True)
class AskMyData(State):
    held: MyDataRead


@dataclass(frozen=True, slots=True)
class AskingFile(State):
    pass


@dataclass(frozen=True, slots=True)
class ReadingErasable(State):
    pass


@dataclass(frozen=True, slots=True)
class AskErase(State):
    lost: ErasableRead


@dataclass(frozen=True, slots=True)
class TypeWord(State):
    pass


@dataclass(frozen=True, slots=True)
class SchedulingErasure(State):
    pass


@dataclass(frozen=True, slots=True)
class KeepingData(State):
    quiet: bool  # nobody has asked for it in so many words: where there is nothing to stop, the menu answers


def reading_my_data(state: ReadingMyData, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadMyData(),))
        case MyDataRead():
            return Step(AskMyData(event), (_held(event),))
        case _:
            return _wait(state, event)


def ask_my_data(state: AskMyData, event: Event) -> Step:
    match event:
        case Tapped("file"):
            return Step(AskingFile(), (MakeDataFile(),))
        case Tapped("no") | Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (_held(state.held),), asks_again(event))


def asking_file(state: AskingFile, event: Event) -> Step:
    match event:
        case DataFileAsked():
            return Step(Done(), (Say("my_data.file_asked"),))
        case DataFileRefused(next_at):
            return Step(Done(), (Say("my_data.file_refused", {"next_at": next_at}),))
        case _:
            return _wait(state, event)


def reading_erasable(state: ReadingErasable, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadErasable(),))
        case ErasableRead(pending_on=on) if on:
            return Step(Done(), (Say("my_data.pending", {"on": on}),))
        case ErasableRead():
            return Step(AskErase(event), (_lost(event),))
        case _:
            return _wait(state, event)


def ask_erase(state: AskErase, event: Event) -> Step:
    match event:
        case Tapped("erase"):
            return Step(TypeWord(), (Say("my_data.type_word"),))
        case Tapped("no") | Commanded("back"):
            return Step(Done(), (Say("my_data.not_erased"),))
        case _:
            return Step(state, (_lost(state.lost),), asks_again(event))


def type_word(state: TypeWord, event: Event) -> Step:
    match event:
        case Said(word) if normalised(word) in WORDS:
            return Step(SchedulingErasure(), (ScheduleErasure(),))
        case Tapped("no") | Commanded("back"):
            return Step(Done(), (Say("my_data.not_erased"),))
        case _:
            return Step(state, (Say("my_data.type_word"),), asks_again(event))


def scheduling_erasure(state: SchedulingErasure, event: Event) -> Step:
    match event:
        case ErasureScheduled(on):
            return Step(Done(), (Say("my_data.scheduled", {"on": on}),))
        case _:
            return _wait(state, event)


def keeping_data(state: KeepingData, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (StopErasure(),))
        case ErasureStopped():
            return Step(Done(), (Say("my_data.kept"),))
        case NoErasure():
            return Step(Done(), (Say("menu.main" if state.quiet else "my_data.nothing_to_stop"),))
        case _:
            return _wait(state, event)


def _wait(state: State, event: Event) -> Step:
    return Step(state, (Say("wait.moment"),), asks_again(event))


def _held(read: MyDataRead) -> Say:
    values: dict[str, Value] = {"messages": read.messages, "photos": read.photos}
    if not read.details:
        return Say("my_data.held_stranger", values)
    return Say("my_data.held", {**values, "points": read.points, "bills": read.bills, "payouts": read.payouts})


def _lost(read: ErasableRead) -> Say:
    """What is open is named: it has to be taken out first, or is given up."""
    if not read.points and not read.payouts and not read.bills:
        return Say("my_data.explain", {"days": read.days})
    values: dict[str, Value] = {"points": read.points, "worth_paise": read.worth_paise, "payouts": read.payouts}
    return Say("my_data.explain_open", {**values, "bills": read.bills, "days": read.days})


MY_DATA = Flow(
    "my_data",
    version=1,
    nodes=dict(
        [
            node(ReadingMyData, reading_my_data, goes_to={AskMyData}, may_emit={Say, ReadMyData}, hears={MyDataRead}),
            node(AskMyData, ask_my_data, goes_to={AskingFile, Done}, may_emit={Say, MakeDataFile}),
            node(AskingFile, asking_file, goes_to={Done}, may_emit={Say}, hears={DataFileAsked, DataFileRefused}),
            node(
                ReadingErasable, reading_erasable, goes_to={AskErase, Done}, may_emit={Say, ReadErasable},
                hears={ErasableRead},
            ),
            node(AskErase, ask_erase, goes_to={TypeWord, Done}, may_emit={Say}),
            node(TypeWord, type_word, goes_to={SchedulingErasure, Done}, may_emit={Say, ScheduleErasure}),
            node(SchedulingErasure, scheduling_erasure, goes_to={Done}, may_emit={Say}, hears={ErasureScheduled}),
            node(
                KeepingData, keeping_data, goes_to={Done}, may_emit={Say, StopErasure}, hears={ErasureStopped, NoErasure}
            ),
        ]
    ),
)  # fmt: skip
