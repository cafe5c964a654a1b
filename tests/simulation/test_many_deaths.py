"""A day in a member's life in which processes die again and again, at commits that a seed chooses: what is told and had in
the end is what would have been without a single death."""

from __future__ import annotations

import random

import pytest

from bot.sweep import sweep
from tests.effort import DEATHS
from tests.simulation import test_commit_points
from tests.simulation.killing import killed_at
from tests.simulation.test_commit_points import Street, balance, sound

SEEDS_PER_DATABASE = 50
here = test_commit_points.street  # the fixture
COMMITS_MAX = 6  # a death later than that is no death, which is a case too


BATCHES = [range(first, min(first + SEEDS_PER_DATABASE, DEATHS)) for first in range(0, DEATHS, SEEDS_PER_DATABASE)]


@pytest.mark.soak
@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_any_number_of_deaths_changes_nothing_in_the_end(here: Street, seeds: range) -> None:
    for seed in seeds:
        dice = random.Random(seed)
        story = told_to(here, dice)
        who, calm = here.newcomer(), here.newcomer()
        for words in story:
            text = with_codes(here, words)
            deaths(here, dice, here.home.form(text, who))
            here.home.write(with_codes(here, words), calm)
            here.settle(None)
        assert (here.home.told(who), balance(here, who)) == (here.home.told(calm), balance(here, calm)), seed
    sound(here)


def told_to(street: Street, dice: random.Random) -> list[str]:
    """What somebody writes: they join, and then do a few things in any order."""
    things = ["CODE", "CODE CODE", "points", "menu", "🙏", "stop", "start", "CODE nonsense", "help"]
    pays = ["CODE", "redeem", "100", "asha.devi@okaxis", "yes"]
    day = [*dice.choices(things, k=dice.randint(1, 4)), *(pays if dice.random() < 0.5 else [])]
    return ["hi", "I agree", "Ramesh Kumar", "Electrician", "411001", *day]


def with_codes(street: Street, words: str) -> str:
    """A fresh code wherever one is meant: nobody can claim another's."""
    for code in street.home.codes(words.count("CODE")) if "CODE" in words else ():
        words = words.replace("CODE", code, 1)
    return words


def deaths(street: Street, dice: random.Random, form: dict[str, str]) -> None:
    """The webhook comes up to three times, each time to a process that dies somewhere; between them workers die too."""
    for _ in range(dice.randint(1, 3)):
        with killed_at(street.home.house, dice.randint(1, COMMITS_MAX), after=dice.random() < 0.5):
            street.home.post(form)
        if dice.random() < 0.5:
            street.home.forward(seconds=dice.choice([10, 200]))
            with killed_at(street.home.house, dice.randint(1, COMMITS_MAX), after=dice.random() < 0.5):
                sweep(street.home.house)
                street.home.work()
    assert street.home.post(form).status_code == 200  # Twilio's last try meets a living process
