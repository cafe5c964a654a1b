"""Passwords of the staff: which will do, and that they are kept as a hash."""

import pytest

from base import passwords


@pytest.mark.parametrize(
    "password",
    ["", "short", "elevenchars", "meera is here today", "MEERA-is-here", "aaaaaaaaaaaa", "abababababab", "123456789012",
     "098765432109", "abcdefghijkl", "password1234", "Password@2026", "QWERTYUIOP123", "administrator", "radheradhe123",
     "x" * 257],
)  # fmt: skip
def test_what_everybody_would_try_will_not_do(password: str) -> None:
    assert passwords.weakness(password, "meera")


@pytest.mark.parametrize("password", ["seven lamps over the ghat", "सात दीये घाट के ऊपर", "Tr0ub4dor&3-horse", "xxxy7 z9 q1 w2"])
def test_long_and_uncommon_will_do(password: str) -> None:
    assert passwords.weakness(password, "meera") == ""


def test_a_password_is_its_hash_however_the_keyboard_composes_it() -> None:
    phc = passwords.hashed("caf\u00e9 over the ghat")
    assert phc.startswith("$argon2id$") and "ghat" not in phc
    assert passwords.matches("cafe\u0301 over the ghat", phc)
    assert not passwords.matches("cafe over the ghat", phc)
    assert not passwords.matches("", passwords.nobodys())
