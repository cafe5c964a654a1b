"""The crowd that the campaigns' bench loads is one that the service would write to, and what it counts is counted right."""

from __future__ import annotations

from collections import Counter

from bot import campaigns as planner
from bot.bench import campaign_people as crowd
from bot.bench.campaign import campaign
from bot.bench.campaign_counts import a_second, each_once, over, states
from campaigns import rows, send, waiting, words
from campaigns.rows import Row
from loyalty.programme_rows import published_ids
from tests.house import Home
from whatsapp.outbound import Message


def test_everybody_of_a_slice_gets_words_with_their_own_values(at_home: Home) -> None:
    house = at_home.house
    numbers = crowd.load(house, 7, {"600001": 2, "600003": 3}, house.settings.database_url)
    assert numbers == {"600001": range(2), "600003": range(2, 5)}
    row = _started(at_home, "replies")
    assert send.batch(planner.ports(house), row, 100).queued == 3
    assert states(house, waiting.prefix(row.id)) == {"queued": 3}
    told = [message for number in numbers["600003"] for message in _told(at_home, number)]
    assert [message.body.split(",")[0] for message in told] == [f"Namaste Load Tester {n}" for n in (2, 3, 4)]
    assert send.batch(planner.ports(house), _started(at_home, "plan"), 100).queued == 7


def test_counts() -> None:
    seconds = [3, 80, 79, 81, 80, 1]  # the first two and the last two were perhaps no whole ones
    came = [{"at": f"12:00:{n:02}", "phone": crowd.phone(n)} for n, count in enumerate(seconds) for _ in range(count)]
    assert a_second(came, 80) == {"seconds": 2, "most_in_one": 81, "above_the_rate": 1, "mean": 80.0, "used": 1.0}
    assert each_once(came[:3] + came[-1:], range(4, 7)) == {"once": 1, "more_than_once": 0, "never": 2}
    assert not over(states_of(queued=1, read=9), 10)
    assert not over(states_of(read=9), 10)
    assert over(states_of(read=9, uncertain=1), 10)


def states_of(**found: int) -> Counter[str]:
    return Counter(found)


def _started(home: Home, name: str) -> Row:
    house, planned = home.house, campaign(name)
    for made in words.specs(planned, planner.link_base(house)):
        home.change(
            """INSERT INTO content_resources (hash, text_key, locale, sid, created_at, approval)
               VALUES (:hash, :key, :locale, :hash, :now, 'approved')""",
            hash=made.hash, key=made.text_key, locale=made.locale, now=home.at,
        )  # fmt: skip
    with house.engine.begin() as conn:
        programme = published_ids(conn)[0]
        sender = home.rows("SELECT id FROM senders")[0].id
        draft = rows.create(conn, planned, programme_id=programme, sender_id=sender, by="asha", at=home.at)
        assert isinstance(draft, Row)
        rows.approve(conn, programme, draft.id, by="ravi", at=home.at)
        row = rows.start(conn, programme, draft.id, by="asha", at=home.at, size=1)
    assert isinstance(row, Row)
    return row


def _told(home: Home, number: int) -> list[Message]:
    return home.said(f"whatsapp:{crowd.phone(number)}")
