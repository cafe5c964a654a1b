"""`./saathi replay show`: what campaigns told between the turns, and what comes while somebody looks on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot import replay_reads
from bot.cli import replay
from journal.replay import Turn, Window, with_broadcasts
from journal.replay_rows import Told
from tests.cli.lived import Lived, lived
from tests.house import RAMESH
from tests.servers import Database
from whatsapp import outbox
from whatsapp.outbound import Message

PHONE = "+919812345678"


@pytest.fixture
def living(database: Database) -> Iterator[Lived]:
    with lived(database.url) as line:
        yield line


def broadcast(living: Lived, talk: Any, number: int, words: str, at: datetime) -> None:
    """What a campaign tells them; put once, however often."""
    row = outbox.Row(
        f"campaign/diwali{number}/mbr_x", talk.id, talk.sender_id, talk.contact_id, "campaign",
        Message("campaign/diwali/a", "en", words), not_before=at, created_at=at,
    )  # fmt: skip
    with living.house.engine.begin() as conn:
        key = conn.execute(text("SELECT data_key FROM contacts WHERE id = :id"), {"id": talk.contact_id}).scalar_one()
        outbox.put(conn, living.house.keyring.unwrap(key, talk.contact_id), [row])


def test_what_a_campaign_told_them_stands_between_the_turns(living: Lived) -> None:
    home = living.home
    talk = home.conversation()
    at = home.rows("SELECT at FROM journal WHERE conversation_id = :id AND turn = 3", id=talk.id)[0].at
    same = home.count("SELECT max(turn) FROM journal WHERE conversation_id = :id AND at = :at", id=talk.id, at=at)
    for number, words in ((3, "Wires count double"), (99, "The last day")):
        broadcast(living, talk, number, words, at if number == 3 else home.at)
    page = living.data("replay", "show", PHONE, "--last", 1_000)
    told = {turn["turn"]: [one["text_key"] for one in turn["told"] if one["lane"] == "campaign"] for turn in page["turns"]}
    assert {turn: keys for turn, keys in told.items() if keys} == {turn: ["campaign/diwali/a"] for turn in (same, max(told))}
    assert "Wires count double" in living("replay", "show", PHONE, "--last", 1_000).stdout
    early = living.data("replay", "show", PHONE, "--last", 1)
    assert [one["lane"] for one in early["turns"][-1]["told"]][-1] == "campaign"
    assert living.data("replay", "verify", PHONE)["drifts"] == []  # which tells only what the flows told


def test_what_comes_is_followed_once_each(living: Lived) -> None:
    house = living.house
    with house.engine.connect() as conn:
        found = replay_reads.find(house, conn, "", [RAMESH])
    assert found is not None
    rounds = iter(["points", "menu", "help"])

    def wait() -> bool:
        words = next(rounds, None)
        if words:
            living.home.write(words)
        return words is not None

    heard = [turn.turn for turn in replay_reads.follow(house, found, found.turns, wait)]
    assert heard == [found.turns + 1, found.turns + 2, found.turns + 3]


def test_what_a_campaign_tells_meanwhile_is_followed_too_once_and_in_its_place(living: Lived) -> None:
    house, talk = living.house, living.home.conversation()
    with house.engine.connect() as conn:
        found = replay_reads.find(house, conn, "", [RAMESH])
        assert found is not None
        seen = with_broadcasts(conn, found, replay_reads.turns(house, conn, found, Window()))
    rounds = iter(["broadcast", "points", ""])

    def wait() -> bool:
        match next(rounds, None):
            case None:
                return False
            case "broadcast":
                broadcast(living, talk, 7, "Wires count double", living.home.at)
            case words if words:
                living.home.forward(seconds=5)
                living.home.write(words)
        return True

    came = list(replay_reads.follow(house, found, found.turns, wait, seen))
    (told, turn) = came
    assert isinstance(told, Told) and told.message is not None and told.message.body == "Wires count double"
    assert isinstance(turn, Turn) and turn.turn == found.turns + 1
    assert not [one for one in replay_reads.follow(house, found, found.turns + 1, lambda: False, [*seen, turn])
                if isinstance(one, Turn)]  # fmt: skip


def test_follow_prints_what_it_is_given(living: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    talk, rounds = living.home.conversation(), iter([True, False])

    def wait() -> bool:
        broadcast(living, talk, 8, "Wires count double", living.home.at)
        return next(rounds)

    monkeypatch.setattr(replay, "_until_interrupted", wait)
    printed = living("replay", "show", PHONE, "--follow").stdout
    assert printed.count("Wires count double") == 1 and "campaign/diwali8/mbr_x" in printed
