"""What members sent is deleted at Twilio once our copy is committed: over HTTP, with retries, and never before."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from bot import media, media_gone
from sandbox.server import running
from sandbox.settings import Settings
from tests.house import Home
from tests.sandbox.fakes import PHONE, Sandbox, bot_running, fits
from whatsapp.client import Twilio
from whatsapp.media_gone import TRIES_MAX, Fate, delete, wait

ACCOUNT = "AC" + "0" * 32
PLACE = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'1' * 32}/Media/ME{'2' * 32}"


class FakeTwilio:
    def __init__(self, *faults: Exception | None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.faults = list(faults)

    def delete_media(self, sid: str, media_sid: str) -> None:
        self.asked.append((sid, media_sid))
        if self.faults and (fault := self.faults.pop(0)) is not None:
            raise fault


def kept(at_home: Home, url: str = PLACE) -> str:
    """A picture of which we have a copy."""
    at_home.enrol()
    at_home.write("", NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg")
    row = at_home.rows("SELECT id FROM media")[0]
    at_home.change("UPDATE media SET stored_as = 'media/00/x', stored_at = :at", at=at_home.at)
    found: str = row.id
    return found


def of(at_home: Home, *faults: Exception | None) -> FakeTwilio:
    twilio = FakeTwilio(*faults)
    at_home.house.__dict__["twilio"] = twilio
    return twilio


def test_it_is_deleted_once_and_only_what_we_have(at_home: Home) -> None:
    kept(at_home)
    at_home.change("UPDATE media SET stored_at = NULL")
    twilio = of(at_home)
    assert media_gone.tidy(at_home.house) == 0 and twilio.asked == []
    at_home.change("UPDATE media SET stored_at = :at", at=at_home.at)
    assert media_gone.tidy(at_home.house) == 1
    assert media_gone.tidy(at_home.house) == 0
    assert twilio.asked == [("MM" + "1" * 32, "ME" + "2" * 32)]


def test_not_there_any_more_is_gone_and_a_fault_is_tried_again_later(at_home: Home) -> None:
    kept(at_home)
    twilio = of(at_home, requests.ConnectionError("x"), TwilioRestException(500, "u"), TwilioRestException(404, "u"))
    assert media_gone.tidy(at_home.house) == 0
    assert media_gone.tidy(at_home.house) == 0 and len(twilio.asked) == 1
    at_home.forward(minutes=1)
    assert media_gone.tidy(at_home.house) == 0 and len(twilio.asked) == 2
    at_home.forward(minutes=5)
    assert media_gone.tidy(at_home.house) == 1
    assert at_home.rows("SELECT twilio_tries FROM media") == [(2,)]


def test_it_is_given_up_in_the_end(at_home: Home) -> None:
    kept(at_home)
    twilio = of(at_home, *[requests.Timeout("x")] * 100)
    for _ in range(TRIES_MAX + 5):
        media_gone.tidy(at_home.house)
        at_home.forward(hours=13)
    assert len(twilio.asked) == TRIES_MAX


def test_switched_off_nothing_is_deleted(at_home: Home) -> None:
    kept(at_home)
    twilio = of(at_home)
    at_home.house.settings = at_home.house.settings.model_copy(update={"twilio_delete_media": False})
    assert media_gone.tidy(at_home.house) == 0 and twilio.asked == []


@pytest.mark.parametrize("url", [
    "https://api.twilio.com/x", "", PLACE.replace("AC0", "AC1"), PLACE.replace("/Media/ME2", "/Media/XX2"), PLACE + "/../y",
])  # fmt: skip
def test_an_address_that_is_none_of_ours_is_not_asked_for(url: str) -> None:
    def never(*_: str) -> None:
        raise AssertionError

    assert delete(url, ACCOUNT, never) is Fate.ELSEWHERE
    assert wait(1) == timedelta(minutes=1) and wait(99) == timedelta(hours=12)


def test_a_picture_that_was_deleted_is_never_fetched_again(at_home: Home) -> None:
    photo = kept(at_home)
    at_home.change("UPDATE media SET stored_as = NULL, deleted_at = :at", at=at_home.at)
    with at_home.house.engine.connect() as conn:
        row = media.row_of(conn, photo)
    found = media.bytes_of(at_home.house, row)
    assert not isinstance(found, bytes) and (found.why, found.retry) == ("deleted", False)


def test_over_http_the_file_is_gone_and_its_message_stays() -> None:
    """Our client against the stand-in, which is held to Twilio's own description."""
    with bot_running() as bot, running(Settings(port=0, bot_url=bot.url)) as world:
        sandbox, settings = Sandbox(world, bot), world.settings
        sandbox.post(f"/phones/{PHONE}/messages", media=base64.b64encode(b"a picture").decode(), content_type="image/jpeg")
        form = bot.on("/twilio/inbound")[-1].form
        path = form["MediaUrl0"].removeprefix(sandbox.url)
        fits("twilio_media", sandbox.twilio("GET", path + ".json").json())
        twilio = Twilio(settings.account_sid, settings.auth_token, base_url=sandbox.url)
        for _ in range(2):  # the second time it is gone already
            assert delete(form["MediaUrl0"], settings.account_sid, twilio.delete_media) is Fate.GONE
        assert sandbox.twilio("GET", path).status_code == 404
        message = sandbox.twilio("GET", f"/2010-04-01/Accounts/{{account}}/Messages/{form['MessageSid']}.json")
        assert message.json()["num_media"] == "0"
