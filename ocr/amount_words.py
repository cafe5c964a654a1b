"""An amount in words, as Indian papers print it in English or Hindi: a witness for the figures, never a field by itself.

Engines drop letters and spaces ("Nnety Four", "FourThousand"), so a phrase may be read in more than one way: all ways are
returned, each with whether the phrase was whole, from `Rupees` to `only`, and every letter as it should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen"""
_TENS = """twenty thirty forty fifty sixty seventy eighty ninety"""
_HINDI = """
    शून्य एक दो तीन चार पांच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस
    तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस
    उनतालीस चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन
    तिरेपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरेसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर
    इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी
    छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
"""  # 0 to 99, each a word of its own
_SCALES = {"hundred": 100, "thousand": 1000, "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "lacs": 10**5, "crore": 10**7,
           "crores": 10**7, "million": 10**6, "सौ": 100, "हजार": 1000, "हज़ार": 1000, "लाख": 10**5, "करोड़": 10**7}  # fmt: skip
_PAISE = {"paise", "paisa", "paisas", "पैसे", "पैसा"}
_RUPEES = {"rupees", "rupee", "rupess", "inr", "rs", "रुपये", "रुपए", "रूपये", "रुपया"}
_STOP = {"only", "मात्र"}
_FILL = {"and", "inr", "एवं", "और"}
_VALUES: dict[str, int] = {
    **{word: number for number, word in enumerate(_UNITS.split())},
    **{word: (number + 2) * 10 for number, word in enumerate(_TENS.split())},
    **{word: number for number, word in enumerate(_HINDI.split())},
    "fourty": 40, "ninty": 90, "fourtee": 14, "पाँच": 5, "छः": 6, "छ": 6, "पन्द्रह": 15,
}  # fmt: skip
_WORDS = frozenset([*_VALUES, *_SCALES, *_PAISE, *_RUPEES, *_STOP, *_FILL])
_BEGINS = re.compile(r"(?:rup[ei]e?s?s?|inr|rs\.?|in\s?words|words?|chargeable|रुपये|रुपए|शब्दों\s?में)\W{0,4}", re.IGNORECASE)
_LONGEST = max(map(len, _WORDS))
_PHRASE_MAX = 400
Reading = tuple[int, bool]  # paise; exact: nothing mended, and from its opening word to `only`


def is_amount_phrase(text: str) -> bool:
    """Whether a line of print may be an amount in words: a scale or two numerals, and a word that opens or closes it."""
    lowered = text[:_PHRASE_MAX].lower()
    words = re.findall(r"[a-z]+|[\u0900-\u097f]+", lowered)
    numerals = sum(any(v in word for v in _COMMON) for word in words)
    return numerals >= 1 and (
        bool(_BEGINS.search(lowered)) or any(w.endswith(("only", "मात्र")) for w in words) or numerals >= 3
    )


def amounts_of(text: str) -> tuple[Reading, ...]:
    """Every amount the phrase may mean, at most a handful; empty when it is none."""
    text = text[:_PHRASE_MAX].lower()
    opened = _BEGINS.search(text)
    whole = bool(opened)
    tail = text[opened.end() :] if opened else text
    found: dict[int, bool] = {}
    for start in (tail, text):
        for words, exact in _readings(start):
            value = _value(words)
            if value:
                found[value] = found.get(value, False) or (exact and whole and any(word in _STOP for word in words))
        if found:
            break
    return tuple(found.items())


def _readings(text: str) -> Iterator[tuple[list[str], bool]]:
    """The ways to cut a line into known words; the rest of the line, after `only` or unknown print, is left alone."""
    ways: list[tuple[list[str], bool]] = [([], True)]
    for token in re.findall(r"[a-z0-9]+|[\u0900-\u097f]+", text):
        options = _cuts(token)
        if not options:
            if any(word in _VALUES or word in _SCALES for words, _ in ways for word in words):
                break
            continue
        ways = [([*words, *more], exact and right) for words, exact in ways for more, right in options][:16]
        if any(word in _STOP for word in options[0][0]):
            break
    yield from ways


@cache
def _cuts(token: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """A token as known words: itself, several run together, or the nearest ones."""
    if token in _WORDS:
        return (((token,), True),)
    glued = _unglued(token)
    if glued:
        return ((glued, True),)
    if len(token) < 3:
        return ()
    near = sorted((_distance(token, word), word) for word in _WORDS if abs(len(word) - len(token)) <= 2 and word.isascii())
    close = [word for distance, word in near if distance <= (1 if len(token) < 5 else 2)]
    return tuple(((word,), False) for word in close[:4])


def _unglued(token: str) -> tuple[str, ...] | None:
    """`fourthousandeight` as its words, longest first; None when letters are left over."""
    if not token:
        return ()
    for length in range(min(_LONGEST, len(token)), 1, -1):
        if token[:length] in _WORDS:
            rest = _unglued(token[length:])
            if rest is not None:
                return (token[:length], *rest)
    return None


def _value(words: list[str]) -> int | None:
    """Paise of a sequence of numerals and scales, or None when it is no number."""
    rupees, _, paise = _split(words)
    whole = _number(rupees)
    part = _number(paise) if paise else 0
    if whole is None or part is None or part >= 100:
        return None
    return whole * 100 + part


def _split(words: list[str]) -> tuple[list[str], str, list[str]]:
    """The rupees' words and the paise's: those before `paise`, or after `rupees … and paise`."""
    if not any(word in _PAISE for word in words):
        return words, "", []
    at = next(place for place, word in enumerate(words) if word in _PAISE)
    after = [word for word in words[at + 1 :] if word in _VALUES]
    if after:  # "… and paise forty two only"
        return words[:at], "paise", after
    before = at
    while before and words[before - 1] in _VALUES:
        before -= 1
    return words[:before], "paise", words[before:at]


def _number(words: list[str]) -> int | None:
    total = part = 0
    seen = False
    last_scale = 10**12
    for word in words:
        if word in _VALUES:
            value = _VALUES[word]
            if part % 100 and not (part % 10 == 0 and value < 10 and part % 100 >= 20):
                return None  # "twelve five" is no number
            part += value
            seen = True
        elif word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                part = (part or 1) * 100
            else:
                if scale >= last_scale:
                    return None
                total, part, last_scale = total + (part or 1) * scale, 0, scale
            seen = True
    return total + part if seen else None


def _distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


_COMMON = ("hundred", "thousand", "lakh", "lac", "crore", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty",
           "ninety", "only", "सौ", "हजार", "हज़ार", "लाख", "करोड़", "मात्र", "paise")  # fmt: skip
