"""Runs pip-audit and bandit, and holds what they find against .ci/accepted.toml. Used by .ci/audit."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OURS = ("base", "bot", "config", "console", "flows", "handlers", "journal", "ledger", "loyalty", "migrations", "ocr", "payouts",
        "campaigns", "sandbox", "whatsapp")  # fmt: skip
UNREACHED = 3  # exit code: nothing was found out, which is neither good nor bad news


def main(words: list[str]) -> int:
    tools = Path(words[0])
    accepted = tomllib.loads((ROOT / ".ci" / "accepted.toml").read_text(encoding="utf-8"))
    found, unused = habits(tools, accepted.get("habit", {}))
    weak = weaknesses(tools, accepted.get("weakness", {}))
    if weak is None:
        print("audit: the advisory database is out of reach, so pip-audit looked at nothing. Run .ci/audit where "
              "pypi.org and api.osv.dev can be reached.", file=sys.stderr)  # fmt: skip
    for line in (*found, *unused, *(weak or ())):
        print(f"audit: {line}", file=sys.stderr)
    if found or unused or weak:
        return 1
    if weak is None:
        return UNREACHED
    print("audit: no known weakness in what is installed, no dangerous habit that was not looked at")
    return 0


def habits(tools: Path, accepted: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What bandit finds and nobody has accepted; and what was accepted and is found no more."""
    rooms = [room for room in OURS if (ROOT / room).is_dir()]
    command = [tools / "bandit", "-q", "-r", "-f", "json", *rooms]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)["results"]
    found, used = [], set()
    for one in results:
        name = one["filename"].removeprefix("./")
        rule = accepted.get(one["test_id"])
        if rule is not None and any(name.startswith(place) for place in rule.get("in", [""])):
            used |= {(one["test_id"], place) for place in rule.get("in", [""]) if name.startswith(place)}
            continue
        found.append(f"{name}:{one['line_number']}: {one['test_id']} {one['issue_text']} ({one['issue_severity'].lower()})")
    due = {(test, place) for test, rule in accepted.items() for place in rule.get("in", [""])}
    gone = sorted(due - used)
    return found, [f".ci/accepted.toml: {test} is found no more in {place or 'the house'}: take it out" for test, place in gone]


def weaknesses(tools: Path, accepted: dict[str, Any]) -> list[str] | None:
    """What pip-audit knows against the pinned requirements; None where its database is out of reach."""
    how = ("--progress-spinner", "off", "-f", "json", "--no-deps", "--disable-pip", "-r", "requirements-core.txt")
    for service in ("osv", "pypi"):
        try:
            command = [tools / "pip-audit", "-s", service, *how]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
            told = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError, subprocess.TimeoutExpired):
            continue
        if any("skip_reason" in package for package in told):  # a mirror that knows no advisories says so of each package
            continue
        return [
            f"{package['name']} {package['version']}: {flaw['id']} ({', '.join(flaw['aliases'])}), mended in "
            f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
            for package in told for flaw in package.get("vulns", ())
            if not {flaw["id"], *flaw["aliases"]} & set(accepted)
        ]  # fmt: skip
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
