"""`./saathi simulate`: what it prints, how it refuses, and that a replay in another process is the same history."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from bot.cli import simulate as command
from bot.cli.main import cli
from tests.servers import REPOSITORY
from tests.simulation.run import Outcome, simulate, stage


def lived(seed: int, *broken: str) -> Outcome:
    return Outcome(seed, broken, ("01-05 10:00 somebody writes 'hi'",), 3, 1, {"paid": 2}, 0.5)


def ask(monkeypatch: pytest.MonkeyPatch, *words: str, broken: dict[int, str] | None = None) -> Result:
    def outcomes(seeds: Iterable[int]) -> Iterator[Outcome]:
        for seed in seeds:
            yield lived(seed, *filter(None, [(broken or {}).get(seed)]))

    monkeypatch.setattr(command, "_simulator", lambda: SimpleNamespace(outcomes=outcomes))
    return CliRunner().invoke(cli, ["simulate", *words])


def test_one_seed_prints_its_history(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ask(monkeypatch, "--seed", "7")
    assert told.exit_code == 0 and "somebody writes 'hi'" in told.stdout and "seed 7" in told.stdout


def test_one_seed_that_breaks_a_law_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ask(monkeypatch, "--seed", "7", "--json", broken={7: "holds are empty: h1"})
    assert told.exit_code == 1 and told.stderr.strip() == "seed 7 breaks: holds are empty: h1"
    assert json.loads(told.stdout)["broken"] == ["holds are empty: h1"]


def test_many_seeds_are_summed_up_and_the_first_that_broke_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ask(monkeypatch, "--seeds", "5", "--first", "10", "--json", broken={12: "holds are empty: h1"})
    figures = json.loads(told.stdout)
    assert told.exit_code == 1 and "--seed 12" in told.stderr
    assert figures["seeds"] == 5 and [one["seed"] for one in figures["broken"]] == [12]
    assert figures["payouts"] == {"paid": 10} and figures["deaths"] == 15


def test_many_seeds_that_keep_every_law(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ask(monkeypatch, "--seeds", "2")
    assert told.exit_code == 0 and "every law was kept" in told.stdout


@pytest.mark.parametrize("words", [(), ("--seed", "1", "--seeds", "2"), ("--seed", "-1"), ("--seeds", "0"), ("--seed", "x")])
def test_wrong_words_are_usage(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    assert ask(monkeypatch, *words).exit_code == 2


def test_a_checkout_without_tests_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name="tests")

    monkeypatch.setattr(command, "import_module", missing)
    told = CliRunner().invoke(cli, ["simulate", "--seed", "1"])
    assert told.exit_code == 1 and len(told.stderr.strip().splitlines()) == 1 and "tests" in told.stderr


@pytest.mark.thorough
def test_a_replay_by_another_process_is_the_same_history(admin: Connection, database_template: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "simulate", "--seed", "5", "--json"], cwd=REPOSITORY, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONHASHSEED": "77"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with stage(admin, database_template) as on:
        again = simulate(on, 5)
    assert json.loads(done.stdout)["transcript"] == list(again.transcript)
