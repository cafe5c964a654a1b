"""Whether two spellings can be the same person's or shop's name. Pure.

Banks write MR RAMESH K SHARMA where the member says Ramesh Sharma: titles do not count, nor does order, an initial stands
for a name that begins with it, and a letter more or less is a way of spelling.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

SAME_FROM = 60  # of 100: half of the shorter name's words are not enough
TITLES = frozenset({
    "MR", "MRS", "MS", "MISS", "DR", "SHRI", "SHREE", "SRI", "SMT", "KUMARI", "LATE", "M", "S", "SO", "DO", "WO", "THE", "AND",
    "CO", "PVT", "LTD", "LLP",
})  # fmt: skip
ALIKE_FROM = 0.85  # of two words: RAMESH and RAKESH are 0.83, KUMAR and KUMMAR 0.91


def score(given: str, registered: str) -> int | None:
    """0 to 100; None where one of them has no Latin letters to compare."""
    ours, theirs = _words(given), _words(registered)
    if not ours or not theirs:
        return None
    if "".join(ours) == "".join(theirs):
        return 100  # RAMESHKUMAR
    left, found, whole = list(theirs), 0, False
    for word in sorted(ours, key=len, reverse=True):
        match = next((other for other in left if _alike(word, other)), None)
        if match is not None:
            left.remove(match)
            found += 1
            whole = whole or min(len(word), len(match)) > 1
    return 100 * found // min(len(ours), len(theirs)) if whole else 0


def _words(name: str) -> list[str]:
    words = re.findall(r"[A-Z]+", name.upper())
    return [word for word in words if word not in TITLES or len(words) == 1]


def _alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) == 1:
        return one[0] == other[0]
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE_FROM
