"""Laws of every flow and of the whole conversation, over any events in any order."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows import events as ev
from flows.codec import from_json, session_from_json, session_to_json, to_json
from flows.effects import Say
from flows.entry import MEMBER, asked_secret, converse
from flows.flowbook import BOOK, NEWS, keeper
from flows.helpers_events import ShopSwitched
from flows.kernel import step
from flows.session import FRAMES_MAX, Known, Session
from tests.effort import CONVERSATIONS, EVENTS_OF_A_STATE
from tests.flows.said import check
from tests.flows.strategies import STATE_KINDS, events, from_outside, instances, known

QUICK = settings(max_examples=EVENTS_OF_A_STATE, deadline=None, suppress_health_check=list(HealthCheck))
STOPS = ["STOP", "stop", "बंद करो", "Band karo!", "unsubscribe", "स्टॉप"]
FLOW_OF = {state: flow for flow in (*BOOK.values(), NEWS) for state in flow.nodes}


def through_json(value: object) -> object:
    return from_json(json.loads(json.dumps(to_json(value))))


@pytest.mark.parametrize("kind", STATE_KINDS, ids=lambda kind: kind.__name__)
def test_any_event_in_any_state_is_answered_as_declared_and_the_same_way_twice(kind: type) -> None:
    @QUICK
    @given(instances(kind), events)
    def law(state, event) -> None:
        first = step(FLOW_OF[kind], state, event)
        assert step(FLOW_OF[kind], through_json(state), through_json(event)) == first
        assert through_json(first.state) == first.state
        assert through_json(first.effects) == first.effects
        for effect in first.effects:
            check(effect)
        if not first.understood:
            assert first.state == state, "what was not understood changes nothing"

    law()


@settings(max_examples=CONVERSATIONS, deadline=None, suppress_health_check=list(HealthCheck))
@given(known, st.lists(from_outside, min_size=1, max_size=25))
@example(Known("en"), [ev.DocumentSent(("doc_1",)), ShopSwitched("owner", "Ramesh", "retailer"), ev.Commanded("")])
@example(Known("en"), [ev.CodesTyped(("A2BC-D3EF-G4HJ-K5LM",)), ev.Enrolled("", "retailer"), ev.Said("a c")])
@example(Known("en"), [ev.CodesTyped(()), ev.Enrolled("", "electrician"), ev.Said("a c")])
def test_any_conversation_holds(person: Known, happenings: list) -> None:
    session = Session()
    for event in happenings:
        turned = converse(session, person, event)
        stored = session_from_json(json.loads(json.dumps(session_to_json(session))))
        assert converse(stored, person, through_json(event)) == turned
        for effect in turned.effects:
            check(effect)
        kept_before = _kept(session)
        session, person = turned.session, turned.known
        assert session_from_json(json.loads(json.dumps(session_to_json(session)))) == session
        assert len(session.frames) <= FRAMES_MAX
        assert len({frame.flow for frame in session.frames}) == len(session.frames), "one frame per flow"
        assert len(turned.effects) <= 12, "a turn is short"
        if isinstance(event, MEMBER):
            assert turned.effects, "nobody is met with silence"
            assert kept_before <= _kept(session) | _claimed(turned.effects), "nothing kept is lost"
        asked_secret(session)


@QUICK
@given(known, st.lists(from_outside, max_size=10), st.sampled_from(STOPS))
def test_stop_is_understood_anywhere(person: Known, before: list, word: str) -> None:
    session = Session()
    for event in before:
        turned = converse(session, person, event)
        session, person = turned.session, turned.known
    stopped = converse(session, person, ev.Said(word))
    assert stopped.heard == ev.Commanded("stop")
    assert stopped.known.stopped
    assert [effect.key for effect in stopped.effects if isinstance(effect, Say)] == ["stop.done"]
    assert stopped.session.frames == session.frames, "and changes nothing else"


@QUICK
@given(known, st.lists(st.one_of(instances(ev.Said), instances(ev.Tapped)), max_size=40))
def test_help_comes_after_three_misunderstandings_and_never_later(person: Known, said: list) -> None:
    session, run = Session(), 0
    for event in said:
        turned = converse(session, person, event)
        helped = any(isinstance(e, Say) and e.key.startswith("help.stuck") for e in turned.effects)
        run = session.misses
        assert not helped or (run == 2 and turned.session.misses == 0)
        assert turned.session.misses in (0, run + 1)
        assert turned.session.misses < 3
        session, person = turned.session, turned.known


def _kept(session: Session) -> set[str]:
    states = [frame.state for frame in session.frames if keeper(frame.state)]
    held = ("codes", "photos", "bills")
    return {each for state in states for name in held for each in getattr(state, name, ())}


def _claimed(effects: tuple) -> set[str]:
    taken = {"ClaimCodes": "codes", "DecideClaims": "bills"}
    return {each for e in effects if (name := taken.get(type(e).__name__)) for each in getattr(e, name)}
