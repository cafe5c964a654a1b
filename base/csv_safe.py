"""Tables for spreadsheets in which nothing that people wrote can become a formula.

A spreadsheet takes a cell that begins with = + - @, or with a tab or a line's end before one, for a formula, also where
the letter is a full-width one. Such a cell gets an apostrophe in front: then it is text (OWASP, CSV injection). Every
export goes through here, and an architecture test holds the house to it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_FIGURE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class Figure(str):
    """A number as we have written it ourselves: the one text that may begin with a minus. Raises ValueError."""

    __slots__ = ()

    def __new__(cls, written: str) -> Figure:
        if not _FIGURE.fullmatch(written):
            raise ValueError("a figure has digits, a point and a minus only")
        return super().__new__(cls, written)


Cell = str | int


def cell(words: str) -> str:
    """One line that a spreadsheet shows as it stands."""
    one_line = "".join(letter for letter in " ".join(words.split()) if letter.isprintable())
    return f"'{one_line}" if words.lstrip(" ").startswith(_FORMULA) or one_line.startswith(_FORMULA) else one_line


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A whole file (RFC 4180). Texts are made harmless; ints and figures stand as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(one) if isinstance(one, str) and not isinstance(one, Figure) else one for one in row])
    return out.getvalue()
