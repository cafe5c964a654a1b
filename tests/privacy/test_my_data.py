"""My data: what is counted, the file that comes, and who gets it how often."""

from __future__ import annotations

import io
import json
import zipfile
from xml.etree import ElementTree

import pytest

from base.sealing import CannotOpen
from bot import data_file, my_data, pictures
from bot.my_data import NothingHeld
from handlers import ownership
from loyalty import memberships
from tests.cli.lived import Lived
from tests.handlers.redeeming import ready, say
from tests.house import RAMESH, SUNITA, Home
from tests.privacy.life import AADHAAR, ACCOUNT, NAME, PAN, PHONE, PIN, SHOP, VPA, WORDS

SECRET = (PAN, VPA, ACCOUNT, AADHAAR)


def tapped(home: Home, button: str, who: str = RAMESH) -> str:
    home.write("", who, ButtonPayload=button, ButtonText="x")
    return home.told(who)[-1]


def fetched(home: Home, who: str = RAMESH) -> bytes:
    """The file, as Twilio fetches it."""
    path = pictures.link(home.house, home.said(who)[-1].picture).removeprefix("https://bot.example.com")
    answer = home.web.get(path)
    assert (answer.status_code, answer.mimetype) == (200, data_file.CONTENT_TYPE)
    return answer.data


def parts(file: bytes) -> tuple[str, dict[str, object]]:
    """What is read from the top, and the JSON."""
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        assert packed.testzip() is None
        for name in packed.namelist():
            if not name.endswith(".json"):
                ElementTree.fromstring(packed.read(name))
        words = "\n".join(ElementTree.fromstring(packed.read("word/document.xml")).itertext())
        return words, json.loads(packed.read("data.json"))


def test_a_member_gets_everything_and_no_secret_in_full(life: Lived) -> None:
    home = life.home
    assert say(home, "mera data") == "my_data.held"
    body = home.said()[-1].body
    assert "1 bills and 2 payouts" in body and "1 photos" in body
    assert tapped(home, "file") == "my_data.file_asked"
    home.work()
    assert home.told()[-1] == "my_data.file"
    words, data = parts(fetched(home))
    for value in (NAME, SHOP, WORDS, PHONE, "ze•••@okaxis", "AB••••••4F"):
        assert value in words and value in json.dumps(data, ensure_ascii=False), value
    for value in SECRET:
        assert value not in words and value not in str(data), value
    assert set(data) == {"made_at", "you", "consents", "accounts", "bills", "photos", "messages"}
    (account,) = data["accounts"]  # type: ignore[misc]  # of JSON
    assert (len(account["payouts"]), account["points"]["held"], len(account["movements"])) == (2, 0, 15)
    assert [one["text"] for one in data["messages"] if one["text"] == PIN] == []  # type: ignore[attr-defined]  # of JSON


