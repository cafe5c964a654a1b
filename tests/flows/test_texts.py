"""The texts: the same in every language, within WhatsApp's limits, none missing and none left over."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import pytest

from flows.balance import KINDS
from flows.enrol import ROLES
from flows.pincode import STATES
from flows.scan_words import HINTS, NEEDS, PROBLEMS
from flows.spelling import normalised
from flows.texts import LOCALES, ROWS_MAX, catalogue, words
from flows.understand import COMMAND
from tests.flows.said import PLACEHOLDER, placeholders, templates

FLOWS = Path(__file__).parents[2] / "flows"
EVERY = [each for locale in LOCALES for each in catalogue(locale).values()]


def keys_said() -> set[str]:
    """Every key that stands as a whole in the flows' source, and every key that is put together there."""
    constants = {
        leaf.value
        for path in FLOWS.glob("*.py")
        for leaf in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
    }
    built = {f"scan.photo.{name}" for name in (*PROBLEMS, *HINTS)} | {f"balance.move.{kind}" for kind in KINDS}
    built |= {f"{name}.{count}" for name in ("helpers.list", "shops.choose") for count in range(1, ROWS_MAX + 1)}
    for outcome, needs in NEEDS.items():
        variants = {outcome, f"{outcome}_bare"} if needs else {outcome}
        built |= {f"{prefix}.{variant}" for prefix in ("scan", "scan.line") for variant in variants}
    shown = {f"value.role.{role}" for role in ROLES} | {f"value.state.{state}" for state in STATES}
    kinds = {key for key in catalogue("en") if key.startswith("value.kind.")}  # named by WhatsApp, not by us
    return (constants & set(catalogue("en"))) | built | shown | kinds


def test_every_key_that_is_said_has_a_text_and_every_text_is_said() -> None:
    assert keys_said() == set(catalogue("en"))


@pytest.mark.parametrize("locale", LOCALES)
def test_languages_have_the_same_keys(locale: str) -> None:
    assert set(catalogue(locale)) == set(catalogue("en"))


def test_languages_agree_on_placeholders_buttons_and_form() -> None:
    for key, english in catalogue("en").items():
        hindi = catalogue("hi")[key]
        assert placeholders(english) == placeholders(hindi), key
        assert [button.id for button in english.buttons] == [button.id for button in hindi.buttons], key
        assert bool(english.list_button) == bool(hindi.list_button), key


def test_a_text_keeps_within_whatsapps_limits() -> None:
    for each in EVERY:
        assert 0 < len(each.body) < 1_000
        assert len(each.buttons) <= (10 if each.list_button else 3)
        assert len(each.list_button) <= 20
        assert len({b.id for b in each.buttons}) == len(each.buttons)
        assert len({b.title for b in each.buttons}) == len(each.buttons)
        for button in each.buttons:
            assert 0 < len(PLACEHOLDER.sub("9,99,999", button.title)) <= (24 if each.list_button else 20)
            assert len(button.description) <= 72
            assert len(PLACEHOLDER.sub("x" * 40, button.id)) <= 200
            assert not (button.description and not each.list_button)


def test_a_text_with_buttons_can_be_a_content_resource() -> None:
    for each in EVERY:
        if each.buttons:
            assert "lines" not in placeholders(each)
            assert not PLACEHOLDER.match(each.body)
            assert not each.body.endswith("}")
            assert "}{" not in each.body
            assert "\t" not in each.body
            assert "    " not in each.body


def test_a_text_has_one_emoji_at_most_and_composed_letters() -> None:
    for each in EVERY:
        emoji = [c for c in each.body if unicodedata.category(c) == "So"]
        assert len(emoji) <= 1, emoji
        for template in templates(each):
            assert "  " not in template
            assert template == template.strip(" ")


def test_hindi_is_hindi() -> None:
    for each in catalogue("hi").values():
        letters = [c for c in PLACEHOLDER.sub("", each.body) if unicodedata.category(c) == "Lo"]
        assert letters or not any(c.isalpha() for c in PLACEHOLDER.sub("", each.body)), each.key


def test_no_button_is_titled_like_a_command_it_is_not() -> None:
    for each in EVERY:
        for button in each.buttons:
            command = words().commands.get(normalised(button.title))
            assert command is None or button.id == f"{COMMAND}{command}", button
            if button.id.startswith(COMMAND):
                assert button.id.removeprefix(COMMAND) in words().commands.values()
