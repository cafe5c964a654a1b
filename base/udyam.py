"""Udyam numbers: the registrations of India's micro, small and medium enterprises."""

from __future__ import annotations

import re

# No check digit is published: the shape, and the letters of a state or union territory as vehicles carry them.
_SHAPE = re.compile(r"UDYAM-([A-Z]{2})-([0-9]{2})-([0-9]{7})", re.ASCII)
_LOOSE = re.compile(r"UDYAM[\s\-–—./]*([A-Z]{2})[\s\-–—./]*(\d{2})[\s\-–—./]*(\d{7})(?!\d)", re.ASCII)
_STATES = (
    "AN AP AR AS BR CH CG CT DD DH DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UK UP"
    " UT WB"
)
STATES = frozenset(_STATES.split())


def normal_udyam(text: str) -> str | None:
    """The number in capitals with its dashes, if its parts and its state are right; else None."""
    found = _LOOSE.fullmatch(text.strip().upper())
    number = f"UDYAM-{found[1]}-{found[2]}-{found[3]}" if found else ""
    shape = _SHAPE.fullmatch(number)
    return number if shape and shape[1] in STATES and int(shape[3]) and int(shape[2]) else None


def udyam_in_words(words: str) -> str | None:
    """The one Udyam number in what somebody wrote; None where there is none, or two."""
    found = {number for one in _LOOSE.finditer(words.upper()) if (number := normal_udyam(one[0]))}
    return found.pop() if len(found) == 1 else None
