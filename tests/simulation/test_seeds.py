"""Seeds: whatever happens to the house, it comes to rest with every law kept, and the same seed makes the same history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.effort import SEEDS
from tests.simulation.laws import LAWS
from tests.simulation.run import Stage, simulate, stage
from tests.simulation.steps import STEPS

BATCH = 10
BATCHES = [range(first, min(first + BATCH, SEEDS)) for first in range(0, SEEDS, BATCH)]


@pytest.fixture(scope="module")
def on(admin: Connection, database_template: str) -> Iterator[Stage]:
    with stage(admin, database_template) as made:
        yield made


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_law_holds_after_any_seed(on: Stage, seeds: range) -> None:
    for seed in seeds:
        lived = simulate(on, seed)
        assert not lived.broken, lived.told()


def test_the_same_seed_makes_the_same_history_and_another_one_another(on: Stage) -> None:
    first, again, other = simulate(on, 3), simulate(on, 3), simulate(on, 4)
    assert first.transcript == again.transcript
    assert first.digest == again.digest != other.digest


def test_laws_and_steps_have_names_of_their_own() -> None:
    for names in ([law.name for law in LAWS], [step.name for step in STEPS]):
        assert len(names) == len(set(names))
