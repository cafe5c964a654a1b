"""Where a colleague's token lies between two commands: a file that only this user of the machine reads."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from bot.cli.house import refuse


def read(name: str) -> str | None:
    """None: nobody has signed in here under this name. Refuses a file that others may read."""
    path = _path(name)
    try:
        if path.stat().st_mode & 0o077:
            raise refuse(f"{path} can be read by others: delete it and sign in again")
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as fault:
        raise refuse(f"{path} cannot be read ({type(fault).__name__}): delete it and sign in again") from fault


def write(name: str, token: str) -> None:
    """In place of an older one; never readable by others, not even for a moment."""
    path = _path(name)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{token}\n")
        fresh.replace(path)
    except OSError as fault:
        raise refuse(f"{path} cannot be written: {fault.strerror}; set XDG_STATE_HOME to a directory of yours") from fault


def forget(name: str) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        _path(name).unlink()


def _path(name: str) -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "saathi" / name
