"""Seeds: whatever happens to the house, it comes to rest with every law kept, and the same seed makes the same history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from base.db import make_engine
from tests.effort import SEEDS, SEEDS_QUICK
from tests.simulation.laws import LAWS
from tests.simulation.run import Stage, simulate, stage
from tests.simulation.steps import STEPS

BATCH = 10
RANGES = [range(first, min(first + BATCH, SEEDS)) for first in range(0, SEEDS, BATCH)]
BATCHES = [pytest.param(one, marks=pytest.mark.thorough) if one.start >= SEEDS_QUICK else one for one in RANGES]


@pytest.fixture(scope="module")
def on(admin: Connection, database_template: str) -> Iterator[Stage]:
    with stage(admin, database_template) as made:
        yield made


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_law_holds_after_any_seed(on: Stage, seeds: range) -> None:
    for seed in seeds:
        lived = simulate(on, seed)
        assert not lived.broken, lived.told()


@pytest.mark.thorough
def test_the_same_seed_makes_the_same_history_and_another_one_another(on: Stage) -> None:
    first, other = simulate(on, 5), simulate(on, 4)
    analyze(on)  # as Postgres does by itself after a while: what it has learnt of the tables may change its plans, no history
    again = simulate(on, 5)
    assert first.transcript == again.transcript
    assert first.digest == again.digest != other.digest


def analyze(on: Stage) -> None:
    url = on.admin.engine.url.set(database=on.database)
    engine = make_engine(url.render_as_string(hide_password=False), pool_size=1, role=None)
    with engine.begin() as conn:
        conn.execute(text("ANALYZE"))
    engine.dispose()


def test_laws_and_steps_have_names_of_their_own() -> None:
    for names in ([law.name for law in LAWS], [step.name for step in STEPS]):
        assert len(names) == len(set(names))
