"""What people should never have sent: it is found in no table, no log line, no Redis key; an Aadhaar number nowhere."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from stdnum import verhoeff

from bot import webhooks
from flows.codec import to_json
from flows.events import SecretGiven
from handlers import secrets
from handlers.aadhaar import MOBILE_WITH_COUNTRY, STRUCK_OUT, is_list_of_sums, strike_out_aadhaar
from journal import inbox, record
from loyalty.codes import Code
from tests.house import RAMESH, Home

AADHAAR = "234123412346"
DEVANAGARI = "२३४१२३४१२३४६"
PAN = "ACUPA7085R"
VPA = "ramesh.kumar@okaxis"
WORDS = "mera beta kal school jayega"


def struck(words: str, codes: Sequence[str] = ()) -> str:
    return strike_out_aadhaar(words, lambda _: codes)


# ---- an Aadhaar number, however it is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("written", [
    AADHAAR, "2341 2341 2346", "2341-2341-2346", "2341 23412346", "2341.2341.2346", "2341  2341  2346",
    "2341 - 2341 - 2346", "2341\u00a02341\u00a02346", "2341\u20132341\u20132346", "2341\n2341\n2346",
    "2341\u200b2341\u200b2346", "2 3 4 1 2341 2346", "2 3 4 1 2 3 4 1 2 3 4 6", "23 41 23 41 23 46", "234 1 2341 2346",
    "2341/2341/2346", "2341\\2341\\2346", "2341|2341|2346", "2341,2341,2346", "2341, 2341, 2346", "2341    2341     2346",
    "2341. 2341. 2346", "2341/23412346", "2341 \u2022 2341 \u2022 2346",
    "2\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e31\ufe0f\u20e3 2341 2346",
    "२ ३ ४ १ २३४१ २३४६", "२३४१/२३४१/२३४६", DEVANAGARI, "२३४१ २३४१ २३४६", "２３４１ ２３４１ ２３４６", "2341 २३४१ 2346",
])  # fmt: skip
@pytest.mark.parametrize("around", [
    "{}", "mera aadhaar {} hai", "aadhaar{}", "UID:{}.", "{}/ramesh", "no.{}", "({})", "आधार{}है",
])  # fmt: skip
def test_it_is_struck_out_in_every_spelling(written: str, around: str) -> None:
    assert struck(around.format(written)) == around.format(STRUCK_OUT)


@pytest.mark.parametrize("words", [
    f"5000 {AADHAAR[:4]} {AADHAAR[4:8]} {AADHAAR[8:]}", f"500 {AADHAAR}", f"411001 {AADHAAR} 9812345678",
    f"2026 {AADHAAR[:4]}-{AADHAAR[4:8]}-{AADHAAR[8:]} 1234", f"9812345678,{AADHAAR}", f"{AADHAAR}\n{AADHAAR}",
])  # fmt: skip
def test_numbers_before_and_behind_do_not_hide_it(words: str) -> None:
    left = "".join(letter for letter in struck(words) if letter.isdigit())
    assert AADHAAR not in left
    assert STRUCK_OUT in struck(words)


@pytest.mark.parametrize("words", [
    "919812345678", "+91 9812 345678", "+919812345678", "234123412345", "123412341234", "1234567890123",
    "5000 points", "411001", "222222222222", "9812345678", f"1{AADHAAR}", f"{AADHAAR}7", "",
    "234123 412346", "2341234123 46", "23412 34123 46", "234 123 412 346", "234, 123, 412, 346",
    "2341,2341,2346,2000", "23,41,23,41,23,46", "20 23 41 23 41 23 46", "2341+2341+2346", "2341 points 2341 points 2346",
    "7K3M-2341 A341 2346",
])  # fmt: skip
def test_other_numbers_stay(words: str) -> None:
    assert struck(words) == words


@pytest.mark.parametrize("written", [
    "234 123 412 346", "23412 34123 46", "2341, 2341, 2346", "2341+2341+2346", "23,41,23,41,23,46",
])  # fmt: skip
@pytest.mark.parametrize("around", ["mera aadhaar no. {}", "Aadhar: {}", "आधार {} है", "{} (UID)"])
def test_where_it_is_named_any_grouping_will_do(written: str, around: str) -> None:
    assert struck(around.format(written)) == around.format(STRUCK_OUT)


def test_sums_that_would_pass_the_checksum_stay() -> None:
    """Of all lists of sums as people send them, whatever their checksum, none is taken for a number."""
    for last in range(0, 10_000, 50):
        assert STRUCK_OUT not in struck(f"2000 3500 {last}")
        assert STRUCK_OUT not in struck(f"500, {last}, 1200, 350")
        assert STRUCK_OUT not in struck(f"9812345678 {last % 100}")
        assert STRUCK_OUT not in struck(f"411001 {400_000 + last}")
        assert STRUCK_OUT not in struck(f"bill 25/05/2026 {last}, 20:41")
        assert STRUCK_OUT not in struck(f"2026-05-25 {last}")
        assert STRUCK_OUT not in struck(f"20:41 2350 {last}")


def test_the_digits_of_a_genuine_code_stay_and_the_same_digits_elsewhere_do_not() -> None:
    code = "A7K3-2341-2341-2346"
    for typed in (code, code.replace("-", " "), code.replace("-", ""), f"mera code {code} hai"):
        assert struck(typed, [code]) == typed
    for typed in (code, code.replace("-", " ")):
        assert struck(typed) == f"{typed[:5]}{STRUCK_OUT}"
    assert struck(AADHAAR, ["A7K3-9999-2341-2346"]) == STRUCK_OUT


def test_noughts_are_no_sums() -> None:
    assert struck("7000 0000 0000") == STRUCK_OUT


AROUND = st.text(max_size=60)


@given(AROUND, st.integers(2, 9), st.integers(0, 10**10 - 1), st.sampled_from(["", " ", "-", " - ", "/", "   "]), AROUND)
def test_no_number_survives_whatever_stands_around_it(before: str, first: int, rest: int, apart: str, after: str) -> None:
    body = f"{first}{rest:010d}"
    number = body + verhoeff.calc_check_digit(body)
    if MOBILE_WITH_COUNTRY.fullmatch(number) or number == number[::-1]:
        return
    if before[-1:].isdecimal() or after[:1].isdecimal():  # part of a longer number
        return
    fours = [number[:4], number[4:8], number[8:]]
    if apart and is_list_of_sums(fours):
        return
    written = apart.join(fours)
    assert written not in struck(f"{before}{written}{after}")


@given(
    st.integers(2, 9), st.integers(0, 10**10 - 1), st.sampled_from(["/", " ", "   ", ".", "-", "|", ":", "\n"]),
    st.lists(st.sampled_from([(4,), (1, 1, 1, 1), (2, 2), (1, 3), (3, 1)]), min_size=3, max_size=3),
)  # fmt: skip
def test_no_splitting_of_its_fours_hides_it(first: int, rest: int, apart: str, splits: list[tuple[int, ...]]) -> None:
    body = f"{first}{rest:010d}"
    number, groups = body + verhoeff.calc_check_digit(body), []
    for four, split in enumerate(splits):
        ends = [4 * four + sum(split[: place + 1]) for place in range(len(split))]
        groups += [number[end - size : end] for end, size in zip(ends, split, strict=True)]
    if MOBILE_WITH_COUNTRY.fullmatch(number) or number == number[::-1] or is_list_of_sums(groups):
        return
    assert struck(f"x {apart.join(groups)} y") == f"x {STRUCK_OUT} y"


@given(st.text(max_size=200))
def test_text_without_twelve_digits_is_never_touched(words: str) -> None:
    if sum(letter.isdecimal() for letter in words) < 12:
        assert struck(words) == words


def test_a_genuine_code_with_twelve_digits_reaches_the_till_whole(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home.enrol()
    code = "A7K3-2341-2341-2346"
    at_home.write(code)
    assert at_home.told()[-1] == "secret.aadhaar_refused"  # nobody made this code
    monkeypatch.setattr(webhooks, "read_code", lambda keys, found: Code("A", 1))
    at_home.write(code)
    assert at_home.said()[-1].values["code"] == code


# ---- nothing in the clear -------------------------------------------------------------------------------------------


def test_nothing_of_what_was_planted_is_found_in_the_clear(
    with_bells: Home, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    home = with_bells
    planted = plant(home)
    client = redis.Redis.from_url(home.house.settings.redis_url)
    kept = repr([(key, client.dump(key)) for key in client.scan_iter()])
    client.close()
    written = capfd.readouterr()
    places = {"tables": home.every_row(), "redis": kept, "log": written.out + written.err + caplog.text}
    for secret in planted:
        for place, everything in places.items():
            assert secret not in everything, (secret, place)
            assert secret.encode().decode("latin-1") not in everything, (secret, place)


def test_nothing_secret_stands_in_the_journal_even_when_it_is_opened(at_home: Home) -> None:
    plant(at_home)
    opened = json.dumps([to_json(entry.event) for entry in journal(at_home)] + [to_json(e.after) for e in journal(at_home)])
    for secret in (VPA, PAN, AADHAAR, DEVANAGARI, "2341 2341 2346", "ramesh@okhdfc"):
        assert secret not in opened, secret


def test_an_aadhaar_number_is_not_even_in_the_sealed_inbox(at_home: Home) -> None:
    plant(at_home)
    sealer = sealer_of(at_home)
    opened = json.dumps(
        [inbox.opened(sealer, row.key, row.sealed) for row in at_home.rows("SELECT key, sealed FROM inbox")],
        ensure_ascii=False,
    )
    assert WORDS in opened  # what may be kept is kept
    for written in (AADHAAR, "2341 2341 2346", "2341-2341-2346", DEVANAGARI, "२३४१ २३४१ २३४६"):
        assert written not in opened


def plant(home: Home) -> list[str]:
    """Secrets wherever a person could put them, and failures on the way."""
    home.enrol()
    home.write(home.codes(sku="WIRE-2.5-90")[0])
    for words in (AADHAAR, "mera aadhaar 2341 2341 2346 hai", "2341-2341-2346", DEVANAGARI, "२३४१ २३४१ २३४६", PAN,
                  PAN.lower(), f"pan {PAN}", VPA, f"pay me at {VPA}.", "upi: ramesh@okhdfc, jaldi", WORDS):  # fmt: skip
        home.write(words)
    photo = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}
    home.write(f"{PAN} {VPA} {AADHAAR}", **photo)
    home.write(AADHAAR, **{**photo, "MediaContentType0": "application/pdf"})
    home.write("hi", ProfileName=f"Ramesh {AADHAAR}")
    home.write("redeem")
    home.write("100")
    home.write(f"my id is {VPA}")  # not the shape that was asked for
    home.write(PAN)
    home.write(f"  {VPA.upper()} ")
    assert home.told()[-1] == "redeem.confirm", home.told()
    home.change("UPDATE conversations SET session = 'broken'")  # our faults are logged: without people's words
    home.write(f"{WORDS} {VPA}")
    return [VPA, VPA.upper(), PAN, PAN.lower(), AADHAAR, DEVANAGARI, "2341 2341 2346", "ramesh@okhdfc", WORDS, "Ramesh Kumar"]


def sealer_of(home: Home) -> Any:
    row = home.rows("SELECT id, data_key FROM contacts WHERE address = :who", who=RAMESH)[0]
    return home.house.keyring.unwrap(row.data_key, row.id)


def journal(home: Home) -> list[record.Entry]:
    rows = home.rows("SELECT conversation_id, turn, sealed FROM journal ORDER BY turn")
    return [e for row in rows for e in record.read(sealer_of(home), row.conversation_id, row.turn, row.sealed)]


# ---- tokens ---------------------------------------------------------------------------------------------------------


def test_the_upi_id_that_was_asked_for_is_a_token_that_opens(at_home: Home) -> None:
    at_home.enrol()
    at_home.write(at_home.codes()[0])
    for words in ("redeem", "100", VPA):
        at_home.write(words)
    given = [entry.event for entry in journal(at_home) if isinstance(entry.event, SecretGiven)]
    assert [(one.kind, one.last4) for one in given] == [("vpa", "axis")]
    with at_home.house.engine.connect() as conn:
        assert secrets.open_secret(conn, at_home.house.keyring, given[0].token).plain == VPA
    assert at_home.said()[-1].values["masked"] == "ra•••@okaxis"


@pytest.mark.parametrize(("words", "kind"), [
    (PAN, "pan"), (f"mera PAN {PAN.lower()} hai", "pan"), (VPA, "vpa"), (f"({VPA})", "vpa"), (f"{VPA}, thanks", "vpa"),
    (f"{VPA}.", "vpa"), (f"{VPA}. Thanks", "vpa"), (f"aadhaar {STRUCK_OUT}", "aadhaar"),
])  # fmt: skip
def test_an_unasked_secret_is_told_apart(words: str, kind: str) -> None:
    assert secrets.unasked(words) == SecretGiven("", kind, "")


@pytest.mark.parametrize("words", [
    "hi", "ramesh@gmail.com", "ramesh.k@mail.co.in", "@all", "a@b", "ABCDE1234", "XXABCPD1234EYY", "9812345678", "meet @ 5", "",
])  # fmt: skip
def test_ordinary_words_are_no_secret(words: str) -> None:
    assert secrets.unasked(words) is None


def test_megabytes_of_almost_secrets_take_no_time_worth_naming() -> None:
    """A pattern that runs away would hang here; nothing is timed."""
    random.seed(7)
    for words in ("1 " * 2_000, "a." * 2_000 + "@", "2341 " * 800, "A" * 4_096, "@".join("ab" * 1_000), "." * 4_000 + "@x"):
        struck(words)
        secrets.unasked(words)
