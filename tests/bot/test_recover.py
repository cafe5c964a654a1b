"""A webhook that never arrived: Twilio's list knows the message, and it is stored and answered once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from requests import ConnectionError as NotReached

from bot import clock, recover
from tests.house import RAMESH, SENDER, START, SUNITA, Home, new_sid
from whatsapp.inbound import Media
from whatsapp.outcome import Listed


class ListingTwilio:
    """Twilio's list of messages, newest first, as the SDK gives it."""

    def __init__(self) -> None:
        self.messages: list[Listed] = []
        self.media: dict[str, tuple[Media, ...]] = {}

    def add(self, body: str, who: str = RAMESH, *, at: datetime = START, inbound: bool = True, media: int = 0) -> str:
        sid = new_sid()
        sender, to = (who, SENDER) if inbound else (SENDER, who)
        self.messages.insert(0, Listed(sid, sender, to, body, inbound, "received", None, media, at))
        self.media[sid] = tuple(Media(f"https://api.twilio.com/{sid}/{n}", "image/jpeg") for n in range(media))
        return sid

    def listed(self, *, since: datetime, to: str | None = None, limit: int = 1_000) -> list[Listed]:
        return [m for m in self.messages if m.created_at >= since and to in (None, m.to)][:limit]

    def media_of(self, sid: str) -> tuple[Media, ...]:
        return self.media[sid]


@pytest.fixture
def twilio(at_home: Home) -> ListingTwilio:
    made = ListingTwilio()
    at_home.house.__dict__["twilio"] = made
    at_home.forward(minutes=5)
    return made


def test_what_is_missing_is_stored_and_answered_once(at_home: Home, twilio: ListingTwilio) -> None:
    sid = twilio.add("hi")
    assert recover.recent(at_home.house) == 1
    assert recover.recent(at_home.house) == recover.since_yesterday(at_home.house) == 0
    assert at_home.rows("SELECT key FROM inbox") == [(sid,)]
    assert at_home.told() == ["enrol.consent"]


def test_a_webhook_that_arrives_after_all_changes_nothing(at_home: Home, twilio: ListingTwilio) -> None:
    sid = twilio.add("hi")
    recover.recent(at_home.house)
    assert at_home.post({**at_home.form("hi"), "MessageSid": sid}).status_code == 200
    assert at_home.told() == ["enrol.consent"]


def test_a_message_whose_webhook_may_still_be_on_its_way_is_left_to_it(at_home: Home, twilio: ListingTwilio) -> None:
    """The list knows no button ids, so what comes by webhook is worth waiting for."""
    twilio.add("I agree", at=at_home.at - timedelta(seconds=5))
    assert recover.recent(at_home.house) == 0
    at_home.forward(seconds=60)
    assert recover.recent(at_home.house) == 1


def test_several_are_answered_in_the_order_they_were_written(at_home: Home, twilio: ListingTwilio) -> None:
    for n, words in enumerate(("hi", "I agree", "Ramesh Kumar", "Electrician", "411001")):
        twilio.add(words, at=START + timedelta(seconds=n))
    twilio.add("hi", SUNITA, at=START + timedelta(seconds=2))
    assert recover.recent(at_home.house) == 6
    assert at_home.told()[-1] == "enrol.welcome"
    assert at_home.told(SUNITA) == ["enrol.consent"]


def test_our_own_messages_and_what_is_no_message_are_passed_over(at_home: Home, twilio: ListingTwilio) -> None:
    twilio.add("our words", inbound=False)
    twilio.messages.append(Listed("", RAMESH, SENDER, "x", True, "received", None, 0, START))
    twilio.messages.append(Listed(new_sid(), "not an address", SENDER, "x", True, "received", None, 0, START))
    assert recover.recent(at_home.house) == 0


def test_the_titles_of_buttons_count_as_taps(at_home: Home, twilio: ListingTwilio) -> None:
    at_home.write("hi")
    twilio.add("सहमत हूँ")
    recover.recent(at_home.house)
    assert at_home.told()[-1].startswith("enrol.ask_name")
    assert at_home.conversation().locale == "hi"


def test_a_photo_comes_back_with_its_media(at_home: Home, twilio: ListingTwilio) -> None:
    at_home.enrol()
    sid = twilio.add("", media=2)
    recover.recent(at_home.house)
    assert at_home.told()[-1] == "scan.checking"
    assert [row.url for row in at_home.rows("SELECT url FROM media ORDER BY position")] == [
        f"https://api.twilio.com/{sid}/0", f"https://api.twilio.com/{sid}/1",
    ]  # fmt: skip


def test_the_session_window_runs_from_when_they_wrote_not_from_when_we_found_it(
    at_home: Home, twilio: ListingTwilio
) -> None:
    twilio.add("hi", at=START)
    at_home.forward(hours=20)
    assert recover.recent(at_home.house) == 0  # too long ago
    assert recover.since_yesterday(at_home.house) == 1
    assert at_home.conversation().last_inbound_at == START


def test_a_message_from_the_future_does_not_open_the_window_longer(at_home: Home, twilio: ListingTwilio) -> None:
    """Clocks differ; ours counts where theirs is ahead."""
    at_home.house.engine.dispose()
    twilio.add("hi", at=at_home.at + timedelta(hours=3))
    at_home.forward(hours=3, minutes=1)
    recover.since_yesterday(at_home.house)
    assert at_home.conversation().last_inbound_at <= at_home.at


def test_an_aadhaar_number_in_a_recovered_message_is_struck_out_too(at_home: Home, twilio: ListingTwilio) -> None:
    at_home.enrol()
    twilio.add("2341 2341 2346")
    recover.recent(at_home.house)
    assert at_home.told()[-1] == "secret.aadhaar_refused"


def test_twilio_that_cannot_be_reached_is_tried_again_and_ends_nothing(at_home: Home, twilio: ListingTwilio) -> None:
    def away(**_: Any) -> Any:
        raise NotReached("no route")

    twilio.listed = away
    clock.once(at_home.house, "recover", recover.recent)
