"""Months that were moved to the media store, replayed beside those that stayed."""

from __future__ import annotations

from bot import replay_reads, replay_verify
from journal import replay
from journal.replay import Window
from tests.bot.test_archive import lived, moved
from tests.house import Home

__all__ = ["lived"]  # the fixture


def test_a_conversation_is_replayed_over_the_months_that_were_moved_and_those_that_stayed(lived: Home) -> None:
    before, verified = replayed(lived), replay_verify.verify(lived.house)
    assert moved(lived) and [one.turn for one in before] == list(range(1, len(before) + 1))
    assert replayed(lived) == before
    assert [one.turn for one in replayed(lived, Window(last=2, until=3))] == [2, 3]
    assert [one.turn for one in replayed(lived, Window(until_at=before[-2].at))] == [one.turn for one in before[:-1]]
    again = replay_verify.verify(lived.house)
    assert (again.turns, again.entries, again.drifts) == (verified.turns, verified.entries, {}) and not again.gone
    lived.change("UPDATE journal_archives SET data_key = NULL")
    assert [one.gone for one in replayed(lived)] == ["forgotten"] * (len(before) - 1) + [""]
    forgotten = replay_verify.verify(lived.house)
    assert forgotten.turns == verified.turns and not forgotten.drifts and set(forgotten.gone) == {"forgotten"}


def replayed(made: Home, window: Window | None = None) -> list[replay.Turn]:
    with made.house.engine.connect() as conn:
        found = replay_reads.find(made.house, conn, made.conversation().id, ())
        assert found is not None
        return replay_reads.turns(made.house, conn, found, window or Window())
