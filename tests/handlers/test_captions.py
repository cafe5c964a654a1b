"""Codes below a picture, codes of another programme, codes spelt oddly: seen through the webhook."""

from __future__ import annotations

import pytest

from bot import turn
from flows.codec import to_json
from flows.events import PhotoRead
from loyalty.programme_rows import current, publish
from loyalty.stock import codes_of, issue
from tests.house import RAMESH, Home

PHOTO = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}


@pytest.mark.parametrize("shows_it_too", [True, False])
def test_a_code_below_a_photo_is_credited_once(at_home: Home, shows_it_too: bool) -> None:
    at_home.enrol()
    code = at_home.codes()[0]
    at_home.write(f"ye lo {code.lower()}", **PHOTO)
    assert at_home.told()[-1] == "scan.checking"
    photo = at_home.rows("SELECT id FROM media")[0].id
    read = PhotoRead(photo, (code,)) if shows_it_too else PhotoRead(photo, (), "no_code", ("blurred",))
    turn.run(at_home.house, at_home.happen(RAMESH, "task/done", to_json(read)))
    assert at_home.told()[-1] == "scan.credited"
    assert at_home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 1


def test_a_strangers_code_below_a_photo_is_kept_and_credited_after_joining(at_home: Home) -> None:
    at_home.write(at_home.codes()[0], **PHOTO)
    at_home.enrol()
    assert "scan.credited" in at_home.told()


def test_a_genuine_code_of_another_programme_is_told_so_and_stays_good_there(at_home: Home) -> None:
    at_home.enrol()
    ours = at_home.codes()[0]
    with at_home.house.engine.begin() as conn:
        other = current(conn, "roshni").programme.model_copy(update={"id": "bijli", "name": "Bijli"})
        publish(conn, other, at_home.at)
        made = issue(conn, other, "WIRE-2.5-90", 1, None, False, at_home.house.codes, at_home.house.ids, at_home.at)
        (code,) = codes_of(conn, made, at_home.house.codes)
    at_home.write(code)
    assert at_home.told()[-1] == "scan.other_programme"
    at_home.write(f"{code} {ours}")
    assert at_home.told()[-1] == "scan.summary"
    assert at_home.rows("SELECT state FROM coupons WHERE programme_id = 'bijli'") == [("active",)]


def test_a_code_in_twos_is_credited_and_one_with_a_letter_lost_is_a_slip(at_home: Home) -> None:
    at_home.enrol()
    first, second = (code.replace("-", "") for code in at_home.codes(2))
    at_home.write("code " + " ".join(first[at : at + 2] for at in range(0, 16, 2)))
    at_home.write(f"code {second[:15]}")
    assert at_home.told()[-2:] == ["scan.credited", "scan.typo"]
