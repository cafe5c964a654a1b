"""The command line, on an empty database and with the sample programme published."""

from collections.abc import Iterator

import pytest

from tests.cli.shop import SAMPLE, CommandLine, command_line
from tests.servers import Database


@pytest.fixture
def saathi(database: Database) -> Iterator[CommandLine]:
    with command_line(database) as line:
        yield line


@pytest.fixture
def selling(saathi: CommandLine) -> CommandLine:
    """With the sample programme in force."""
    saathi.data("programme", "publish", SAMPLE)
    return saathi
