"""What an engine read: words with the place they stand, on one upright page."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # clockwise from top left


@dataclass(frozen=True, slots=True)
class Word:
    """What an engine calls one text box: often a whole phrase."""

    text: str
    box: Quad  # pixels of the sheet
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One upright, deskewed page."""

    width: int
    height: int
    words: tuple[Word, ...]
    number: int = 1  # page, from 1
