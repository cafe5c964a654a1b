"""The ready text of an invitation is told apart from everything else that people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.events import Said
from flows.helpers_events import InvitationShown
from flows.shops import invitation_in
from flows.understand import exactly
from loyalty.code_search import find_codes
from loyalty.invitations import CODE_LETTERS, LETTERS

codes = st.text(LETTERS, min_size=CODE_LETTERS, max_size=CODE_LETTERS)


@given(codes, st.sampled_from(["JOIN {}-{}", "join {} {}", "Join: {}-{}.", "  JOIN  {}{} ", "जॉइन {}-{}", "*JOIN {}-{}*"]))
def test_every_code_is_read_as_it_was_given(code: str, words: str) -> None:
    typed = words.format(code[:4], code[4:])
    assert invitation_in(typed) == code
    assert find_codes(typed) == [], "no product's code is seen in it"


@given(codes)
def test_a_code_alone_is_nothing(code: str) -> None:
    assert invitation_in(code) is None and invitation_in(f"{code[:4]}-{code[4:]}") is None


@pytest.mark.parametrize(
    "words",
    ["join", "I want to join", "JOIN K7QM-3XWD-9T4F-VB2H", "joint 1234 5678", "JOIN कखगघ-चछजझ", "JOIN " + "A" * 100, "जॉइन", "",
     "join २२२२-३३३३"],
)  # fmt: skip
def test_other_words_are_no_invitation(words: str) -> None:
    assert invitation_in(words) is None


@given(st.text(max_size=60))
def test_any_words_are_read_without_a_fault(words: str) -> None:
    code = invitation_in(words)
    assert code is None or len(code) == CODE_LETTERS


def test_it_stands_for_no_command() -> None:
    assert exactly(Said("JOIN KT7Q-M3XW"), None, "en") == Said("JOIN KT7Q-M3XW")
    assert InvitationShown("KT7QM3XW").code == "KT7QM3XW"
