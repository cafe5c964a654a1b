"""A command line on a database of its own, run in this process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from base.clock import Clock
from bot.cli.main import cli
from bot.wiring import House
from config.settings import Settings
from tests.servers import Database

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "programmes" / "sample.toml"
KEY_A, KEY_B = "A:" + "1f" * 32, "B:" + "2e" * 32


@dataclass(frozen=True)
class CommandLine:
    house: House

    def __call__(self, *words: object) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words], obj=self.house)

    def data(self, *words: object) -> Any:
        """What a verb prints with --json; it must succeed."""
        result = self(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def refusal(self, *words: object) -> str:
        """The one line with which a verb refuses; nothing may stand on standard output."""
        result = self(*words)
        assert result.exit_code == 1, (result.exit_code, result.output, result.exception)
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr
        return result.stderr.strip()

    def misuse(self, *words: object) -> str:
        """What a verb says to wrong usage."""
        result = self(*words)
        assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
        assert result.stdout == ""
        return result.stderr


@contextmanager
def command_line(database: Database, code_keys: str = KEY_A, **changed: Any) -> Iterator[CommandLine]:
    given: dict[str, Any] = {
        "database_url": database.url, "redis_url": "redis://127.0.0.1:1", "code_keys": code_keys,
        "twilio_api_base_url": "http://127.0.0.1:1",
    }  # fmt: skip
    settings = Settings(**{**given, **changed})
    house = House(settings, Clock(shiftable=True))
    yield CommandLine(house)
    house.close()
