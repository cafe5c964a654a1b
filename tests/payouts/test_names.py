"""Names as members say them and as banks write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.names import SAME_FROM, score


@pytest.mark.parametrize(
    ("given_name", "registered"),
    [
        ("Ramesh Kumar", "RAMESH KUMAR"),
        ("Ramesh Kumar", "MR RAMESH KUMAR SHARMA"),
        ("Ramesh Kumar", "KUMAR RAMESH"),
        ("Ramesh Kumar", "RAMESHKUMAR"),
        ("R Kumar", "RAMESH KUMAR"),
        ("Ramesh Kumar", "R. KUMAR"),
        ("Ramesh Kummar", "RAMESH KUMAR"),
        ("Smt. Sunita Devi", "SUNITA DEVI"),
        ("Ramesh", "RAMESH KUMAR"),
        ("Rane Electricals", "M/S RANE ELECTRICALS PVT LTD"),
    ],
)
def test_the_same_person(given_name: str, registered: str) -> None:
    assert (score(given_name, registered) or 0) >= SAME_FROM


@pytest.mark.parametrize(
    ("given_name", "registered"),
    [
        ("Ramesh Kumar", "SURESH BABURAO PATIL"),
        ("Ramesh Kumar", "SURESH KUMAR"),
        ("Ramesh Kumar", "RAKESH KUMAR YADAV"),
        ("R K", "RAMESH KUMAR"),
        ("Ramesh Kumar", "R K"),
    ],
)
def test_another_person(given_name: str, registered: str) -> None:
    assert score(given_name, registered) in range(SAME_FROM)


@pytest.mark.parametrize(("given_name", "registered"), [("रमेश कुमार", "RAMESH KUMAR"), ("", "RAMESH"), ("Ramesh", "1234")])
def test_what_cannot_be_compared(given_name: str, registered: str) -> None:
    assert score(given_name, registered) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts(one: str, other: str) -> None:
    found = score(one, other)
    assert found is None or 0 <= found <= 100
