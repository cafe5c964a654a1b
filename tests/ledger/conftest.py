"""What the ledger's tests ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from base.db import psycopg_url
from tests.ledger.books import Books, new_books


@pytest.fixture
def books(database: Any) -> Books:
    return new_books(database.engine, "prg_test")


@pytest.fixture
def owner(database: Any) -> Iterator[Engine]:
    """The tables' owner, who runs migrations; the service never connects like this."""
    engine = create_engine(psycopg_url(database.url))
    yield engine
    engine.dispose()
