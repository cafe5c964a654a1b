"""GSTINs on paper: the check character, and what an engine may have confused, put right only where the number proves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from base.gstin import check_character, is_gstin

# What a digit's place may show of a digit, and a letter's place of a letter. Z's place is always Z.
_AS_DIGIT = {"O": "0", "Q": "0", "D": "0", "U": "0", "I": "1", "L": "1", "J": "1", "T": "7", "Z": "2", "S": "5", "G": "6",
             "B": "8", "A": "4"}  # fmt: skip
_AS_LETTER = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G", "4": "A", "7": "T"}
_SAME_SHAPE = ({"0", "O"}, {"1", "I"}, {"5", "S"}, {"8", "B"}, {"2", "Z"})
_FORCED_MAX = 3
_CLASSES = "ddLLLLLddddLeZc"
# Shapes printed alike inside one class: tried one at a time, believed only if exactly one gives a right check character.
_ALIKE = {
    "0": "86OD", "1": "7IL", "2": "7Z", "3": "8", "4": "A", "5": "6S", "6": "805G", "7": "1T", "8": "306B", "9": "4",
    "A": "R4", "B": "R8E", "C": "GO", "D": "O0", "E": "F", "F": "EP", "G": "C6", "H": "MN", "I": "LJT1", "J": "I", "K": "X",
    "L": "I1", "M": "NH", "N": "MH", "O": "DQC0", "P": "FR", "Q": "O", "R": "PBK", "S": "5", "T": "IY", "U": "VJ", "V": "UYW",
    "W": "V", "X": "K", "Y": "VT", "Z": "2",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A valid number; `forced` characters were put right by their place alone, `guessed` by the check character."""

    number: str
    forced: int = 0
    guessed: int = 0


def repaired(text: str) -> Reading | None:
    """What 15 printed characters say, or None. Never a number whose check character is wrong."""
    text = text.upper()
    if len(text) != 15 or not text.isascii() or not text.isalnum():
        return None
    placed = _placed(text)
    if placed is None:
        return None
    forced = sum(a != b for a, b in zip(text, placed, strict=True))
    if forced > _FORCED_MAX:
        return None
    if is_gstin(placed):
        return Reading(placed, forced)
    checked = placed[:14] + check_character(placed[:14])
    if {placed[14], checked[14]} in _SAME_SHAPE and is_gstin(checked):
        return Reading(checked, forced + 1)
    if forced:
        return None  # one guess upon another
    near = {candidate for candidate in _neighbours(placed) if is_gstin(candidate)}
    return Reading(near.pop(), forced, 1) if len(near) == 1 else None


def _placed(text: str) -> str | None:
    """Each character as what its place allows; None when some character cannot stand there."""
    letters = []
    for letter, kind in zip(text, _CLASSES, strict=True):
        if kind == "d" and not letter.isdigit():
            letter = _AS_DIGIT.get(letter, "")
        elif kind == "L" and not letter.isalpha():
            letter = _AS_LETTER.get(letter, "")
        elif kind == "e" and letter in "0OIL":  # first registrations are 1; neither 0 nor these letters are ever met
            letter = "1" if letter in "IL" else letter
        elif kind == "Z":
            letter = "Z" if letter in "Z27" else ""
        if not letter:
            return None
        letters.append(letter)
    return "".join(letters)


def _neighbours(text: str) -> Iterator[str]:
    for place, (letter, kind) in enumerate(zip(text, _CLASSES, strict=True)):
        for other in _ALIKE.get(letter, ""):
            if (kind == "d" and not other.isdigit()) or (kind == "L" and not other.isalpha()) or kind == "Z":
                continue
            yield text[:place] + other + text[place + 1 :]


_RUN = re.compile(r"[A-Za-z0-9]+(?:[ .\-_|][A-Za-z0-9]+)*")
_NEVER = re.compile(r"[^A-Z0-9]")


def gstins_in(text: str) -> tuple[tuple[int, Reading], ...]:
    """Every number in a line of print with the place it begins, labels and neighbours stuck to it or not, left to right."""
    found: list[tuple[int, Reading]] = []
    for run in _RUN.finditer(text):
        places = [place for place in range(run.start(), run.end()) if text[place].isascii() and text[place].isalnum()]
        letters = "".join(text[place] for place in places).upper()
        best: dict[int, tuple[int, Reading]] = {}
        for first in range(len(letters) - 14):
            if not _begins(text, places, first) and not letters[first : first + 2].isdigit():
                continue
            reading = repaired(letters[first : first + 15])
            torn = places[first + 14] - places[first] > 14  # by spaces or dots: then it has to be all but perfect
            if reading and not (torn and (reading.guessed or reading.forced > 1)):
                best[first] = (places[first], reading)
        while best:  # overlapping windows: the least mended one is meant
            first = min(best, key=lambda at: (best[at][1].guessed, best[at][1].forced, at))
            found.append(best[first])
            best = {at: value for at, value in best.items() if abs(at - first) >= 15}
    return tuple(sorted(found, key=lambda item: item[0]))


def _begins(text: str, places: list[int], first: int) -> bool:
    place = places[first]
    return place == 0 or not text[place - 1].isalnum()
