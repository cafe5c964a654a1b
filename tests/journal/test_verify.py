"""A journal verifies as it was written, and every kind of tampering or drift in the flows is named where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import Say
from flows.entry import converse
from flows.kernel import FlowBroken
from flows.session import Asked, Session
from journal import stored, verify
from journal.record import Entry
from journal.verify import Deviation, recomputed
from tests.house import RAMESH, Home
from tests.journal.test_record import talk

Turns = list[tuple[int, list[Entry]]]


@pytest.fixture
def told(at_home: Home) -> stored.Stored:
    talk(at_home)
    with at_home.house.engine.connect() as conn:
        found = stored.conversation(conn, at_home.house.keyring, at_home.conversation(RAMESH).id)
    assert found is not None and len(found.turns) > 30
    return found


def test_a_long_conversation_verifies_to_its_last_word(told: stored.Stored) -> None:
    assert recomputed(told.turns, told.session) == []


def test_a_missing_turn_is_named_and_so_is_the_gap_in_the_session(told: stored.Stored) -> None:
    without = told.turns[:4] + told.turns[5:]
    assert Deviation(6, 0, "turn") in recomputed(without, told.session)


def test_a_last_turn_cut_off_leaves_the_session_elsewhere(told: stored.Stored) -> None:
    assert {each.what for each in recomputed(told.turns[:5], told.session)} == {"session"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"effects": (Say("menu.main"), Say("menu.main"))}, {"effects"}),
        ({"after": Session(asked=Asked("menu.again"), misses=2)}, {"after", "before"}),
        ({"before": Session(misses=2)}, {"before"}),
    ],
)
def test_a_changed_entry_is_named_at_its_place(told: stored.Stored, change: dict[str, object], what: set[str]) -> None:
    turns: Turns = [*told.turns]
    number, entries = turns[2]
    turns[2] = (number, [replace(entries[0], **change), *entries[1:]])
    found = recomputed(turns, told.session)
    assert what <= {each.what for each in found}
    assert {each.turn for each in found} <= {number, number + 1}


def test_flows_that_answer_otherwise_today_are_seen(told: stored.Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "converse", lambda *given: replace(converse(*given), effects=()))
    assert {each.what for each in recomputed(told.turns, told.session)} == {"effects"}


def test_a_flow_that_breaks_its_declaration_is_a_deviation_and_no_crash(
    told: stored.Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise FlowBroken("not declared")

    monkeypatch.setattr(verify, "converse", breaks)
    assert {each.what for each in recomputed(told.turns)} == {"broken"}


def test_nobody_is_no_conversation(at_home: Home) -> None:
    with at_home.house.engine.connect() as conn:
        assert stored.conversation(conn, at_home.house.keyring, "cnv_nobody") is None


def test_an_erased_person_has_none_either(at_home: Home) -> None:
    talk(at_home)
    conversation = at_home.conversation(RAMESH).id
    at_home.change("UPDATE contacts SET data_key = NULL")
    with at_home.house.engine.connect() as conn:
        assert stored.conversation(conn, at_home.house.keyring, conversation) is None
