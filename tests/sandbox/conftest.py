"""A sandbox whose delays are short, and a bot that only remembers."""

from collections.abc import Iterator

import pytest

from sandbox.server import running
from sandbox.settings import Settings
from tests.sandbox.fakes import Sandbox, bot_running


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with bot_running() as bot:
        settings = Settings(
            port=0, bot_url=bot.url, public_base_url="https://saathi.example.com", tick_ms=5, payout_ms=10
        )
        with running(settings) as world:
            yield Sandbox(world, bot)
