"""JSON of the conversation: everything survives it, old examples stay readable, nonsense is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from flows import codec
from flows.codec import MODULES, Unreadable, from_json, kinds, session_from_json, session_to_json, to_json
from flows.effects import CheckDestination, RequestRedemption
from flows.flowbook import BOOK
from flows.kernel import Flow
from flows.redeem_events import (
    Destination,
    DestinationAccepted,
    DestinationRefused,
    RedeemTermsRead,
    RedemptionRequested,
)
from flows.redeem_states import AskPoints, Terms
from flows.session import Asked, Frame, Session
from tests.flows.strategies import EFFECT_KINDS, EVENT_KINDS, STATE_KINDS, instances

FROZEN = {
    f"{name} of {page.stem}": example
    for page in sorted(Path(__file__).parent.glob("frozen_*.json"))
    for name, example in json.loads(page.read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize("kind", (*STATE_KINDS, *EVENT_KINDS), ids=lambda kind: kind.__name__)
def test_every_value_survives(kind: type) -> None:
    @settings(max_examples=25, deadline=None)
    @given(instances(kind))
    def law(value) -> None:
        assert from_json(json.loads(json.dumps(to_json(value)))) == value

    law()


def test_names_are_unique_over_all_flows() -> None:
    found = {}
    for module in MODULES:
        for name, kind in vars(module).items():
            if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__"):
                assert found.setdefault(name, kind) is kind, name
    assert set(found) == set(kinds())
    assert set(STATE_KINDS) | set(EVENT_KINDS) | set(EFFECT_KINDS) <= set(found.values())


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_what_was_stored_by_the_first_version_is_still_read(name: str) -> None:
    """Never edit the frozen examples: they are what lies in the database. Add an upcast instead."""
    stored, meant = FROZEN[name]["stored"], FROZEN[name]["meant"]
    assert repr(session_from_json(stored)) == meant


@pytest.mark.parametrize(("stored", "meant"), [
    ({"$": "VpaAccepted", "token": "t", "masked": "ra•••@ok"}, DestinationAccepted("t", "ra•••@ok")),
    ({"$": "VpaRefused"}, DestinationRefused()),
    ({"$": "CheckVpa", "token": "t"}, CheckDestination("t")),
    ({"$": "RequestRedemption", "points": 5, "token": "t"}, RequestRedemption(5, "t")),
    ({"$": "RedeemTermsRead", "available": 9, "least": 1, "most": 9, "paise_per_point": 100, "vpa": None},
     RedeemTermsRead(9, 1, 9, 100)),
    ({"$": "RedeemTermsRead", "available": 9, "least": 1, "most": 9, "paise_per_point": 100,
      "vpa": {"$": "SavedVpa", "token": "t", "masked": "ra•••@ok"}},
     RedeemTermsRead(9, 1, 9, 100, (Destination("t", "ra•••@ok"),))),
    ({"$": "RedemptionRequested", "payout": "p", "points": 5, "amount_paise": 500, "masked": "m", "available": 4},
     RedemptionRequested("p", 5, 500, "m", 4)),
])  # fmt: skip
def test_what_an_older_journal_holds_is_read_as_what_took_its_place(stored: dict, meant: object) -> None:
    assert from_json(stored) == meant


def test_every_state_has_a_frozen_example() -> None:
    frozen = {frame["state"]["$"] for each in FROZEN.values() for frame in each["stored"]["frames"]}
    # the examples of an earlier version are of states that have become others since
    assert {state.__name__ for flow in BOOK.values() for state in flow.nodes} <= frozen


def test_an_older_frame_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = Flow("redeem", version=3, nodes=BOOK["redeem"].nodes)
    monkeypatch.setattr(codec, "BOOK", {**BOOK, "redeem": newer})
    upcasts = {
        ("redeem", 1): lambda raw: {**raw, "$": "AskPoints"},
        ("redeem", 2): lambda raw: {"$": raw["$"], "terms": {**raw["limits"], "$": "Terms"}},
    }
    monkeypatch.setattr(codec, "UPCASTS", upcasts)
    old = {"$": "HowMany", "limits": {"least": 1, "most": 9, "paise_per_point": 100}}
    frame = from_json({"$": "Frame", "flow": "redeem", "version": 1, "state": old})
    assert frame == Frame("redeem", 3, AskPoints(Terms(1, 9, 100)))


@pytest.mark.parametrize(
    "raw",
    [
        {"$": "NoSuchThing"},
        {"$": "AskShop"},
        {"$": "AskShop", "mobile_known": True, "colour": "red"},
        {"$": "Frame", "flow": "redeem", "version": 99, "state": {"$": "ReadingTerms"}},
        {"$": "Frame", "flow": "redeem", "version": 0, "state": {"$": "ReadingTerms"}},
        {"$": "Frame", "flow": "gone", "version": 1, "state": {"$": "ReadingTerms"}},
    ],
)
def test_what_nobody_knows_is_refused(raw: dict) -> None:
    with pytest.raises(Unreadable):
        from_json(raw)


def test_a_new_conversation_has_an_empty_session() -> None:
    assert session_from_json(None) == Session()
    asked = Session((), Asked("menu.main", {"a": 1}), 2)
    assert session_from_json(json.loads(json.dumps(session_to_json(asked)))) == asked
    with pytest.raises(Unreadable):
        session_from_json({"$": "AskPhoto"})
    with pytest.raises(Unreadable):
        to_json(object())
