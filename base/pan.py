"""PANs: the permanent account numbers of India's income-tax department."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{3}[PCHFABGJLTK][A-Z][0-9]{4}[A-Z]", re.ASCII)  # the fourth letter: person, company, firm, …
_IN_WORDS = re.compile(r"(?<![A-Z0-9])[A-Z]{3}[PCHFABGJLTK][A-Z]\d{4}[A-Z](?![A-Z0-9])")  # digits of any script


def normal_pan(text: str) -> str | None:
    """The PAN in capitals without spaces and hyphens, if its letters and digits stand where they must; else None.

    The last letter is a check, but how it is made is not published.
    """
    number = "".join(text.split()).replace("-", "").upper()
    return number if _SHAPE.fullmatch(number) and number[5:9] != "0000" else None


def holds_pan(words: str) -> bool:
    """Whether something in the words has the shape of a PAN: better one too many kept secret than one too few."""
    return _IN_WORDS.search(words.upper()) is not None


def pan_in_words(words: str) -> str | None:
    """The one PAN in what somebody wrote: alone, spaced as on the card, or in a sentence. None: no PAN, or two."""
    if (alone := normal_pan(words)) is not None:
        return alone
    found = {pan for one in _IN_WORDS.findall(words.upper()) if (pan := normal_pan(one))}
    return found.pop() if len(found) == 1 else None
