"""Another revision's flows as a process of their own: checked out beside, spoken to over a pipe, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("flows", "base")  # flows import nothing else
GIT_S = 60


class CannotCompare(Exception):
    """Why that revision's flows cannot be asked, with the remedy."""


class Other:
    """`commit`: what the name stands for."""

    def __init__(self, process: subprocess.Popen[str], commit: str) -> None:
        self._process, self.commit = process, commit

    def ask(self, batch: Sequence[dict[str, Any]]) -> None:
        """Hand a batch over. It is read whole before it is answered, so neither side waits for the other's pipe."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(batch) + "\n")
        self._process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        """The answers to the batch that was handed over, in its order."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise CannotCompare(f"the flows of {self.commit[:12]} ended: {_last_words(self._process)}")
        found: list[dict[str, Any]] = json.loads(line)
        return found


@contextmanager
def other(revision: str, repository: Path = ROOT) -> Iterator[Other]:
    """The flows of `revision`, ready to be asked. Raises CannotCompare."""
    commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(_git(repository, "archive", "--format=tar", commit, "--", *PARTS))) as packed:
            packed.extractall(folder, filter="data")
        # nothing of our environment goes along: it holds keys
        env = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        process = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "bot" / "replay_child.py")], cwd=folder, env=env, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise CannotCompare(f"the flows of {commit[:12]} cannot be loaded: {_last_words(process)}")
            yield Other(process, commit)
        finally:
            process.kill()
            process.communicate()


def _git(repository: Path, *words: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise CannotCompare("git is not installed here: compare in a checkout")
    done = subprocess.run([git, "-C", str(repository), *words], capture_output=True, timeout=GIT_S)
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split()) or "there is no such revision"
        raise CannotCompare(f"git knows no such flows: {said}; name a commit, a branch or a tag of this checkout")
    return done.stdout


def _last_words(process: subprocess.Popen[str]) -> str:
    process.kill()
    _, said = process.communicate()
    return (said.strip().splitlines() or ["it said nothing"])[-1][:200]
