"""`python -m ocr FILE…`: one JSON line per file, in order, whatever the file is. See docs/contract.md for its shape."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from config.settings import read as read_settings
from ocr.einvoice_keys import BadKeys, Keyring
from ocr.engines.choose import engine
from ocr.engines.engine import Engine, EngineMissing
from ocr.facts import Decision
from ocr.image import BYTES_MAX
from ocr.paper import Paper, read_paper

Reader = Callable[[str], dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ocr", description="Read coupons and invoices; one line of JSON a file.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="judge an invoice's age at this day, not at its own"
    )
    given = parser.parse_args(arguments)
    try:
        read = reader(given.as_of)
        for name in given.files:
            began = time.perf_counter()
            record = read(name)
            del record["boxes"]
            record["ms"] = round((time.perf_counter() - began) * 1000)
            print(json.dumps(record), flush=True)  # ASCII only: any file name and any text fit on one line
    except (BadKeys, EngineMissing) as fault:
        print(fault, file=sys.stderr)
        return 2
    return 0


def reader(as_of: date | None = None) -> Reader:
    """A function from a file's name to its record, with `boxes` (where each field stood) and without `ms`.

    The settings choose engine and keys; the engine's models are loaded once, at the first file whose print is read.
    Raises BadKeys, and then EngineMissing, in one line that names the remedy; never for what is in a file.
    """
    settings, _ = read_settings()
    keyring = Keyring.load(settings.einvoice_keys, sandbox=settings.development)
    chosen: Callable[[], Engine] = cache(lambda: engine(settings.ocr_engine))

    def read(name: str) -> dict[str, Any]:
        paper = _paper(name, chosen, keyring, as_of)
        return {"file": name, **paper.record(), "boxes": paper.boxes()}

    return read


def _paper(name: str, chosen: Callable[[], Engine], keyring: Keyring, as_of: date | None) -> Paper:
    data = _bytes_of(name)
    if isinstance(data, str):
        return Paper("unreadable", (), (data,), Decision("refuse"))
    try:
        return read_paper(data, engine=chosen, keyring=keyring, as_of=as_of, lines=False)
    except EngineMissing:
        raise
    except Exception:  # one file must not silence the ones after it; the fault is told in full
        traceback.print_exc(file=sys.stderr)
        return Paper("unreadable", (), ("reader_failed",), Decision("refuse"))


def _bytes_of(name: str) -> bytes | str:
    """The file's bytes, or the problem. At most one byte more than the limit is read, whatever the file claims."""
    path = Path(name)
    try:
        if not path.exists():
            return "file_not_found"
        if not path.is_file():  # a directory; a pipe or device might never end
            return "not_a_file"
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except (OSError, ValueError):  # no permission; a name with a NUL
        return "not_readable"


if __name__ == "__main__":
    sys.exit(main())
