"""The amount in words: a witness that may be hard of hearing, but must not testify to what was not said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.amount_words import amounts_of, is_amount_phrase

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(rupees: int) -> str:
    parts = []
    for scale, name in ((10**7, "crore"), (10**5, "lakh"), (1000, "thousand"), (100, "hundred")):
        count, rupees = divmod(rupees, scale)
        if count:
            parts.append(f"{below_hundred(count)} {name}")
    if rupees:
        parts.append(below_hundred(rupees))
    return " ".join(parts)


def below_hundred(number: int) -> str:
    if number < 20:
        return _SMALL[number]
    return _TENS[number // 10] + (f" {_SMALL[number % 10]}" if number % 10 else "")


@pytest.mark.parametrize(
    ("text", "paise"),
    [
        ("Rupees Six Thousand Two Hundred Forty-Nine Only", 624900),
        ("In Words: Rs. One Lakh Seven Hundred Fifty Two Only", 10075200),
        ("Rupees Eighteen Thousand Four Hundred Twenty Six And Thirty Seven Paise Only", 1842637),
        ("INR Two Crore Three Lakh and paise fifty only", 2030000050),
        ("RupeesSixThousandTwoHundredFortyNineOnly", 624900),
        ("रुपये एक लाख पाँच सौ चौंतीस मात्र", 10053400),
    ],
)
def test_amounts_in_english_and_hindi(text: str, paise: int) -> None:
    assert is_amount_phrase(text)
    assert amounts_of(text) == ((paise, True),)


@given(st.integers(min_value=1, max_value=99_99_99_999))
def test_what_is_spelled_is_understood(rupees: int) -> None:
    assert amounts_of(f"Rupees {spelled(rupees)} only") == ((rupees * 100, True),)


def test_dropped_letters_are_understood_but_not_called_exact() -> None:
    assert (659400, False) in amounts_of("Rupees Six Thousand Fve Hundred Nnety Four Only")


def test_a_phrase_cut_at_the_papers_edge_is_never_exact() -> None:
    assert all(not exact for _, exact in amounts_of("Eight Hundred Ninety Five Only"))


def test_a_phrase_whose_end_was_not_read_is_never_exact() -> None:
    assert amounts_of("Rupees Fifty three Thousand Five Hundred") == ((5350000, False),)


@pytest.mark.parametrize("text", ["Twelve Five", "Goods once sold will not be taken back", "Two Lakh Three Crore", ""])
def test_nonsense_is_no_amount(text: str) -> None:
    assert not any(exact for _, exact in amounts_of(text))


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_no_text_is_too_odd(text: str) -> None:
    is_amount_phrase(text)
    assert len(amounts_of(text)) <= 32
