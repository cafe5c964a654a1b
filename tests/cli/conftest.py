"""The command line: on an empty database, with the sample programme published, and in a house that has lived."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.cli.lived import Lived, lived
from tests.cli.shop import SAMPLE, CommandLine, command_line
from tests.servers import Database, cloned


@pytest.fixture
def saathi(database: Database) -> Iterator[CommandLine]:
    with command_line(database) as line:
        yield line


@pytest.fixture
def selling(saathi: CommandLine) -> CommandLine:
    """With the sample programme in force."""
    saathi.data("programme", "publish", SAMPLE)
    return saathi


@pytest.fixture(scope="session")
def read_only(admin: Connection, database_template: str) -> Iterator[Lived]:
    """A house that has lived, for tests that only look."""
    with cloned(admin, database_template) as url, lived(url) as line:
        yield line
