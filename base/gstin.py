"""GSTINs: state, PAN, entity, a letter for the kind of registration, check character."""

from __future__ import annotations

import re

from stdnum import luhn  # its own in_.gstin does not know Ladakh (38), Other Territory (97) and the Centre (99)

_SHAPE = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]", re.ASCII)
_IN_WORDS = re.compile(r"(?<![A-Z0-9])[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z](?![A-Z0-9])", re.ASCII)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STATES = frozenset([*(f"{number:02d}" for number in range(1, 39)), "97", "99"])
_HOLDERS = frozenset("PCHFABGJLTK")  # fourth letter of a PAN: person, company, family, firm, …


def normal_gstin(text: str) -> str | None:
    """The GSTIN in capitals without spaces, if state, PAN, kind and check character are right; else None.

    Regular taxpayers only: the numbers of those who deduct or collect tax at source (no Z) do not sell on invoices.
    """
    number = "".join(text.split()).upper()
    return number if is_gstin(number) else None


def gstin_in_words(words: str) -> str | None:
    """The one GSTIN in what somebody wrote: alone, spaced, or in a sentence. None: no right one, or two."""
    if (alone := normal_gstin(words.replace("-", ""))) is not None:
        return alone
    found = {word for word in _IN_WORDS.findall(words.upper()) if is_gstin(word)}
    return found.pop() if len(found) == 1 else None


def pan_of(gstin: str) -> str:
    """The PAN of whoever is registered."""
    return gstin[2:12]


def is_gstin(number: str) -> bool:
    """Whether it is one as it stands, in capitals and without spaces."""
    if not _SHAPE.fullmatch(number) or number[:2] not in STATES:
        return False
    return number[5] in _HOLDERS and number[7:11] != "0000" and check_character(number[:14]) == number[14]


def check_character(first14: str) -> str:
    """The last character (Luhn, base 36) of a number that begins so."""
    return str(luhn.calc_check_digit(first14, _ALPHABET))
