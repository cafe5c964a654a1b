"""From a picture or a typed code to points. A stranger's codes are kept until they are a member; nothing is reserved.

Every state takes every picture and code, so that one that arrives while another is being read is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import ClaimCodes, ReadPhotos, Say
from flows.events import CodesClaimed, CodesTyped, Commanded, PhotoRead, PhotoSent, Resumed, asks_again
from flows.kernel import Done, Effect, Event, Flow, State, Step, node
from flows.scan_words import about_photo, about_results


@dataclass(frozen=True, slots=True)
class Kept(State):
    """A stranger's: claimed as soon as they are a member."""

    codes: tuple[str, ...]
    photos: tuple[str, ...]  # still being read


@dataclass(frozen=True, slots=True)
class AskPhoto(State):
    pass


@dataclass(frozen=True, slots=True)
class AwaitPhotos(State):
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claiming(State):
    photos: tuple[str, ...]  # still being read
    claims: int  # how many answers of the till are outstanding


def kept(state: Kept, event: Event) -> Step:
    match event:
        case CodesTyped(codes):
            return Step(Kept(_united(state.codes, codes), state.photos), (Say("scan.kept"),))
        case PhotoSent(photos):
            return Step(Kept(state.codes, _united(state.photos, photos)), (ReadPhotos(photos), Say("scan.kept")))
        case PhotoRead(photo, codes):
            sorry = () if codes else (about_photo(event),)
            return Step(Kept(_united(state.codes, codes), _without(state.photos, photo)), sorry)
        case Resumed(known) if known.enrolled:
            return _claim(state.codes, state.photos) if state.codes else _await(state.photos, _checking(state.photos))
        case _:
            return Step(state, (), asks_again(event))


def ask_photo(state: AskPhoto, event: Event) -> Step:
    match event:
        case CodesTyped() | PhotoSent() | PhotoRead():
            return _take((), 0, event)
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (Say("scan.ask"),), asks_again(event))


def await_photos(state: AwaitPhotos, event: Event) -> Step:
    match event:
        case CodesTyped() | PhotoSent() | PhotoRead():
            return _take(state.photos, 0, event)
        case _:
            return Step(state, (Say("scan.checking"),), asks_again(event))


def claiming(state: Claiming, event: Event) -> Step:
    match event:
        case CodesClaimed(_, _):
            return _leave(state.photos, state.claims - 1, about_results(event))
        case CodesTyped() | PhotoSent() | PhotoRead():
            return _take(state.photos, state.claims, event)
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _take(photos: tuple[str, ...], claims: int, event: CodesTyped | PhotoSent | PhotoRead) -> Step:
    match event:
        case CodesTyped(codes):
            return _claim(codes, photos, claims)
        case PhotoSent(new):
            return _leave(_united(photos, new), claims, ReadPhotos(new), Say("scan.checking"))
        case PhotoRead(photo, codes) if codes:
            return _claim(codes, _without(photos, photo), claims)
        case PhotoRead(photo, _):
            return _leave(_without(photos, photo), claims, about_photo(event))


def _claim(codes: tuple[str, ...], photos: tuple[str, ...], claims: int = 0) -> Step:
    return Step(Claiming(photos, claims + 1), (ClaimCodes(codes),))


def _leave(photos: tuple[str, ...], claims: int, *effects: Effect) -> Step:
    return Step(Claiming(photos, claims), effects) if claims > 0 else _await(photos, effects)


def _await(photos: tuple[str, ...], effects: tuple[Effect, ...]) -> Step:
    return Step(AwaitPhotos(photos) if photos else Done(), effects)


def _checking(photos: tuple[str, ...]) -> tuple[Effect, ...]:
    return (Say("scan.checking"),) if photos else ()


def _united(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(before + new))


def _without(photos: tuple[str, ...], read: str) -> tuple[str, ...]:
    return tuple(photo for photo in photos if photo != read)


SCAN = Flow(
    "scan",
    version=1,
    nodes=dict(
        [
            node(
                Kept,
                kept,
                goes_to={Claiming, AwaitPhotos, Done},
                may_emit={Say, ReadPhotos, ClaimCodes},
                hears={PhotoRead},
            ),
            node(
                AskPhoto,
                ask_photo,
                goes_to={AwaitPhotos, Claiming, Done},
                may_emit={Say, ReadPhotos, ClaimCodes},
                hears={PhotoRead},
            ),
            node(
                AwaitPhotos,
                await_photos,
                goes_to={Claiming, Done},
                may_emit={Say, ReadPhotos, ClaimCodes},
                hears={PhotoRead},
            ),
            node(
                Claiming,
                claiming,
                goes_to={AwaitPhotos, Done},
                may_emit={Say, ReadPhotos, ClaimCodes},
                hears={PhotoRead, CodesClaimed},
            ),
        ]
    ),
)
