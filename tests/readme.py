"""The commands that the documents tell a reader to type, and a house in which they can be tried."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot import local, supervise
from config.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def typed(page: Path) -> list[str]:
    """The lines of the page's sh blocks, continued lines joined, without their comments."""
    blocks = "".join(_BLOCK.findall(page.read_text(encoding="utf-8"))).replace("\\\n", " ")
    lines = [shlex.join(shlex.split(line, comments=True)) for line in blocks.splitlines()]
    return [line for line in lines if line]


def section(page: Path, heading: str) -> list[str]:
    """The same of one section alone."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no section {heading}"
    blocks = "".join(_BLOCK.findall(found[1]))
    return [shlex.join(words) for line in blocks.splitlines() if (words := shlex.split(line, comments=True))]


def environment(root: Path) -> dict[str, str]:
    """A bare machine's: nothing of the developer's settings, a root and ports of its own."""
    settings = {name.upper() for name in Settings.model_fields}
    bare = {name: value for name, value in os.environ.items() if name not in settings}
    return bare | {"SAATHI_ROOT": str(root), "PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Reader:
    """Types commands; `./saathi` is what the wrapper runs, with the Python that runs the tests."""

    root: Path
    env: dict[str, str]

    def types(self, line: str, said: str = "") -> subprocess.CompletedProcess[str]:
        words = shlex.split(line)
        assert words[0] == "./saathi", line
        command = [sys.executable, "-m", "bot", *words[1:]]
        return subprocess.run(
            command, cwd=ROOT, env=self.env, input=said, capture_output=True, text=True, check=False, timeout=120
        )

    def left_behind(self) -> list[str]:
        """Processes of this root that still run."""
        names = (str(self.root), str(local.locate(self.root).home))
        found = []
        for process in psutil.process_iter():
            try:
                told = [*process.cmdline(), process.environ().get("SAATHI_ROOT", "")]
            except psutil.Error:
                continue
            if process.pid != os.getpid() and any(name in word for name in names for word in told):
                found.append(" ".join(told))
        return found


@contextmanager
def reader(root: Path) -> Iterator[Reader]:
    """Whatever was started under `root` is stopped at the end, and its data forgotten."""
    try:
        yield Reader(root, environment(root))
    finally:
        supervise.stop(root)
        local.forget(root)
