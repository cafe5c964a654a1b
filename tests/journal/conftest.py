"""A house with its web, on a database of the test's own."""

from collections.abc import Iterator

import pytest

from tests.house import Home, home
from tests.servers import Database


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    """Without Redis: bells cannot be rung, and nothing may depend on them."""
    with home(database.url) as made:
        yield made


@pytest.fixture
def with_bells(database: Database, redis_url: str) -> Iterator[Home]:
    """With an empty Redis."""
    with home(database.url, redis_url) as made:
        yield made
