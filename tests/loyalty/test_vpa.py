"""UPI ids: shape only, and never corrected."""

import pytest

from loyalty.vpa import fits_razorpayx, normal_vpa


@pytest.mark.parametrize(
    ("typed", "vpa"),
    [
        ("ramesh@okaxis", "ramesh@okaxis"),
        ("  Ramesh.K-1@OKAXIS \n", "ramesh.k-1@okaxis"),
        ("9812345678@ybl", "9812345678@ybl"),
        ("ram_esh@paytm", "ram_esh@paytm"),
    ],
)
def test_what_people_have(typed: str, vpa: str) -> None:
    assert normal_vpa(typed) == vpa


@pytest.mark.parametrize(
    "typed",
    [
        "", "@", "ramesh", "r@okaxis", "ramesh@", "ramesh@x", "@okaxis", "ramesh@gmail.com", "ramesh@@okaxis", "a@b@c1",
        "ramesh @okaxis", "ramesh@ okaxis", "ramesh@okaxis please", "ramesh@1axis", "राम@okaxis", "ramesh＠okaxis",
        "ramesh@okaxis\x00", "rame\u200bsh@okaxis", "ramesh@okaxıs", "\u212aaran@okaxis", "ramesh@okaxis\nx@okaxis",
        "x" * 257 + "@okaxis", "upi://pay?pa=ramesh@okaxis",
    ],
)  # fmt: skip
def test_what_is_none(typed: str) -> None:
    assert normal_vpa(typed) is None


def test_razorpayx_takes_less_than_people_have() -> None:
    assert fits_razorpayx("ramesh.k-1@okaxis")
    assert not fits_razorpayx("ram_esh@paytm")
    assert fits_razorpayx("x" * 93 + "@okaxis") and not fits_razorpayx("x" * 94 + "@okaxis")
