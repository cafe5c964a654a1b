"""The past that the replay's bench loads is one that the service could have written."""

from __future__ import annotations

from bot import replay_reads
from bot.bench.replay_load import load, phone, template
from bot.replay_verify import verify
from journal.replay import Window
from tests.house import Home


def test_copies_of_a_lived_conversation_are_read_and_drift_nowhere(at_home: Home) -> None:
    house = at_home.house
    longest = load(house, template(house), 5, 8, 60, house.settings.database_url)
    tally = verify(house)
    assert (tally.drifts, tally.conversations) == ({}, 7)  # the five, the long one, the one that was lived
    with house.engine.connect() as conn:
        for who, turns in ((phone(3), 8), (longest, 60)):
            found = replay_reads.find(house, conn, who, [f"whatsapp:{who}"])
            assert found is not None and found.turns == turns
            read = replay_reads.turns(house, conn, found, Window(5))
            assert len(read) == 5 and all(turn.told and turn.told[0].message for turn in read)
