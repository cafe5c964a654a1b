"""Words: rendered once, in one language, with nothing left open and nothing a person wrote taken for a template."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.effects import Line, Say
from flows.texts import LOCALES, catalogue
from handlers.render import cut, fill, render, shown
from whatsapp.outbound import BUTTON_TITLE_MAX, ROW_TITLE_MAX


@pytest.mark.parametrize(("name", "value", "english", "hindi"), [
    ("points", 1234567, "12,34,567", "12,34,567"), ("points", 0, "0", "0"), ("points", -1500, "-1,500", "-1,500"),
    ("amount_paise", 123450, "₹1,234.50", "₹1,234.50"), ("amount_paise", 0, "₹0", "₹0"), ("amount_paise", 5, "₹0.05", "₹0.05"),
    ("on", "2026-02-28", "28 Feb 2026", "28 फ़रवरी 2026"), ("expiring_on", "2026-12-01", "1 Dec 2026", "1 दिसंबर 2026"),
    ("on", "", "", ""), ("role", "dealer", "Dealer", "डीलर"), ("role", "wizard", "wizard", "wizard"),
    ("name", "Ramesh", "Ramesh", "Ramesh"), ("name", "2026-01-01", "2026-01-01", "2026-01-01"),
])  # fmt: skip
def test_a_value_as_people_read_it(name: str, value: str | int, english: str, hindi: str) -> None:
    assert (shown(name, value, "en"), shown(name, value, "hi")) == (english, hindi)


@pytest.mark.parametrize("name", ["{points}", "{name}", "{0}", "{}", "{{1}}", "%s", "${x}", "{available}", "\\1", "a\nb"])
def test_a_name_that_looks_like_a_placeholder_stays_a_name(name: str) -> None:
    body = render(Say("enrol.welcome", {"name": name, "role": "dealer", "state": "MH"}), "en").body
    assert f"You are in, {name}!" in body


@given(st.text(max_size=40), st.text(max_size=40))
def test_filling_is_done_once(first: str, second: str) -> None:
    assert fill("{a}|{b}", {"a": first, "b": second}) == f"{first}|{second}"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_with_buttons_keeps_within_whatsapps_limits_whatever_the_values(locale: str) -> None:
    names = ("name", "masked", "token", "most", "some", "points", "least", "available")
    long = dict.fromkeys(names, "ङ" * 60) | {"amount_paise": "10000000000"}
    for key, words in catalogue(locale).items():
        if not words.buttons:
            continue
        message = render(Say(key, long), locale)
        most = ROW_TITLE_MAX if message.list_button else BUTTON_TITLE_MAX
        assert all(0 < len(button.title) <= most for button in message.buttons), key


def test_a_long_title_is_cut_with_a_sign_of_it() -> None:
    assert cut("Venkata Subramanian Iyer", 20) == "Venkata Subramanian…"
    assert cut("x" * 20, 20) == "x" * 20


def test_lines_stand_below_each_other_each_in_its_own_words() -> None:
    good = Line("scan.line.credited", {"code": "A", "points": 1500, "product": "{available}"})
    lines = (good, Line("scan.line.typo", {"code": "B"}))
    body = render(Say("scan.summary", {"points": 1500, "available": 9}, lines), "en").body
    assert "✅ A: +1,500, {available}\n• B: typing mistake" in body


def test_button_ids_carry_raw_values_and_titles_readable_ones() -> None:
    message = render(Say("redeem.ask_points", {"least": 50, "most": 12000, "some": 500}), "en")
    assert [(b.id, b.title) for b in message.buttons] == [("all-12000", "All: 12,000"), ("some-500", "500 points")]


def test_a_text_that_does_not_exist_crashes_loudly() -> None:
    with pytest.raises(KeyError):
        render(Say("no.such.text"), "en")
