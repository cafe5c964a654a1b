"""The long laws, one after the other, and one page that says how they went.

    python -m tests.soak --effort 25 --deaths 1000 --seeds 3000 --requests 100000 --kills 8 --out docs/soak.md

Parts: hypothesis over flows, ledger and payouts with `effort` times the usual examples; stories with several deaths each,
at commits that a seed chooses; seeded worlds in which everything fails; requests through HTTP and the laws afterwards;
requests of a hostile internet, and bad input for every parser; kill -9 of real processes under load.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
TAIL = 40  # lines of a part that failed
PROPERTIES = ("tests/flows/test_properties.py", "tests/ledger/test_model.py", "tests/payouts/test_histories.py")


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    ok: bool
    seconds: float
    told: str
    trouble: str = ""


def main(words: list[str]) -> int:
    given = _given(words)
    parts: list[Part] = []
    for work in (_properties, _deaths, _worlds, _requests, _rubbish, _kills):
        parts.append(work(given))
        print(_line(parts[-1]), flush=True)
    page = _page(given, parts)
    given.out.write_text(page, encoding="utf-8")
    print(f"wrote {given.out}")
    for part in parts:
        if not part.ok:
            print(f"\n--- {part.name}\n{part.trouble}")
    return 0 if all(part.ok for part in parts) else 1


def _given(words: list[str]) -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    for name, usual in (("effort", 25), ("deaths", 1_000), ("seeds", 3_000), ("requests", 100_000), ("kills", 8)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    asked.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000, help="of hypothesis and of the people")
    asked.add_argument("--out", type=Path, default=ROOT / "docs" / "soak.md")
    return asked.parse_args(words)


def _properties(given: argparse.Namespace) -> Part:
    os.environ["SAATHI_EFFORT"] = str(given.effort)
    effort = _effort()
    told = (
        f"{effort['CONVERSATIONS']:,} conversations of up to 25 events, {effort['EVENTS_OF_A_STATE']:,} events in every state, "
        f"{effort['LEDGER_HISTORIES']:,} histories of 30 steps of the ledger beside its model, "
        f"{effort['PAYOUT_HISTORIES']:,} histories of a payout"
    )
    return _pytest("laws of flows, ledger, payouts", told, *PROPERTIES, f"--hypothesis-seed={given.seed}", "-n", "2")


def _deaths(given: argparse.Namespace) -> Part:
    os.environ["SAATHI_DEATHS"] = str(given.deaths)
    told = f"{given.deaths:,} stories of a member, each with several deaths of web and workers at chosen commits"
    return _pytest("deaths at commits", told, "tests/simulation/test_many_deaths.py", "--soak", "-m", "soak", "-n", "2")


def _worlds(given: argparse.Namespace) -> Part:
    os.environ["SAATHI_SEEDS"] = str(given.seeds)
    told = f"{given.seeds:,} seeded worlds with a Twilio, a bank, a Redis and a Postgres that fail, and deaths at any commit"
    return _pytest("seeded worlds", told, "tests/simulation/test_seeds.py", "-n", "2")


def _requests(given: argparse.Namespace) -> Part:
    began = time.monotonic()
    command = [sys.executable, "-W", "ignore", "-m", "tests.soak.web", str(given.requests), str(given.seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    try:
        has = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return Part("requests through HTTP", False, seconds, "it broke off", _tail(done.stdout + done.stderr))
    told = (
        f"{has['requests']:,} requests of {has['people']:,} people ({has['per_s']:.0f}/s, slowest {has['slowest_ms']:,} ms): "
        f"{has['messages']:,} messages, {has['repeats']:,} repeats, {has['forged']:,} forgeries, {has['claimed']:,} codes "
        f"claimed; {has['laws']} laws, {len(has['broken'])} broken"
    )
    return Part("requests through HTTP", done.returncode == 0, seconds, told, "\n".join(has["broken"]))


def _rubbish(given: argparse.Namespace) -> Part:
    began = time.monotonic()
    inputs = max(given.requests // 5, 100)
    command = [sys.executable, "-W", "ignore", "-m", "tests.soak.rubbish", str(given.requests), str(inputs), str(given.seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    try:
        has = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return Part("a hostile internet", False, seconds, "it broke off", _tail(done.stdout + done.stderr))
    told = (
        f"{has['requests']:,} requests to {has['routes']} routes, {has['signed']:,} of them signed: {has['seen_5xx']} answered "
        f"with 5xx; {has['inputs']:,} bad inputs for {has['parsers']} parsers: {has['fell']} fell"
    )
    return Part("a hostile internet", done.returncode == 0, seconds, told, "\n".join(has["trouble"]))


def _kills(given: argparse.Namespace) -> Part:
    os.environ["SAATHI_KILLS"] = str(given.kills)
    told = f"{given.kills} runs with 40 kill -9 each of web, relay, workers and clock under load"
    # one at a time: two houses on two cores would only wait for each other
    return _pytest("kill -9 under load", told, "tests/simulation/test_kill.py", "--soak", "-m", "soak", "-n", "0")


def _pytest(name: str, told: str, *words: str) -> Part:
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    counts = re.findall(r"\d+ (?:passed|failed|error|errors)", done.stdout.splitlines()[-1] if done.stdout else "")
    result = ", ".join(counts) or f"exit {done.returncode}"
    held = done.returncode == 0 and "passed" in result  # nothing but skipped tests is no law that held
    return Part(name, held, time.monotonic() - began, f"{told}: {result}", _tail(done.stdout + done.stderr))


def _effort() -> dict[str, int]:
    """As the tests will see it: read with the environment that was just set."""
    from tests import effort

    return {name: value for name, value in vars(effort).items() if name.isupper()}


def _page(given: argparse.Namespace, parts: list[Part]) -> str:
    at = datetime.now(UTC)
    verdict = "Everything held." if all(part.ok for part in parts) else "SOMETHING DID NOT HOLD; see below."
    lines = [
        "# The last soak", "",
        f"Written by `make soak` on {at:%Y-%m-%d %H:%M} UTC, revision {_revision()}, Python {platform.python_version()}, "
        f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB; seed {given.seed}. "
        f"It took {sum(part.seconds for part in parts) / 60:.0f} minutes. {verdict}", "",
        "| part | held | seconds | what was tried |", "|---|---|---|---|",
        *(f"| {p.name} | {'yes' if p.ok else '**no**'} | {p.seconds:.0f} | {p.told} |" for p in parts),
    ]  # fmt: skip
    for part in parts:
        if not part.ok:
            lines += ["", f"## {part.name}", "", "```", part.trouble, "```"]
    return "\n".join(lines) + "\n"


def _line(part: Part) -> str:
    return f"{'ok   ' if part.ok else 'WRONG'} {part.name:<32} {part.seconds:>5.0f} s  {part.told}"


def _tail(words: str) -> str:
    return "\n".join(words.splitlines()[-TAIL:])


def _revision() -> str:
    changed = " with changes" if _git("status", "--porcelain") else ""
    return (_git("rev-parse", "--short", "HEAD") or "unknown") + changed


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
