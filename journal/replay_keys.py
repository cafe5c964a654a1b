"""Which rows a turn has left behind, by the keys that its effects and its events name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.codec import to_json
from flows.effects import ClaimCodes, ReadPhotos, RequestRedemption, Say
from flows.kernel import Effect
from journal.record import Entry

PARTS_MAX = 4  # a long text leaves as several messages; none of ours has more
PAYOUT_EVENTS = ("PayoutPaid", "PayoutFailed", "PayoutReversed")
FOLLOWS = ("read_paper", "draw_photo")  # kinds of tasks that follow on one


@dataclass(slots=True)
class Keys:
    """`claims`, `payouts`: ids of those that were credited or settled here. `codes`: coupons that were credited."""

    outbox: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    payouts: list[str] = field(default_factory=list)
    postings: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


def effect_keys(event_key: str, entries: Sequence[Entry]) -> list[tuple[str, Effect]]:
    """Each effect of the turn with its key, in order."""
    effects = [effect for entry in entries for effect in entry.effects]
    return [(f"{event_key}/{number}", effect) for number, effect in enumerate(effects)]


def keys_of(event_key: str, entries: Sequence[Entry]) -> Keys:
    """The keys of everything the turn may have left behind; most of them name nothing."""
    found = Keys()
    for key, effect in effect_keys(event_key, entries):
        found.postings.append(key)
        if isinstance(effect, Say):
            found.outbox += [key, *(f"{key}/{part}" for part in range(1, PARTS_MAX + 1))]
            continue
        if isinstance(effect, RequestRedemption):
            found.payouts.append(key)
        if not isinstance(effect, ClaimCodes):
            photos = effect.photos if isinstance(effect, ReadPhotos) else ()
            firsts = [key, f"{key}/read", *(f"{key}/{photo}" for photo in range(len(photos)))]
            firsts += [f"{key}/{bill}/read" for bill in range(len(getattr(effect, "bills", ())))]
            found.tasks += [*firsts, *(f"{first}/{kind}" for first in firsts for kind in FOLLOWS)]
    for entry in entries:
        _of_event(found, type(entry.event).__name__, to_json(entry.event))
    return found


def _of_event(found: Keys, name: str, event: dict[str, Any]) -> None:
    if name in PAYOUT_EVENTS:
        found.settled.append(str(event["payout"]))
    if name in ("ClaimApproved", "ClaimReversed"):
        found.postings.append(f"invoice/{event['claim']}" + ("/reversed" if name == "ClaimReversed" else ""))
    for result in results(event):
        if result.get("outcome") == "credited":
            if result.get("code"):
                found.codes.append(str(result["code"]))
            if result.get("claim"):
                found.postings.append(f"invoice/{result['claim']}")


def results(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What came of each code or bill, wherever in the event it stands."""
    for each in event.values():
        if isinstance(each, list):
            yield from (one for one in each if isinstance(one, dict))
