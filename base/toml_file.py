"""Operators' files are TOML: bytes into tables, or the one line that says why not."""

from __future__ import annotations

import tomllib
from typing import Any


class NotToml(ValueError):
    """The file cannot be read as TOML; the message says why, and what would help."""


def tables(data: bytes, bytes_max: int, what: str) -> dict[str, Any]:
    """The tables of a file of at most `bytes_max` bytes. `what` it should be, such as "a programme file". Raises NotToml."""
    if len(data) > bytes_max:
        raise NotToml(f"the file has more than {bytes_max} bytes: is it {what}?")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise NotToml(f"the file is not UTF-8 text (byte {wrong.start}): save it as UTF-8") from wrong
    except (ValueError, RecursionError) as wrong:  # ValueError also where a number has thousands of digits
        reason = str(wrong).splitlines()[0] if isinstance(wrong, tomllib.TOMLDecodeError) else "a value is too large"
        raise NotToml(f"the file is not TOML: {reason}") from wrong
