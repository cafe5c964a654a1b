"""Sums of money as printed in India: `1,23,456.00`, `₹ 7,264/-`, `(-) 0.40`, and what engines make of them. Whole paise."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Blurred digits; only believed where the rest of the run is figures.
_BLURRED = str.maketrans({"O": "0", "o": "0", "D": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
_SUM = re.compile(
    r"""(?<![A-Za-z0-9.,/])(?<![A-Za-z0-9][-–])
    (?P<sign>\(?\s?[-–—]\s?\)?|\(\s?|\+\s?)?
    (?:₹|`|[Rr][Ss]\.?|INR)?\s{0,2}
    (?P<sign2>[-–—])?
    (?P<body>[0-9OolIS|BDZ]{1,3}(?:(?:[,.]\s?|\s(?=[0-9OolIS|BDZ]{2},))[0-9OolIS|BDZ]{2,3}){0,5}(?:\s?[.:,·]\s?[0-9OolIS|BDZ]{1,4})?
      |[0-9][0-9OolIS|BDZ]{0,11}(?:\s?[.:,·]\s?[0-9OolIS|BDZ]{1,4})?
      |\.[0-9]{2})
    (?P<tail>\s?/[-=]|\s?-(?![0-9A-Za-z])|\))?
    (?![.,:]?[A-Za-z0-9/])(?![-–][0-9])""",
    re.VERBOSE,
)
PAISE_MAX = 10**12  # a thousand crore: nothing a dealer is billed


@dataclass(frozen=True, slots=True)
class Sum:
    paise: int
    start: int
    end: int
    decimals: int  # as printed: 2 for money, 0 for whole rupees, 3 and more for rates
    percent: bool = False
    mended: bool = False  # letters were taken for digits, or the separators were odd


def sums_in(text: str) -> tuple[Sum, ...]:
    """Every figure in a line, left to right, that may be a sum of money."""
    found = []
    for match in _SUM.finditer(text):
        body = match["body"]
        if sum(letter.isdigit() for letter in body) * 2 <= sum(letter.isalnum() for letter in body):
            continue
        value = _paise(body)
        if value is None:
            continue
        paise, decimals, odd = value
        minus = any(mark in (match["sign"] or "") + (match["sign2"] or "") for mark in "-–—")
        bracketed = "(" in (match["sign"] or "") and ")" in (match["tail"] or "")
        trailing = (match["tail"] or "").strip() == "-" and decimals == 2
        if minus or bracketed or trailing:
            paise = -paise
        percent = text[match.end() :].lstrip()[:1] == "%"
        mended = odd or not all(letter.isdigit() or letter in ".,: ·" for letter in body)
        found.append(Sum(paise, match.start("body"), match.end(), decimals, percent, mended))
    return tuple(found)


def printed(paise: int) -> str:
    """`1,23,456.00`, as Indian papers group it."""
    rupees, rest = divmod(abs(paise), 100)
    digits = str(rupees)
    head, tail = digits[:-3], digits[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ("-" if paise < 0 else "") + ",".join([*groups, tail]) + f".{rest:02d}"


def _paise(body: str) -> tuple[int, int, bool] | None:
    """Paise, printed decimals, whether the separators were odd."""
    body = "".join(body.translate(_BLURRED).split()).replace("·", ".")
    parts = re.split(r"[.,:]", body)
    marks = re.findall(r"[.,:]", body)
    if not marks:  # ten plain digits are a telephone
        return _checked(int(body) * 100, 0, False) if len(body) < 10 else None
    last, mark = parts[-1], marks[-1]
    whole = "".join(parts[:-1])
    if mark == "," and len(last) == 3:  # only grouping, no decimals
        return _checked(int(whole + last) * 100, 0, not _grouped(parts))
    if mark == "." and len(last) == 3 and len(marks) > 1 and all(m in ".," for m in marks) and marks[0] == ".":
        return _checked(int(whole + last) * 100, 0, True)
    if mark == "," and len(last) not in (2,):
        return None
    odd = mark != "." or "." in marks[:-1] or ":" in marks[:-1] or not _grouped(parts[:-1])
    fraction = (last + "00")[:2]
    return _checked(int(whole or "0") * 100 + int(fraction) + (1 if last[2:3] >= "5" else 0), len(last), odd)


def _grouped(parts: list[str]) -> bool:
    """1,23,456 or 123,456 or 123456."""
    if len(parts) == 1:
        return True
    inner = parts[1:-1]
    return len(parts[-1]) == 3 and (all(len(p) == 2 for p in inner) or all(len(p) == 3 for p in inner))


def _checked(paise: int, decimals: int, odd: bool) -> tuple[int, int, bool] | None:
    return (paise, decimals, odd) if paise < PAISE_MAX else None
