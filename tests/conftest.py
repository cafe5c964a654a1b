"""What every test may ask for: a migrated Postgres database of its own, and an empty Redis of its own."""

import gc
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import redis
from sqlalchemy import Connection

import base.db
from tests import cheap_hashing, warm
from tests.reused import Pool
from tests.servers import Database, SharedServers, admin_engine, shared, template

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
TIERS = ("soak", "thorough")  # left out of the quick suite
SERVERS = pytest.StashKey[SharedServers]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run the long laws: many seeds, many kills")
    parser.addoption("--thorough", action="store_true", help="also run what takes long and seldom breaks; CI does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for tier in TIERS:
            if item.get_closest_marker(tier) and not config.getoption(f"--{tier}"):
                item.add_marker(pytest.mark.skip(reason=f"only with --{tier}"))


def left_out() -> list[str]:
    """What this machine cannot run, in words; CI sets SAATHI_NOTHING_LEFT_OUT and fails where there is any."""
    missing = []
    if not CHROMIUM.exists():
        missing.append(f"the browser tests (there is no {CHROMIUM})")
    try:
        import_module("pyzbar.pyzbar")
    except ImportError:
        missing.append("the zbar rungs of QR reading (there is no zbar library)")
    return missing


def pytest_report_header() -> list[str]:
    return [f"left out: {what}" for what in left_out()]


def pytest_collection_finish() -> None:
    """What was collected stays to the end: a collector that looks it through again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Every pytest process counts, also xdist's controller, so that the servers live from the first to the last."""
    config.addinivalue_line("markers", "soak: takes minutes; only with --soak")
    config.addinivalue_line("markers", "thorough: takes ten seconds and more; only with --thorough, which CI gives")
    if os.environ.get("SAATHI_NOTHING_LEFT_OUT") and (missing := left_out()):
        raise pytest.UsageError(f"nothing may be left out here, but {'; '.join(missing)} would be")
    base.db.create_engine = warm.create_engine  # type: ignore[attr-defined]  # what make_engine calls
    cheap_hashing.cheapen()
    servers = config.stash[SERVERS] = shared()
    servers.enter()


def pytest_unconfigure(config: pytest.Config) -> None:
    gc.unfreeze()
    if SERVERS in config.stash:
        config.stash[SERVERS].leave()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> SharedServers:
    """The shared servers; what is asked of them first starts them."""
    return request.config.stash[SERVERS]


@pytest.fixture(scope="session")
def admin(servers: SharedServers) -> Iterator[Connection]:
    """A connection that creates and drops databases."""
    engine = admin_engine(servers.database_url())
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def database_template(admin: Connection) -> str:
    """The name of the migrated database that tests copy."""
    return template(admin)


@pytest.fixture(scope="session")
def databases(admin: Connection, database_template: str) -> Iterator[Pool]:
    """Migrated databases that go from test to test, each time as new."""
    pool = Pool(admin, database_template)
    yield pool
    pool.close()


@pytest.fixture
def database(databases: Pool) -> Iterator[Database]:
    """A migrated database of this test's own: `.url` logs in as the owner, `.engine` works as the service does."""
    from base.db import make_engine

    with databases.lent() as url:
        engine = make_engine(url)
        yield Database(url, engine)
        engine.dispose()


@pytest.fixture(scope="session")
def _redis_url(servers: SharedServers) -> str:
    return servers.redis_url()


@pytest.fixture
def redis_url(_redis_url: str) -> str:
    """A Redis that is empty and that nobody else uses meanwhile."""
    client = redis.Redis.from_url(_redis_url)
    client.flushdb()
    client.close()
    return _redis_url
