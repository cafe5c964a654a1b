"""Dates in a line of print, in the forms Indian papers use: day first, months by figures or by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTH_NAMES = """jan january जनवरी; feb february फरवरी; mar march मार्च; apr april अप्रैल; may मई; jun june जून; jul july जुलाई;
    aug august अगस्त; sep sept september सितंबर सितम्बर; oct october अक्टूबर; nov november नवंबर नवम्बर; dec december दिसंबर दिसम्बर"""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split(";"), start=1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True)).replace("o", "[o0]").replace("l", "[l1I]")
_D, _GAP, _ENDS = r"[0-9OolI]", r"\s{0,2}", r"(?![0-9]|[-/.][0-9])"
_FIGURES = re.compile(
    rf"(?<![0-9A-Za-z/.-]){_D}{{1,2}}{_GAP}(?P<mark>[-/.–—,]){_GAP}{_D}{{1,2}}{_GAP}(?P=mark){_GAP}(?:20)?{_D}{{2}}{_ENDS}"
)
_BEHIND_NUMBER = re.compile(
    r"(?<=[0-9]/)\d{1,2}(?P<mark>[-.])\d{1,2}(?P=mark)20\d{2}(?![0-9]|[-/.][0-9])"
)  # `No. / Date: 836/20.05.2025`
_ISO = re.compile(r"(?<![0-9])(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?![0-9])")
_NAMED = re.compile(
    rf"(?<![0-9A-Za-z])({_D}{{1,2}})(?:st|nd|rd|th)?[\s\-/.,'’]{{0,3}}({_MONTH})[\s\-/.,'’]{{0,3}}((?:20)?{_D}{{2}})(?![0-9])",
    re.IGNORECASE,
)
_NAMED_FIRST = re.compile(
    rf"(?<![A-Za-z])({_MONTH})[\s\-.]{{0,2}}(\d{{1,2}})(?:st|nd|rd|th)?[\s,\-']{{1,3}}(20\d{{2}})(?![0-9])", re.IGNORECASE
)
_BLURRED = re.compile(  # `05-Mav>2026`, `09.ju|-24`: between figures stand three letters that were a month's
    rf"(?<![0-9A-Za-z])({_D}{{1,2}})[\s\-/.,'’~>_]{{1,2}}([A-Za-z0-9|!]{{3}})[\s\-/.,'’~>_]{{1,2}}((?:20)?[0-9]{{2}})(?![0-9])"
)
_SHORT = tuple(name for name in _MONTHS if len(name) == 3 and name.isascii())
_SHAPES = ("ij1l|!", "s85", "o0ce", "ao4", "vyu", "nmhr", "pr", "gq9", "tf", "be8b", "li1|")  # letters printed alike
_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", **{chr(0x966 + n): str(n) for n in range(10)}})
_HINDI = str.maketrans({chr(0x966 + n): str(n) for n in range(10)})


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    start: int
    end: int
    mended: bool = False  # letters were taken for figures, or month and day had to be swapped


def dates_in(text: str) -> tuple[Day, ...]:
    """Every date in a line, left to right. Day before month unless that is impossible; two figures of a year are 20xx."""
    text = text.translate(_HINDI)
    found = []
    for match in _ISO.finditer(text):
        found.append((_day(match[3], match[2], match[1]), match))
    for match in _NAMED.finditer(text):
        found.append((_day(match[1], str(_month(match[2])), match[3]), match))
    for match in _NAMED_FIRST.finditer(text):
        found.append((_day(match[2], str(_month(match[1])), match[3]), match))
    for match in [*_FIGURES.finditer(text), *_BEHIND_NUMBER.finditer(text)]:
        day, month, year = re.split(r"[-/.–—,\s]+", match.group().strip())
        found.append((_day(day, month, year), match))
    for match in _BLURRED.finditer(text):
        value = _day(match[1], str(_blurred_month(match[2])), match[3])
        if value and (len(match[3]) == 4 or not match.group().replace(" ", "").isalnum()):  # no `15 Nos 20`
            found.append(((value[0], True), match))
    days = [Day(value[0], match.start(), match.end(), value[1]) for value, match in found if value]
    days.sort(key=lambda d: (d.start, -(d.end - d.start)))
    return tuple(d for place, d in enumerate(days) if not any(e.start <= d.start < e.end for e in days[:place]))


def _month(name: str) -> int:
    name = name.lower()
    return _MONTHS.get(name) or _MONTHS.get(name.replace("0", "o").replace("1", "l")) or 0


def _blurred_month(name: str) -> int:
    """The month three letters come nearest to; 0 where two of them are wrong, or two months are as near."""
    off = sorted((sum(map(_unlike, name.lower(), month)), _MONTHS[month]) for month in _SHORT)
    return off[0][1] if off[0][0] <= 1 and off[1][0] > off[0][0] and any(map(str.isalpha, name)) else 0


def _unlike(one: str, other: str) -> float:
    return 0.0 if one == other else 0.4 if any(one in shape and other in shape for shape in _SHAPES) else 1.0


def _day(day: str, month: str, year: str) -> tuple[date, bool] | None:
    if not any(letter.isdigit() for letter in day + year):
        return None
    mended = not (day + month + year).isdigit()
    d, m, y = (int(part.translate(_DIGITS)) for part in (day, month, year))
    y += 2000 if y < 100 else 0
    if m > 12 >= d:  # month first, as some programs abroad print it
        d, m, mended = m, d, True
    try:
        value = date(y, m, d)
    except ValueError:
        return None
    return (value, mended) if 2000 <= y <= 2099 else None
