"""What every test may ask for: a migrated Postgres database of its own, and an empty Redis of its own."""

from collections.abc import Iterator

import pytest
import redis
from sqlalchemy import Connection

from tests.servers import Database, SharedServers, admin_engine, cloned, shared, template

SERVERS = pytest.StashKey[SharedServers]()


def pytest_configure(config: pytest.Config) -> None:
    """Every pytest process counts, also xdist's controller, so that the servers live from the first to the last."""
    servers = config.stash[SERVERS] = shared()
    servers.enter()


def pytest_unconfigure(config: pytest.Config) -> None:
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


@pytest.fixture
def database(admin: Connection, database_template: str) -> Iterator[Database]:
    """A migrated database of this test's own: `.url` logs in as the owner, `.engine` works as the service does."""
    from base.db import make_engine

    with cloned(admin, database_template) as url:
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
