"""Aadhaar numbers in what people write: struck out before anything is stored (UIDAI: only licensed entities may keep one).

Twelve digits in a row, apart or not, pass the number's checksum once in ten by chance. So they must also be grouped as
people group them: "4985 7263 1893", "4 9 8 5 7263 1893", "4985/72631893", where no group runs across a four's end.
Two PIN codes, a phone and a sum, a date and a sum are grouped otherwise. Where the message itself speaks of an Aadhaar
number, any grouping will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from stdnum import verhoeff

STRUCK_OUT = "▮▮▮▮ ▮▮▮▮ ▮▮▮▮"
LENGTH = 12
FOUR = 4
ROUND = 50  # rupees
APART_MAX = 40  # letters between two groups of one number, many spaces included
_INVISIBLE = "\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3\u00ad"  # also what makes a key's picture of a digit
_APART = re.compile(rf"[\s.\-_/\\|:;*~·•\u2010-\u2015\u2212\u2043{_INVISIBLE}]*", re.UNICODE)
_COMMA = re.compile(rf"[\s,{_INVISIBLE}]*,[\s,{_INVISIBLE}]*")
_ANYTHING = re.compile(r"[^\w]*|_+")
_GROUP = re.compile(r"\d+")  # of any script; letters may touch it
_NAMED = re.compile(r"(?<![a-z])(?:aa?dha{1,2}r|u\.?i\.?d(?:ai)?(?![a-z]))|आधार|यूआईडी", re.IGNORECASE)
_MOMENT = re.compile(  # a date or a time, alone: not a part of a longer row with the same strokes
    r"(?<!\d)(?<!\d[./:-])"
    r"(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:20)?\d\d"
    r"|20\d\d([./-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)"
    r"(?![./:-]?\d)"
)
MOBILE_WITH_COUNTRY = re.compile(r"91[6-9]\d{9}")


@dataclass(frozen=True, slots=True)
class _Group:
    start: int
    end: int
    digits: str  # in ASCII
    joint: str  # what joins it to the group before: "" nothing (another stretch begins), "apart", "comma", "any"


def strike_out_aadhaar(words: str, our_codes: Callable[[str], Iterable[str]]) -> str:
    """The words with every Aadhaar number replaced by a mark; digits that stand within a genuine code of ours stay.

    `our_codes` finds the genuine codes in words; it is asked only where something looks like an Aadhaar number.
    """
    if sum(map(str.isdecimal, words)) < LENGTH:
        return words
    groups = _groups(words)
    named = _NAMED.search(words) is not None
    pieces, end = [], 0
    for first in range(len(groups)):
        if groups[first].start < end or (last := _last_of_twelve(groups, first)) is None:
            continue
        number = groups[first : last + 1]
        digits = "".join(group.digits for group in number)
        if not _is_aadhaar(digits) or not (_grouped_so(groups, first, last) or named):
            continue
        if any(digits in code.replace("-", "") for code in our_codes(words)):
            continue
        pieces += [words[end : number[0].start], STRUCK_OUT]
        end = number[-1].end
    return "".join(pieces) + words[end:]


# --- inside ---------------------------------------------------------------------------------------------------------


def _groups(words: str) -> list[_Group]:
    """Every group of digits outside dates and times, and what joins it to the one before."""
    masked = _MOMENT.sub(lambda found: "x" * len(found.group()), words)
    groups: list[_Group] = []
    for found in _GROUP.finditer(masked):
        between = masked[groups[-1].end : found.start()] if groups else "x"
        digits = "".join(str(int(letter)) for letter in found.group())
        groups.append(_Group(found.start(), found.end(), digits, _joint(between)))
    return groups


def _joint(between: str) -> str:
    if len(between) > APART_MAX:
        return ""
    kinds = (("apart", _APART), ("comma", _COMMA), ("any", _ANYTHING))
    return next((name for name, pattern in kinds if pattern.fullmatch(between)), "")


def _last_of_twelve(groups: list[_Group], first: int) -> int | None:
    """Where the stretch that begins at `first` has exactly twelve digits."""
    seen = 0
    for place in range(first, min(first + LENGTH, len(groups))):
        if place > first and not groups[place].joint:
            return None
        seen += len(groups[place].digits)
        if seen >= LENGTH:
            return place if seen == LENGTH else None
    return None


def _grouped_so(groups: list[_Group], first: int, last: int) -> bool:
    """Whether twelve digits are grouped as an Aadhaar number is, and not as a list of sums."""
    number = groups[first : last + 1]
    joints = {group.joint for group in number[1:]}
    around = [*groups[max(first - 1, 0) : first], *groups[last + 1 : last + 2]]
    joined = [one for one, joint in zip(around, _joints_around(groups, first, last), strict=True) if joint]
    sizes = [len(group.digits) for group in number]
    if joints & {"any"} or not _keeps_to_fours(sizes):
        return False
    if len(number) == 1:
        return True
    if is_list_of_sums([group.digits for group in number]):
        return False
    if "comma" in joints:  # 4985,7263,1893 but no longer list, and none of other sizes
        return sizes == [FOUR] * 3 and not joined
    # of small groups alone it is a number only where the stretch is no longer
    return max(sizes) >= FOUR or not any(len(one.digits) < FOUR for one in joined)


def is_list_of_sums(groups: list[str]) -> bool:
    """2000 3500 4250: of all Aadhaar numbers that are written in fours not one in 100,000 looks so."""
    return all(group[0] != "0" and int(group) % ROUND == 0 for group in groups)


def _joints_around(groups: list[_Group], first: int, last: int) -> Iterator[str]:
    """What joins the number to the group before it and to the one behind it, of those that are there."""
    if first > 0:
        yield groups[first].joint
    if last + 1 < len(groups):
        yield groups[last + 1].joint


def _keeps_to_fours(sizes: list[int]) -> bool:
    """No group runs across the end of a four, unless it is made of whole ones."""
    start = 0
    for size in sizes:
        end = start + size
        whole = start % FOUR == 0 and end % FOUR == 0
        if not whole and start // FOUR != (end - 1) // FOUR:
            return False
        start = end
    return True


def _is_aadhaar(digits: str) -> bool:
    plausible = digits[0] >= "2" and digits != digits[::-1] and verhoeff.is_valid(digits)
    return plausible and not MOBILE_WITH_COUNTRY.fullmatch(digits)
