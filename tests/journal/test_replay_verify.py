"""All journals recomputed: nothing drifts today, every kind of drift is named, nothing that is gone makes it stumble."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.replay_verify import verify
from flows.effects import Say
from flows.entry import Turned, converse
from flows.kernel import FlowBroken
from journal import drift, replay_stream
from journal.record import place
from tests.house import RAMESH, SUNITA, Home
from tests.journal.test_record import talk
from tests.journal.test_replay import tampered


@pytest.fixture
def talked(at_home: Home) -> Home:
    talk(at_home)
    at_home.write("hi", SUNITA)
    return at_home


def kinds(home: Home, **given: Any) -> set[str]:
    return {where.what for where in verify(home.house, **given).drifts}


def test_nothing_drifts_and_everything_is_counted(talked: Home) -> None:
    tally = verify(talked.house)
    assert tally.drifts == {} and tally.gone == {}
    assert (tally.conversations, tally.turns) == (2, talked.count("SELECT count(*) FROM journal"))
    assert tally.entries > tally.turns


def test_one_conversation_only(talked: Home) -> None:
    assert verify(talked.house, talked.conversation(SUNITA).id).turns == 1
    assert verify(talked.house, "cnv_nobody").turns == 0


def test_two_processes_say_the_same(talked: Home) -> None:
    assert verify(talked.house, jobs=2).turns == verify(talked.house).turns


def test_a_long_conversation_is_shared_out_and_its_joints_are_held_together(
    talked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = verify(talked.house)
    monkeypatch.setattr(replay_stream, "SHARE", 7)
    parts = verify(talked.house)
    assert (parts.turns, parts.conversations, parts.drifts) == (whole.turns, whole.conversations, {})


def changed(monkeypatch: pytest.MonkeyPatch, change: Callable[[Turned], Turned]) -> None:
    monkeypatch.setattr(drift, "converse", lambda *given: change(converse(*given)))


def test_other_words_are_named_by_their_keys(talked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(turned: Turned) -> Turned:
        effects = [Say("menu.again") if isinstance(e, Say) and e.key == "menu.main" else e for e in turned.effects]
        return replace(turned, effects=tuple(effects))

    changed(monkeypatch, other)
    tally = verify(talked.house)
    assert {(where.what, where.then, where.now) for where in tally.drifts} == {("words", "menu.main", "menu.again")}
    where = next(iter(tally.first))
    assert tally.first[where].conversation_id == talked.conversation().id and tally.drifts[where] >= 1


def test_other_values_in_the_same_words_are_named_by_their_fields_and_not_told(
    talked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(turned: Turned) -> Turned:
        return replace(turned, effects=tuple(
            replace(e, values={**e.values, "available": 1}) if isinstance(e, Say) and "available" in e.values else e
            for e in turned.effects
        ))  # fmt: skip

    changed(monkeypatch, other)
    found = verify(talked.house).drifts
    assert {(where.what, where.now) for where in found} == {("values", "Say.values.available")}


def test_other_states_and_effects_are_named(talked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, lambda turned: replace(turned, session=replace(turned.session, frames=())))
    assert "states" in kinds(talked)
    changed(monkeypatch, lambda turned: replace(turned, effects=tuple(e for e in turned.effects if isinstance(e, Say))))
    assert kinds(talked) == {"effects"}


def test_a_flow_that_breaks_its_declaration_is_named(talked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> Turned:
        raise FlowBroken("redeem: A -> B is not declared")

    monkeypatch.setattr(drift, "converse", broken)
    found = verify(talked.house).drifts
    assert {where.what for where in found} == {"broken"}
    assert "is not declared" in next(iter(found)).now


def rewritten(home: Home, turn: int, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """As if that turn had been written otherwise, by an older version or by somebody else."""
    (row,) = home.rows(
        """SELECT j.conversation_id, j.sealed, c.id AS contact, c.data_key FROM journal j
           JOIN conversations v ON v.id = j.conversation_id JOIN contacts c ON c.id = v.contact_id
           WHERE c.address = :who AND j.turn = :turn""", who=RAMESH, turn=turn,
    )  # fmt: skip
    sealer = home.house.keyring.unwrap(row.data_key, row.contact)
    where = place(row.conversation_id, turn)
    raw = json.loads(zlib.decompress(sealer.open(row.sealed, where)))
    change(raw)
    sealed = sealer.seal(zlib.compress(json.dumps(raw).encode()), where)
    which = f"conversation_id = '{row.conversation_id}' AND turn = {turn}"
    tampered(home, f"UPDATE journal SET sealed = '\\x{sealed.hex()}' WHERE {which}")


def test_a_kind_that_nobody_knows_any_more_is_refused_by_name(talked: Home) -> None:
    rewritten(talked, 3, lambda raw: raw[0]["event"].update({"$": "Telegraphed"}))
    found = verify(talked.house).drifts
    assert {(where.what, where.now) for where in found} == {("refused", "nobody knows the kind 'Telegraphed'")}


def test_a_version_of_the_future_or_without_an_upcast_is_refused_by_name(talked: Home) -> None:
    turns = [row.turn for row in talked.rows("SELECT turn FROM journal WHERE state_before = 'AskRole' ORDER BY turn")]

    def older(raw: list[dict[str, Any]]) -> None:
        raw[0]["before"]["frames"][-1]["version"] = 99

    rewritten(talked, turns[0], older)
    (where,) = [where for where in verify(talked.house).drifts if where.what == "refused"]
    assert (where.flow, where.version, where.state) == ("enrol", 99, "AskRole")
    assert where.now == "nobody knows version 99 of the flow 'enrol'"


def test_a_missing_turn_and_a_changed_beginning_are_named(talked: Home) -> None:
    tampered(talked, "DELETE FROM journal WHERE turn = 9")
    rewritten(talked, 12, lambda raw: raw[0]["before"].update({"misses": 2}))
    found = verify(talked.house)
    assert {"turn", "before"} <= {where.what for where in found.drifts}
    gap = next(place for where, place in found.first.items() if where.what == "turn")
    assert gap.turn == 10


def test_a_conversation_that_stands_elsewhere_is_named(talked: Home) -> None:
    other = talked.rows("SELECT session FROM conversations WHERE id = :id", id=talked.conversation().id)[0].session
    talked.write("redeem")
    talked.change("UPDATE conversations SET session = :old WHERE id = :id", old=other, id=talked.conversation().id)
    assert kinds(talked) == {"session"}


def test_what_is_gone_is_counted_and_no_drift(talked: Home) -> None:
    talked.change("UPDATE contacts SET data_key = NULL WHERE address = :who", who=SUNITA)
    tampered(talked, "UPDATE journal SET sealed = '' WHERE turn <= 5")
    tally = verify(talked.house)
    assert tally.drifts == {}
    assert tally.gone == {"erased": 1, "forgotten": 5}


def test_a_row_sealed_with_another_key_is_unreadable_and_no_trace(talked: Home) -> None:
    tampered(talked, "UPDATE journal SET sealed = 'x' WHERE turn = 4")
    tally = verify(talked.house)
    assert [where.what for where in tally.drifts] == ["unreadable"] and tally.gone == {"unreadable": 1}
