"""The pages for operators name every setting, and no command or file that is not there."""

import re
from pathlib import Path

import click
import pytest

from bot.cli.main import cli
from config.settings import ROOT, Settings

PAGES = [ROOT / "docs" / name for name in ("go-live.md", "money.md", "operations.md", "security.md")]
COMMAND = re.compile(r"`\./saathi ([a-z][^`]*)`")
FILE = re.compile(r"\b(?:docs|config|flows|base|bot)/[\w/.-]+\.(?:md|toml|py)\b")


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"`([A-Z][A-Z_]+)`", page))
    assert {name.upper() for name in Settings.model_fields} <= explained


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_real(page: Path) -> None:
    found = COMMAND.findall(page.read_text())
    assert found or page.name == "security.md"
    for words in found:
        assert_real(words.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_is_there(page: Path) -> None:
    assert [name for name in FILE.findall(page.read_text()) if not (ROOT / name).exists()] == []


def assert_real(words: list[str]) -> None:
    """Groups and verbs exist, and the options too."""
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no {' '.join(words)}"
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known, (command.name, words)
