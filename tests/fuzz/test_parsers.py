"""Everything that reads what strangers write: whatever it is given, it raises nothing but what it says it raises."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bench.guard_parsers import PARSERS, Parser, tried
from tests.effort import EFFORT

INPUTS = 150 * EFFORT


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_bent_input_makes_nobody_fall(parser: Parser) -> None:
    assert list(tried(parser, INPUTS, seed=EFFORT)) == []


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_the_samples_are_what_the_parser_reads(parser: Parser) -> None:
    for words in parser.samples:
        try:
            parser.reads(words)
        except parser.refuses:
            continue


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_any_text_makes_nobody_fall(parser: Parser) -> None:
    pieces = st.sampled_from([piece for words in parser.samples for piece in (words, *words.split(), words[: len(words) // 2])])

    @settings(max_examples=40 * EFFORT, deadline=None)
    @given(st.lists(st.one_of(pieces, st.text(max_size=40)), max_size=6).map("".join))
    def law(words: str) -> None:
        with suppress(*parser.refuses):
            parser.reads(words)

    law()
