"""Codes of authenticator apps, against the vectors of RFC 6238."""

from datetime import UTC, datetime

import pytest

from base import totp

SEED = b"12345678901234567890"
AT = datetime(2026, 1, 5, 4, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at_s", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
     (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_the_vectors_of_the_rfc(at_s: int, code: str) -> None:
    assert totp.code_at(SEED, at_s // totp.STEP_S, digits=8) == code
    assert totp.code_at(SEED, at_s // totp.STEP_S) == code[2:]


def test_a_phone_may_be_half_a_minute_off_and_no_more() -> None:
    now = totp.step_of(AT)
    taken = [step - now for step in range(now - 3, now + 4) if totp.matching_step(SEED, totp.code_at(SEED, step), AT) == step]
    assert taken == [-1, 0, 1]


def test_codes_are_read_as_people_type_them() -> None:
    code = totp.code_at(SEED, totp.step_of(AT))
    devanagari = "".join(chr(0x966 + int(digit)) for digit in code)
    for typed in (code, f"{code[:3]} {code[3:]}", f" {code}\n", devanagari):
        assert totp.matching_step(SEED, typed, AT) == totp.step_of(AT)


@pytest.mark.parametrize("typed", ["", "0", "00000", "0000000", "abcdef", "-1", "é" * 6, "1" * 10_000, "\x00" * 6, "½" * 6])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert totp.matching_step(SEED, typed, AT) is None


def test_what_an_app_scans() -> None:
    assert totp.uri(SEED, "meera") == (
        "otpauth://totp/Saathi:meera?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Saathi&algorithm=SHA1&digits=6&period=30"
    )
    assert len(totp.new_seed()) == 20 and totp.new_seed() != totp.new_seed()
