"""A CSV file as people save it, row by row in flat memory: UTF-8 with or without its mark, UTF-16 with one; comma,
semicolon or tab between the cells; with or without names above the columns. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

ROWS_MAX = 500_000
LINE_LETTERS_MAX = 10_000
_PHONE_COLUMNS = ("phone", "mobile", "number", "whatsapp", "msisdn", "contact", "मोबाइल", "फोन", "फ़ोन", "नंबर")
_NOT_OURS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")


class BadSheet(ValueError):
    """The file cannot be read as such a list; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: of the file, from 1, where the row begins. `phone`: the cell as it is written; `others`: the rest."""

    line: int
    phone: str
    others: tuple[str, ...]


def rows(file: BinaryIO) -> Iterator[Row]:
    """The rows that are not empty, without the names of the columns. Raises BadSheet, also on the way."""
    lines = _lines(file)
    first = next(lines, None)
    if first is None:
        raise BadSheet("the file is empty")
    delimiter, counted = _delimiter(first), 0
    if first.casefold().startswith("sep="):  # Excel's own first line: it says the delimiter
        delimiter, first = (first.strip()[4:5] or ","), ""
    reader = csv.reader(_again(first, lines), delimiter=delimiter, strict=True)
    column, begins = None, 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if column is None:
                column, named = _column(cells)
                if named:
                    continue
            counted += 1
            if counted > ROWS_MAX:
                raise BadSheet(f"line {line}: a list has at most {ROWS_MAX} rows; make several of it")
            phone = cells[column] if column < len(cells) else ""
            yield Row(line, phone, tuple(cells[:column] + cells[column + 1 :]))
    except csv.Error as fault:
        raise BadSheet(f"line {begins}: {_in_words(fault)}") from None
    if not counted:
        raise BadSheet("the file has no row but the names of its columns")


def _lines(file: BinaryIO) -> Iterator[str]:
    """Line by line, never more in memory than one of them."""
    begin = file.read(4)
    file.seek(0)
    if begin.startswith(_NOT_OURS):
        raise BadSheet("this is no CSV file: save the sheet as CSV UTF-8")
    encoding = "utf-16" if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text, number = io.TextIOWrapper(file, encoding=encoding, newline=""), 0
    try:
        while line := text.readline(LINE_LETTERS_MAX + 1):
            number += 1
            if len(line) > LINE_LETTERS_MAX:
                raise BadSheet(f"line {number}: is longer than {LINE_LETTERS_MAX} letters, so this is no list of people")
            if "\x00" in line:
                raise BadSheet(f"line {number}: is no text: save the sheet as CSV UTF-8")
            yield line
    except UnicodeError:
        raise BadSheet(f"after line {number}: is not {encoding.upper()[:6].rstrip('-')}: save the sheet as CSV UTF-8") from None
    finally:
        with suppress(ValueError):  # the file is the caller's to close, and may be closed by now
            text.detach()


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first or "\r\n"
    yield from lines


def _delimiter(line: str) -> str:
    """The one that stands there most often, outside quotes; a comma where there is none."""
    outside = "".join(line.split('"')[::2])
    return max(",;\t", key=lambda one: (outside.count(one), one == ","))


def _column(cells: Sequence[str]) -> tuple[int, bool]:
    """Where the phones stand, and whether this row was the columns' names. Raises BadSheet."""
    names = [" ".join(unicodedata.normalize("NFC", cell).casefold().replace("_", " ").split()) for cell in cells]
    if any(any(letter.isdecimal() for letter in name) for name in names):
        return 0, False  # a person, not a name of a column; without names the phones stand first
    found = [place for place, name in enumerate(names) if any(word in name.split() for word in _PHONE_COLUMNS)]
    if found:
        return found[0], True
    if len([name for name in names if name]) == 1:
        return names.index(next(name for name in names if name)), True
    raise BadSheet(f"line 1: no column is called phone, but {', '.join(name for name in names if name)[:200]}: name it phone")


def _in_words(fault: csv.Error) -> str:
    told = str(fault)
    if "unexpected end" in told or "larger than field limit" in told:
        return "a quote is opened and never closed"
    return "the quotes in this line cannot be read: write two of them for one inside a quoted cell"
