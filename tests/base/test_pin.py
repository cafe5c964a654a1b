"""A PIN: what counts as one, which ones a thief would guess, and that only its hash is kept."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from base import pin as pins
from base.pin import as_pin, hashed, matches, outdated, weakness
from tests.cheap_hashing import AS_SHIPPED

PHONES = ("+919812345678",)


@pytest.mark.parametrize(("typed", "pin"), [
    ("4829", "4829"), (" 482 913 ", "482913"), ("४८२९", "4829"), ("4-8-2-9", "4829"), ("482", None), ("4829137", None),
    ("", None), ("    ", None), ("48a9", None), ("pin 4829", None), ("²²²²", None), ("48.29.", "4829"), ("٤٨٢٩", "4829"),
])  # fmt: skip
def test_four_to_six_digits_of_any_script_are_a_pin(typed: str, pin: str | None) -> None:
    assert as_pin(typed) == pin


@pytest.mark.parametrize(("pin", "why"), [
    ("0000", "repeated"), ("111111", "repeated"), ("1212", "repeated"), ("121212", "repeated"), ("483483", "repeated"),
    ("1234", "sequence"), ("123456", "sequence"), ("4321", "sequence"), ("7890", "sequence"), ("3210", "sequence"),
    ("5678", "sequence"), ("345678", "sequence"), ("9812", "phone"), ("981234", "phone"), ("411001", "area"),
    ("4829", ""), ("482913", ""), ("1998", ""), ("1221", ""),
])  # fmt: skip
def test_what_a_thief_would_try_first_is_named(pin: str, why: str) -> None:
    assert weakness(pin, PHONES, ("411001",)) == why


def test_the_last_digits_of_ones_own_phone_are_no_pin() -> None:
    for pin in ("7301", "8730", "187301", "9301"):
        assert weakness(pin, ("+919412187301",)) == ("" if pin == "9301" else "phone")
    assert weakness("7301", ()) == weakness("7301", ("",)) == ""


def test_a_thief_pays_at_least_what_owasp_asks() -> None:
    """Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes and one lane at least."""
    memory_kib, passes, lanes = AS_SHIPPED
    assert memory_kib >= 19 * 1024 and passes >= 2 and lanes == 1
    assert hashed("4829").startswith(f"$argon2id$v=19$m={pins.MEMORY_KIB},t={pins.PASSES},p={pins.LANES}$")


def test_only_the_right_pin_matches_and_no_hash_is_like_another() -> None:
    first, second = hashed("4829"), hashed("4829")
    assert first != second and "4829" not in first.rpartition("$")[0]
    assert matches("4829", first) and matches("4829", second)
    assert not any(matches(wrong, first) for wrong in ("4828", "48290", "", "482"))


def test_a_hash_of_other_parameters_still_matches_and_is_known_to_be_outdated() -> None:
    weaker = Argon2id(salt=b"x" * 16, length=32, iterations=1, lanes=1, memory_cost=32).derive_phc_encoded(b"4829")
    assert matches("4829", weaker) and outdated(weaker)
    assert not outdated(hashed("4829"))
