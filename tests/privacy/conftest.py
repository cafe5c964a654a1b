"""A house with its web, on a database of the test's own."""

from collections.abc import Iterator

import pytest

from tests.cli.lived import Lived
from tests.cli.shop import CommandLine
from tests.house import Home, home
from tests.privacy.life import lived
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


@pytest.fixture
def life(database: Database, redis_url: str) -> Iterator[Lived]:
    """Somebody who has done everything that one can do."""
    with lived(database.url, redis_url) as made:
        made("staff", "add", "asha", "--role", "admin")
        made("staff", "add", "ravi", "--role", "support", "--as", "asha")
        yield made


@pytest.fixture
def office(at_home: Home) -> CommandLine:
    line = CommandLine(at_home.house)
    line("staff", "add", "asha", "--role", "admin")
    line("staff", "add", "ravi", "--role", "support", "--as", "asha")
    return line
