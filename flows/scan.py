"""From a picture or a typed code to points. A stranger's codes are kept until they are a member; nothing is reserved.

Every state takes every picture and code, so that one that arrives while another is being read is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.bill_events import InvoiceRead
from flows.effects import ClaimCodes, DrawPhoto, ReadPhotos, Say
from flows.events import CodesClaimed, CodesTyped, Commanded, PhotoRead, PhotoSent, Resumed, asks_again
from flows.kernel import Done, Effect, Event, Flow, State, Step, node
from flows.scan_words import about_claimed, about_photo


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
    codes: tuple[str, ...] = ()  # written below them: claimed together with what the last one shows


@dataclass(frozen=True, slots=True)
class Claiming(State):
    photos: tuple[str, ...]  # still being read
    claims: int  # how many answers of the till are outstanding
    codes: tuple[str, ...] = ()  # as of AwaitPhotos


def kept(state: Kept, event: Event) -> Step:
    match event:
        case CodesTyped(codes):
            return Step(Kept(_united(state.codes, codes), state.photos), (Say("scan.kept"),))
        case PhotoSent(photos, _, codes):
            both = Kept(_united(state.codes, codes), _united(state.photos, photos))
            return Step(both, (ReadPhotos(photos), Say("scan.kept")))
        case PhotoRead(photo, codes):
            sorry = () if codes else (about_photo(event),)
            return Step(Kept(_united(state.codes, codes), _without(state.photos, photo)), sorry)
        case InvoiceRead(_, photo):
            return Step(Kept(state.codes, _without(state.photos, photo)))
        case Resumed(known) if known.enrolled:
            return _claim(state.codes, state.photos) if state.codes else _await(state.photos, _checking(state.photos))
        case _:
            return Step(state, (), asks_again(event))


def ask_photo(state: AskPhoto, event: Event) -> Step:
    match event:
        case CodesTyped() | PhotoSent() | PhotoRead() | InvoiceRead():
            return _take(AwaitPhotos(()), event)
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (Say("scan.ask"),), asks_again(event))


def await_photos(state: AwaitPhotos, event: Event) -> Step:
    match event:
        case CodesTyped() | PhotoSent() | PhotoRead() | InvoiceRead():
            return _take(state, event)
        case _:
            return Step(state, (Say("scan.checking"),), asks_again(event))


def claiming(state: Claiming, event: Event) -> Step:
    match event:
        case CodesClaimed(_, _):
            return _leave(replace(state, claims=state.claims - 1), *about_claimed(event))
        case CodesTyped() | PhotoSent() | PhotoRead() | InvoiceRead():
            return _take(state, event)
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _take(state: AwaitPhotos | Claiming, event: CodesTyped | PhotoSent | PhotoRead | InvoiceRead) -> Step:
    match event:
        case CodesTyped(codes):
            return _claim(codes, state.photos, _claims(state), state.codes)
        case PhotoSent(new, _, codes):
            both = replace(state, photos=_united(state.photos, new), codes=_united(state.codes, codes))
            return _leave(both, ReadPhotos(new), Say("scan.checking"))
        case PhotoRead(photo, codes):
            return _was_read(state, photo, codes, about_photo(event))
        case InvoiceRead(_, photo):  # a bill, which the invoice flow takes up
            return _was_read(state, photo, ())


def _was_read(state: AwaitPhotos | Claiming, photo: str, found: tuple[str, ...], *sorry: Effect) -> Step:
    """Claim what the picture shows; with the last one also what was written below, unless it showed that very code."""
    photos = _without(state.photos, photo)
    codes = found if photos else _united(state.codes, found)
    waiting = tuple(code for code in state.codes if code not in codes) if photos else ()
    if codes:
        step = _claim(codes, photos, _claims(state), waiting, shown=codes == found)
        return replace(step, effects=(*step.effects, DrawPhoto(photo))) if len(found) > 1 else step
    return _leave(replace(state, photos=photos, codes=waiting), *sorry)


def _claims(state: AwaitPhotos | Claiming) -> int:
    return state.claims if isinstance(state, Claiming) else 0


def _claim(
    codes: tuple[str, ...], photos: tuple[str, ...], claims: int = 0, waiting: tuple[str, ...] = (), *, shown: bool = False
) -> Step:
    return Step(Claiming(photos, claims + 1, waiting), (ClaimCodes(codes, shown),))


def _leave(state: AwaitPhotos | Claiming, *effects: Effect) -> Step:
    if _claims(state) > 0:
        return Step(state, effects)
    return _await(state.photos, effects, state.codes)


def _await(photos: tuple[str, ...], effects: tuple[Effect, ...], codes: tuple[str, ...] = ()) -> Step:
    return Step(AwaitPhotos(photos, codes) if photos else Done(), effects)


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
                hears={PhotoRead, InvoiceRead},
            ),
            node(
                AskPhoto,
                ask_photo,
                goes_to={AwaitPhotos, Claiming, Done},
                may_emit={Say, ReadPhotos, ClaimCodes, DrawPhoto},
                hears={PhotoRead, InvoiceRead},
            ),
            node(
                AwaitPhotos,
                await_photos,
                goes_to={Claiming, Done},
                may_emit={Say, ReadPhotos, ClaimCodes, DrawPhoto},
                hears={PhotoRead, InvoiceRead},
            ),
            node(
                Claiming,
                claiming,
                goes_to={AwaitPhotos, Done},
                may_emit={Say, ReadPhotos, ClaimCodes, DrawPhoto},
                hears={PhotoRead, CodesClaimed, InvoiceRead},
            ),
        ]
    ),
)
