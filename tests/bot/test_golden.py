"""Conversations become golden pages: they pass, nothing planted is in them, and what the flows made of them stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.golden import Golden, golden
from bot.golden_mask import GSTIN, MOBILE, Mask, vocabulary
from flows.chat import parse, rewrite
from flows.events import Enrolled, PayoutPaid
from journal import stored
from tests.house import RAMESH, Home
from tests.journal.test_record import talk

PLANTED = {
    "name": "Gulabchand Tripathi", "in Hindi": "गुलाबचंद त्रिपाठी", "shop": "Tripathi Bijli Bhandar", "phone": "9876501234",
    "phone in groups": "98765 01234", "in Hindi digits": "९८७६५०१२३४", "vpa": "gulab.tripathi@oksbi", "PAN": "ACUPA7085R",
    "PIN code": "208012", "account": "50100234567890", "e-mail": "gulab@tripathi.example", "address": "12 Naya Ganj, Kanpur",
    "GSTIN": "09ACUPA7085R1ZP",
}  # fmt: skip


def made(home: Home) -> Golden:
    with home.house.engine.connect() as conn:
        found = stored.conversation(conn, home.house.keyring, home.conversation(RAMESH).id)
    assert found is not None
    return golden([(number, home.at, entries) for number, entries in found.turns])


def write(home: Home, *said: str) -> None:
    for words in said:
        home.write(words, ProfileName=PLANTED["name"])


def test_nothing_planted_is_in_it_wherever_it_was_written(at_home: Home) -> None:
    write(at_home, "hi", "I agree", PLANTED["name"], "Retailer", PLANTED["PIN code"], PLANTED["shop"])
    code = at_home.codes()[0]
    write(at_home, code, *PLANTED.values(), "redeem", "60", PLANTED["vpa"], "yes", f"call me on {PLANTED['phone']} please")
    at_home.write(f"for {PLANTED['name']} {PLANTED['phone in groups']}", NumMedia="1", MediaUrl0="https://api.twilio.com/x",
                  MediaContentType0="image/jpeg", ProfileName=PLANTED["name"])  # fmt: skip
    page = made(at_home).page
    assert rewrite(page) == page
    told = page.casefold()
    for what, planted in PLANTED.items():
        for part in {planted, *(planted.split() if what in ("name", "in Hindi", "shop") else ())} - {"Bijli"}:
            assert part.casefold() not in told, (what, part)
    assert code not in page and "roshni.example" in page
    assert "scan.credited" in page and "redeem.on_its_way" in page, page


def test_a_long_talk_in_two_languages_is_answered_as_it_was(at_home: Home) -> None:
    talk(at_home)
    kept = made(at_home)
    assert rewrite(kept.page) == kept.page and kept.otherwise == ()
    assert "> STOP" in kept.page and "> english" in kept.page and "> menu" in kept.page


def test_a_page_that_was_made_fails_when_a_flow_changes(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    write(at_home, "hi", "I agree")
    page = made(at_home).page
    from flows import chat, entry

    def silent(*given: Any) -> entry.Turned:
        turned = entry.converse(*given)
        return entry.Turned(turned.session, (), turned.known, turned.heard)

    monkeypatch.setattr(chat, "converse", silent)
    assert rewrite(page) != page


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("my points kitne hai Gulabchand", "my points kitne hai xxxxxxxxxx"), ("500", "500"), ("98765 01234", "00000 00000"),
        ("गुलाबचंद", "कककककककक"), ("q\n\nz", "x x"), ("👍", "👍"), ("9876501234", "xxxxxxxxxx"),
    ],
)  # fmt: skip
def test_words_of_ours_stay_and_others_are_struck_out(text: str, struck: str) -> None:
    for word in ("my", "kitne", "hai"):
        if word not in vocabulary():
            struck = struck.replace(word, "x" * len(word))
    assert Mask().struck(text) == struck


def test_the_same_value_has_the_same_stand_in_and_another_one_another() -> None:
    mask = Mask()
    first, again, other = (mask.value(Enrolled(name, "dealer")) for name in ("A B", "A B", "C D"))
    assert first == again != other
    paid = mask.value(PayoutPaid("pay_01m81n48hfe84v672f9g6qmkde", 1, 100, "gu•••@tinybank", "432198765432"))
    assert paid == PayoutPaid("pay_1", 1, 100, "as•••@upi", "900000000001")


def test_stand_ins_are_no_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    candidates: Sequence[str] = list(Mask().typed("208012"))
    assert "208001" in candidates and "208012" not in candidates
    assert list(Mask().typed("208001"))[1] == "208002"
    assert MOBILE.endswith("9000000001") and len(GSTIN) == 15


def test_a_page_begins_only_in_a_session_that_can_be_read() -> None:
    page = 'locale en   at 2026-01-05T10:00+00:00\nstanding {"$": "Session", "frames": [{"$": "Frame"}]}\n> hi\n'
    with pytest.raises(ValueError, match="standing"):
        parse(page)
    with pytest.raises(ValueError, match="standing"):
        parse(page.replace('"frames": [{"$": "Frame"}]', "nonsense"))
