"""Codes that are clearly meant but written oddly: a letter lost or doubled, strokes or dots between, spaces every two.

Asked only where nothing in a message has a code's own shape. What has sixteen letters after all comes in normal form, so
that a genuine one is credited; the rest is answered as a typing mistake. Words, sums, product names, numbers of bills,
phones, GSTINs and chassis numbers are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from loyalty.codes import normal_form

LETTERS = range(15, 18)  # one lost, none, one too many
COUNTS = (1, 4, 5, 6, 8, 9, *LETTERS)  # of pieces: whole, in fours, threes, twos, letter by letter
OTHER_WORDS_MAX = 6  # beside a code that is spelt out; more is a sentence about something else
CALLED_SO = frozenset({"CODE", "COD", "COUPON", "SAATHI", "QR"})  # words that say that a code follows
_LETTERS = re.compile(r"[A-Z0-9]+")
_APART = re.compile(r"[\s\-./\\|:;,*+~·•'\"()\[\]]{0,6}")
_GSTIN_LIKE = re.compile(r"[0-9OILSB]{2}[A-Z0-9]{5}[0-9OILSB]{4}[A-Z0-9]{2}[Z2][A-Z0-9]")
_LONG_NUMBER = re.compile(r"\d{6}")  # of a bank, a bill, a chassis; in a code once in thirty
_QUANTITY = re.compile(r"\d+[A-Z]+|[A-Z]+\d+|\d+X\d+")  # 90MTR, MCB32, 8X12: how products and sizes are written


@dataclass(frozen=True, slots=True)
class _Piece:
    at: int
    end: int
    text: str

    @property
    def changes(self) -> int:
        """How often letters turn into digits or back: seldom in words and numbers, often in codes."""
        return sum(a.isdigit() != b.isdigit() for a, b in pairwise(self.text))


def find_near_codes(plain: str) -> list[str]:
    """At most one for each stretch of pieces, in order. `plain`: upper case, ASCII digits, links and addresses blanked."""
    pieces = [_Piece(found.start(), found.end(), found.group()) for found in _LETTERS.finditer(plain)]
    found: list[str] = []
    first = 0
    while first < len(pieces):
        near = [count for count in COUNTS if _is_near(plain, pieces, first, count)]
        taken = min(near, key=lambda count: abs(_size(pieces[first : first + count]) - 16), default=0)
        if taken:
            found.append(_written(pieces[first : first + taken]))
        first += taken or 1
    return found


# --- inside ---------------------------------------------------------------------------------------------------------


def _is_near(plain: str, pieces: list[_Piece], first: int, count: int) -> bool:
    some = pieces[first : first + count]
    whole = "".join(piece.text for piece in some)
    if len(some) != count or len(whole) not in LETTERS or _LONG_NUMBER.search(whole):
        return False
    apart = [plain[a.end : b.at] for a, b in pairwise(some)]
    if any(not _APART.fullmatch(between) for between in apart):
        return False
    if _in_fours_by_a_mark(some, apart):
        beside = [plain[a.end : b.at] for a, b in pairwise(pieces[max(first - 1, 0) : first + count + 1])]
        return beside.count(apart[0]) == len(apart)  # and no fifth four
    called_so = any(piece.text in CALLED_SO for piece in pieces)
    digits = sum(letter.isdigit() for letter in whole)
    if not 2 <= digits <= len(whole) - 3 or _Piece(0, 0, whole).changes < (2 if called_so else 4):
        return False
    if count == 1:
        return not _GSTIN_LIKE.fullmatch(whole)
    return _evenly(some, 1 if called_so else 2) and (called_so or _alone(pieces, first, count))


def _in_fours_by_a_mark(some: list[_Piece], apart: list[str]) -> bool:
    """7K3M/9QXA/2B4C/5D60: as printed but for the mark, and neither four words nor a number's parts."""
    same_mark = len(set(apart)) == 1 and len(apart[0]) == 1 and not apart[0].isspace()
    spelt = [piece for piece in some if piece.changes and not _QUANTITY.fullmatch(piece.text)]
    return same_mark and [len(piece.text) for piece in some] == [4] * 4 and bool(spelt)


def _evenly(some: list[_Piece], mixed_min: int) -> bool:
    """Pieces of one size, the last one perhaps shorter or one of them a letter off; mixed as words and sums are not."""
    sizes = [len(piece.text) for piece in some]
    size = max(set(sizes), key=sizes.count)
    mixed = [piece for piece in some if piece.changes]
    odd = [each for each in sizes[:-1] if each != size]
    if size == 1:
        return not odd and sizes[-1] <= 2
    if size == 4:
        spelt = [piece for piece in mixed if not _QUANTITY.fullmatch(piece.text)]
        return len(some) == 4 and all(3 <= each <= 5 for each in sizes) and len(mixed) >= mixed_min and bool(spelt)
    return size in (2, 3) and not odd and sizes[-1] <= size + 1 and len(mixed) >= mixed_min


def _alone(pieces: list[_Piece], first: int, count: int) -> bool:
    """Whether the rest of the message is a few words."""
    rest = [piece.text for piece in (*pieces[:first], *pieces[first + count :])]
    return len(rest) <= OTHER_WORDS_MAX and all(word.isalpha() for word in rest)


def _size(some: list[_Piece]) -> int:
    return sum(len(piece.text) for piece in some)


def _written(some: list[_Piece]) -> str:
    whole = "".join(piece.text for piece in some)
    if (code := normal_form(whole)) is not None:
        return code
    if len(some) == 4:
        return "-".join(piece.text for piece in some)
    return "-".join((whole[:4], whole[4:8], whole[8:12], whole[12:]))