def test_one_a_day(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(at_home, 1)
    say(at_home, "my data")
    assert tapped(at_home, "file") == "my_data.file_asked"
    at_home.forward(hours=23)
    say(at_home, "my data")
    assert tapped(at_home, "file") == "my_data.file_refused"
    at_home.forward(hours=1)
    say(at_home, "my data")
    assert tapped(at_home, "file") == "my_data.file_asked"


def test_the_link_ends_and_the_file_goes(with_bells: Home) -> None:
    ready(with_bells, 1)
    say(with_bells, "my data")
    tapped(with_bells, "file")
    with_bells.work()
    path = pictures.link(with_bells.house, with_bells.said()[-1].picture).removeprefix("https://bot.example.com")
    with_bells.forward(hours=48)
    assert with_bells.web.get(path).status_code == 404
    from bot import retention

    with_bells.forward(hours=25)
    assert retention.tidy(with_bells.house)["own_pictures"] == 1


def test_a_stranger_gets_what_there_is_and_nobody_elses(with_bells: Home) -> None:
    ready(with_bells, 1)
    with_bells.write("hello from nobody", SUNITA)
    assert say(with_bells, "my data", who=SUNITA) == "my_data.held_stranger"
    tapped(with_bells, "file", SUNITA)
    assert with_bells.told(SUNITA)[-2:] == ["my_data.file_asked", "enrol.consent"]
    with_bells.work()
    words, data = parts(fetched(with_bells, SUNITA))
    assert "hello from nobody" in words and data["accounts"] == [] and "Ramesh" not in words and "9812345678" not in words


def test_a_helper_gets_nothing_of_the_shops(at_home: Home) -> None:
    ready(at_home, 1)
    ready(at_home, 1, SUNITA)
    shop, helper = at_home.conversation(RAMESH).member_id, at_home.conversation(SUNITA)
    at_home.change("UPDATE conversations SET member_id = :m WHERE id = :id", m=shop, id=helper.id)
    at_home.change("UPDATE memberships SET member_id = :m, role = 'helper' WHERE contact_id = :c", m=shop, c=helper.contact_id)
    with at_home.house.engine.connect() as conn:
        held = my_data.collect(at_home.house, conn, helper.contact_id)
    assert set(held["accounts"][0]) == {"member", "programme", "you_are", "since", "until"}


def test_of_somebody_erased_there_is_nothing(at_home: Home) -> None:
    ready(at_home, 1)
    contact = at_home.conversation().contact_id
    at_home.change("UPDATE contacts SET data_key = NULL")
    with at_home.house.engine.connect() as conn, pytest.raises(NothingHeld):
        my_data.collect(at_home.house, conn, contact)
    with at_home.house.engine.connect() as conn, pytest.raises(NothingHeld):
        my_data.collect(at_home.house, conn, "con_nobody")


HIDDEN = "whatsapp:IN.4566546130240823"


@pytest.mark.parametrize("phone_first", [True, False])
def test_whoever_was_known_twice_gets_what_lies_under_both(with_bells: Home, phone_first: bool) -> None:
    home = with_bells

    def hidden() -> None:
        home.write("hello from a hidden number", HIDDEN, ExternalUserId=HIDDEN, WaId="")

    for first in (True, False):
        (lambda: ready(home, 1))() if first is phone_first else hidden()
        home.forward(minutes=1)
    both = [home.conversation(who).contact_id for who in (RAMESH, HIDDEN)]
    home.write("menu", RAMESH, ExternalUserId=HIDDEN)
    say(home, "my data")
    tapped(home, "file")
    home.work()
    words, data = parts(fetched(home))
    assert "hello from a hidden number" in words and "9812345678" in words and HIDDEN in words
    (account,) = data["accounts"]  # type: ignore[misc]  # of JSON
    assert account["you_are"] == "owner" and account["points"] == {"available": 100, "held": 0}, "once"
    assert len(data["consents"]) == 1  # type: ignore[arg-type]  # of JSON
    with home.house.engine.connect() as conn:
        one, other = (my_data.collect(home.house, conn, contact) for contact in both)
    assert one == other | {"made_at": one["made_at"]}, "asked for under either"


def test_a_letter_that_xml_does_not_know_breaks_no_file(with_bells: Home) -> None:
    with_bells.enrol()
    with_bells.write("<w:p>]]>&amp; \ufffe \U0001f525 नमस्ते \u202e")
    say(with_bells, "my data")
    tapped(with_bells, "file")
    with_bells.work()
    words, _ = parts(fetched(with_bells))
    assert "<w:p>]]>&amp;" in words and "नमस्ते" in words


def test_whoever_sold_a_shop_reads_nothing_of_its_buyers(at_home: Home) -> None:
    ready(at_home, 1)
    at_home.write("hello", SUNITA)
    talk, to = at_home.conversation(RAMESH), at_home.conversation(SUNITA).contact_id
    with at_home.house.engine.begin() as conn:
        memberships.lock(conn, talk.member_id)
        ownership.hand_over(
            conn, at_home.house.keyring, talk.member_id, to, "Sunita Buyer", by="meera", key="k", now=at_home.at
        )  # fmt: skip
        held = json.dumps(my_data.collect(at_home.house, conn, talk.contact_id), default=str)
    assert "Sunita Buyer" not in held and "9898989898" not in held


def test_a_file_that_failed_is_not_the_one_of_the_day(with_bells: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise CannotOpen("its key is gone")

    with_bells.enrol()
    with monkeypatch.context() as patch:
        patch.setattr(my_data, "collect", lost)
        say(with_bells, "my data")
        tapped(with_bells, "file")
        with_bells.work()
    assert with_bells.told()[-1] == "my_data.file_failed"
    say(with_bells, "my data")
    assert tapped(with_bells, "file") == "my_data.file_asked"
