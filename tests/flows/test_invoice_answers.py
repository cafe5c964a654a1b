"""Numbers, dates and sums as people type them; what is none of these is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.invoice_answers import as_value


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("number", "gst/2526/0417", "GST/2526/0417"),
        ("number", "No. GST / 2526 / 0417", "GST/2526/0417"),
        ("number", "bill no 4875", "4875"),
        ("number", "४८७५", "4875"),
        ("number", "hello", None),
        ("number", "GST/2526/0417/EXTRA", None),  # more than the law's sixteen
        ("number", "", None),
        ("number", "¯\\_(ツ)_/¯ 1", None),
        ("date", "5/4/26", "2026-04-05"),
        ("date", "05-04-2026", "2026-04-05"),
        ("date", "2026-04-05", "2026-04-05"),
        ("date", "5 april 2026", "2026-04-05"),
        ("date", "5th Apr, 26", "2026-04-05"),
        ("date", "५ अप्रैल २०२६", "2026-04-05"),
        ("date", "5 फ़रवरी 2026", "2026-02-05"),
        ("date", "31/02/2026", None),
        ("date", "13/13/2026", None),
        ("date", "yesterday", None),
        ("total", "14,750", "1475000"),
        ("total", "₹14,750.50", "1475050"),
        ("total", "Rs 1,47,500/-", "14750000"),
        ("total", "१४७५०", "1475000"),
        ("total", "14750.5 rupees", "1475050"),
        ("total", "0", None),
        ("total", "-5", None),
        ("total", "14.750,00", None),
        ("total", "9" * 30, None),
        ("seller", "27 aabcr 4521 p1z3", "27AABCR4521P1Z3"),
        ("seller", "AABCR4521P", None),
        ("shoe size", "42", None),
    ],
)
def test_what_is_meant(field: str, typed: str, value: str | None) -> None:
    assert as_value(field, typed) == value


@given(st.sampled_from(["number", "date", "total", "seller"]), st.text(max_size=200))
def test_nothing_that_is_typed_is_a_crash(field: str, typed: str) -> None:
    value = as_value(field, typed)
    assert value is None or (value.isascii() and 0 < len(value) <= 16)
