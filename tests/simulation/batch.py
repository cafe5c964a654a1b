"""Seeds one after the other on the tests' own servers, for whoever has no pytest around: the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.servers import admin_engine, shared, template
from tests.simulation.run import Outcome, simulate, stage


def outcomes(seeds: Iterable[int]) -> Iterator[Outcome]:
    """Each seed's outcome as it comes. The servers are started at the first and given up after the last."""
    servers = shared()
    servers.enter()
    try:
        engine = admin_engine(servers.database_url())
        try:
            with engine.connect() as admin, stage(admin, template(admin)) as on:
                for seed in seeds:
                    yield simulate(on, seed)
        finally:
            engine.dispose()
    finally:
        servers.leave()
