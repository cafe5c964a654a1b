"""The simulator bites: bugs that were planted on purpose are caught, each by the law that is there for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.simulation.plants import PLANTS, Plant
from tests.simulation.run import Stage, simulate, stage

SEEDS_MAX = 20


@pytest.fixture(scope="module")
def on(admin: Connection, database_template: str) -> Iterator[Stage]:
    with stage(admin, database_template) as made:
        yield made


@pytest.mark.thorough
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_bug_is_caught_by_its_law(on: Stage, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.plant(monkeypatch)
    for seed in range(SEEDS_MAX):
        broken = simulate(on, seed).broken
        if any(told.startswith(f"{plant.law}:") for told in broken):
            return
    raise AssertionError(f"{SEEDS_MAX} seeds did not notice: {plant.name}")
