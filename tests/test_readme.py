"""What the documents tell a reader to type works: on a root and ports of the test's own, never the developer's."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from bot import local, supervise
from bot.cli.main import cli
from tests.readme import PAGES, ROOT, reader, section, typed

README = ROOT / "README.md"
MAKE = {"demo": "./saathi demo", "up": "./saathi up", "down": "./saathi down"}  # and `make test` is what runs this
SAID = """hello
I agree
Ramesh Kumar
Electrician
411001
{code}
redeem
60
ramesh.kumar@okaxis
yes
"""


def test_make_does_what_these_tests_do() -> None:
    targets = [line.split()[1] for line in typed(README) if line.startswith("make ")]
    assert set(targets) == {*MAKE, "test"}
    for target, command in MAKE.items():
        told = ["make", "--dry-run", "--assume-old=.venv/.installed", target]
        assert command in subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_everything_in_the_readme_is_tried_here() -> None:
    tried = {f"make {target}" for target in (*MAKE, "test")} | set(section(README, "Talk to it"))
    assert set(typed(README)) == tried


def test_the_demo(tmp_path: Path) -> None:
    root = tmp_path / ".local" / "demo"
    with reader(root) as typist:
        done = typist.__class__(root, typist.env | {"SAATHI_ROOT": str(tmp_path)}).types("./saathi demo")
        assert done.returncode == 0, done.stderr
        assert typist.left_behind() == [] and "Traceback" not in done.stdout + done.stderr
    for words in (
        "सहमत हूँ", "क्या आप सहमत हैं?", "हो गया, सुनीता देवी जी!", "के 60 पॉइंट जुड़ गए",  # enrolment in Hindi, credited
        "Do you agree?", "You are in, Prakash Rao!", "360 points added",  # enrolment in English, six codes of one photo
        "already yours since", "You have 360 points", "₹100 is on its way to", "₹100 has arrived at",
        "roshni/members/available", "the books agree", "PayoutPaid:", "Say news.paid", "paid",
    ):  # fmt: skip
        assert words in done.stdout, words
    sums = re.findall(r"all accounts\W+(INR|PTS)\W+?(\S+)\W*$", done.stdout, re.MULTILINE)
    assert {unit: re.sub(r"\D", "", total) for unit, total in sums} == {"INR": "0", "PTS": "0"}


@pytest.mark.thorough
def test_a_house_is_talked_to_and_goes_without_a_trace(tmp_path: Path) -> None:
    with reader(tmp_path) as typist:
        up = typist.types("./saathi up")
        assert up.returncode == 0, up.stderr
        assert f"http://127.0.0.1:{typist.env['SANDBOX_PORT']}/" in up.stdout
        again = typist.types("./saathi up")
        assert (again.returncode, again.stderr.count("\n")) == (1, 1) and "running already" in again.stderr
        code = json.loads(typist.types("./saathi coupon issue --sku WIRE-1.5-90 --count 1 --json").stdout)["codes"][0]
        for line in section(README, "Talk to it"):
            done = typist.types(line, SAID.format(code=code) if line == "./saathi talk" else "")
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            _as_promised(line, done.stdout)
        assert typist.types("./saathi down").returncode == 0
        assert typist.left_behind() == [] and supervise.status(tmp_path) is None
        assert all(server.pid is None for server in local.status(tmp_path))
        assert typist.types("./saathi down").returncode == 0  # again: nothing to stop


def _as_promised(line: str, printed: str) -> None:
    promised: dict[str, tuple[str, ...]] = {
        "talk": ("You are in, Ramesh Kumar!", "60 points", "on its way"), "member": ("R••• K•••",), "trial": ("all accounts",),
        "journal": ("redeem.Confirm",), "verify": ("the books agree",), "outbox": ("scan.credited",),
        "payouts": ("ra•••@okaxis",), "advance": ("it is now",), "issue": ('"codes"',), "doctor": ("ok ",),
    }  # fmt: skip
    for name, words in promised.items():
        if name in line:
            assert all(word in printed for word in words), (line, printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    targets = {line.partition(":")[0] for line in (ROOT / "Makefile").read_text().splitlines()}
    inline = [match[1] for match in re.finditer(r"`((?:\./saathi|make) [^`\n]*)`", words)]
    for line in [*typed(page), *inline]:
        first, *rest = line.replace("…", " ").split()
        if first == "make":
            assert rest[0] in targets or rest[0] == "setup", (page.name, line)
        elif first == "./saathi":
            _exists(rest, line)


def _exists(words: list[str], line: str) -> None:
    """Group, verb and options; values and placeholders are not looked at."""
    command: Any = cli
    for word in words:
        if isinstance(command, click.Group):
            if not re.fullmatch(r"[a-z]+", word):
                return  # a placeholder: GROUP VERB
            command = command.get_command(click.Context(command), word)
            assert command is not None, line
        elif word.lstrip("[").startswith("--"):
            option = word.strip("[]").partition("=")[0]
            assert any(option in parameter.opts for parameter in command.params) or option == "--help", line


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_wrapper_finds_its_python_through_a_link_and_from_elsewhere(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "a house", tmp_path / "elsewhere"
    (home / ".venv" / "bin").mkdir(parents=True)
    elsewhere.mkdir()
    (home / "saathi").write_bytes((ROOT / "saathi").read_bytes())
    (home / "saathi").chmod(0o755)
    (elsewhere / "saathi").symlink_to(home / "saathi")
    python = home / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s|" "$PYTHONPATH" "$@"\n')
    python.chmod(0o755)
    for command in ([home / "saathi"], [elsewhere / "saathi"], ["sh", "../a house/saathi"]):
        done = subprocess.run([*command, "member", "show", "a b"], cwd=elsewhere, capture_output=True, text=True, check=True)
        path, *words = done.stdout.split("|")[:-1]
        assert Path(path.partition(":")[0]).resolve() == home and words == ["-m", "bot", "member", "show", "a b"]


def test_the_wrapper_without_a_venv_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "saathi").write_bytes((ROOT / "saathi").read_bytes())
    done = subprocess.run(["sh", tmp_path / "saathi", "doctor"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "saathi: there is no .venv here; run `make setup` first\n"
    assert shlex.split("make setup")[1] in (ROOT / "Makefile").read_text()
