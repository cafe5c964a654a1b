"""A house with its web, on a database of the test's own."""

from collections.abc import Iterator

import pytest

from tests.bot.media_host import MediaHost, media_host
from tests.house import Home, home
from tests.servers import Database


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    """Without Redis: bells cannot be rung, and nothing may depend on them."""
    with home(database.url) as made:
        yield made


@pytest.fixture
def host() -> Iterator[MediaHost]:
    with media_host() as made:
        yield made


@pytest.fixture
def member(database: Database, redis_url: str, host: MediaHost) -> Iterator[Home]:
    """Somebody who has joined, with an empty Redis and a host of pictures."""
    with home(database.url, redis_url, media_hosts=f"api.twilio.com,{host.host}") as made:
        made.enrol()
        yield made
