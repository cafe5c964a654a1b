"""The words people type: each has one meaning, and every meaning has words in every script."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from flows.commands import ANYWHERE, STARTED_BY_MEMBERS
from flows.settings import LANGUAGES
from flows.spelling import normalised
from flows.texts import LOCALES, catalogue, words

RAW = tomllib.loads((Path(__file__).parents[2] / "flows/texts/words.toml").read_text(encoding="utf-8"))


def lists() -> dict[str, list[str]]:
    answers = {f"{meaning}.{locale}": typed for meaning, by in RAW["answers"].items() for locale, typed in by.items()}
    return RAW["commands"] | answers


def test_no_word_stands_twice() -> None:
    seen = Counter(word for typed in lists().values() for word in {normalised(each) for each in typed})
    assert [word for word, times in seen.items() if times > 1] == []


@pytest.mark.parametrize(("meaning", "typed"), lists().items(), ids=list(lists()))
def test_a_list_has_no_word_twice_and_none_empty(meaning: str, typed: list[str]) -> None:
    normal = [normalised(word) for word in typed]
    assert all(normal)
    assert len(set(typed)) == len(typed)


def test_every_command_is_one_that_is_obeyed() -> None:
    assert set(RAW["commands"]) == {*ANYWHERE, *STARTED_BY_MEMBERS, *LANGUAGES, "back"}


def test_every_answer_is_a_button_of_some_prompt() -> None:
    meanings = {b.id.split("-", 1)[0] for t in catalogue("en").values() for b in t.buttons}
    assert set(RAW["answers"]) - {"later"} <= meanings  # that it is not at hand: heard by what asks, tapped nowhere
    assert all(set(by) == set(LOCALES) for by in RAW["answers"].values())


@pytest.mark.parametrize("meaning", [m for m in RAW["commands"] if m not in ("english",)])
def test_every_command_has_words_in_both_scripts(meaning: str) -> None:
    assert any(c.isascii() for w in RAW["commands"][meaning] for c in w)
    assert any("\u0900" <= c <= "\u097f" for w in RAW["commands"][meaning] for c in w)


def test_the_names_that_are_words_are_words_of_ours_and_never_a_yes_or_a_stop() -> None:
    for name in RAW["also_names"]:
        assert words().are(name), name
        assert words().commands.get(normalised(name)) not in ("stop", "start", "cancel", "back", "help")


def test_courtesy_alone_is_still_what_it_is() -> None:
    assert words().answers[normalised("जी")].meaning == "yes"
