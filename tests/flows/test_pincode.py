"""PIN codes: how they are written and which state they lie in. Places and codes from India Post's directory."""

from __future__ import annotations

import pytest

from flows.pincode import STATES, read_pin, state_of
from flows.texts import LOCALES, catalogue

PLACES = {
    "DL": "110001",
    "HR": "122001",
    "PB": "141001",
    "CH": "160017",
    "HP": "171001",
    "JK": "190001 180001",
    "LA": "194101 194103",
    "UP": "201301 226001 247001 246701 262001 244001",
    "UK": "248001 249401 263001 247667 246149 262501 244713",
    "RJ": "302001",
    "GJ": "380001 396001 362001",
    "DH": "396210 396230 362520",
    "MH": "400001 411001",
    "GA": "403001",
    "MP": "452001",
    "CG": "492001",
    "TS": "500001 506001",
    "AP": "517501 530001 533001",
    "PY": "533464 605001 609602 673310",
    "KA": "560001",
    "TN": "600001 605602 609001",
    "KL": "673001 682001 695001",
    "LD": "682555",
    "WB": "700001 734001",
    "SK": "737101",
    "AN": "744101",
    "OD": "751001",
    "AS": "781001",
    "AR": "791111",
    "ML": "793001",
    "MN": "795001",
    "MZ": "796001",
    "NL": "797001",
    "TR": "799001",
    "BR": "800001 812001 823001 842001 854301",
    "JH": "814112 815301 822101 825301 831001 834001",
}


@pytest.mark.parametrize(
    ("pin_code", "state"), [(pin, state) for state, pins in PLACES.items() for pin in pins.split()]
)
def test_a_pin_code_lies_in_its_state(pin_code: str, state: str) -> None:
    assert state_of(pin_code) == state


@pytest.mark.parametrize(
    "pin_code", ["012345", "900001", "991111", "290001", "350001", "540001", "650001", "860001", "890001", "100001"]
)
def test_a_prefix_nobody_has_is_not_guessed(pin_code: str) -> None:
    assert state_of(pin_code) is None


@pytest.mark.parametrize(
    ("typed", "pin_code"),
    [
        ("110001", "110001"),
        ("1 1 0 0 0 1", "110001"),
        ("110 001", "110001"),
        ("११०००१", "110001"),
        ("PIN 110001", "110001"),
        ("pincode: 110001.", "110001"),
        ("Pin code is 110001", "110001"),
        ("पिन कोड ११०००१", "110001"),
        ("１１０００１", "110001"),
        ("110-001", "110001"),
        ("11000", None),
        ("1100011", None),
        ("110001 Delhi 5", None),
        ("", None),
        ("pin", None),
        ("abcdef", None),
        ("११०००", None),
        ("1e5000", None),
        ("９９", None),
        ("\u0661\u0661\u0660\u0660\u0660\u0661", None),
    ],
)
def test_six_digits_are_read_however_they_are_written(typed: str, pin_code: str | None) -> None:
    assert read_pin(typed) == pin_code


@pytest.mark.parametrize("locale", LOCALES)
def test_every_state_has_a_name(locale: str) -> None:
    assert len(STATES) == 36
    assert {f"value.state.{state}" for state in STATES} <= set(catalogue(locale))
