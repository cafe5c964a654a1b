"""Files with what names people: for whoever runs the verb alone."""

from __future__ import annotations

import os
from pathlib import Path

from bot.cli.house import refuse


def write_private(out: Path, data: bytes) -> None:
    """Only its owner may read it, from the first byte on; never over another file. Refuses with one line, exit 1."""
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError:
        raise refuse(f"{out} is there already and is not written over: choose another name, or remove it") from None
    except OSError as fault:
        raise refuse(f"{out} cannot be written: {fault.strerror or type(fault).__name__}") from fault
