"""Comparing the fingerprints of two papers. Pure, and without any library of pictures, so that the web may ask too."""

from __future__ import annotations

from collections.abc import Iterable

FIGURES_MAX = 160  # kept of one paper: the ones with the smallest hashes, so that two photos keep the same ones
FIGURES_MIN = 6  # fewer prove nothing
ALIKE_MIN = 0.6  # share of the smaller set found in the other; two bills of one printer shared at most 0.38


def alike(one: Iterable[int], other: Iterable[int]) -> bool:
    """Whether two fingerprints are of one paper, whole or part of it: a reason to look, never a verdict."""
    return likeness(one, other) >= ALIKE_MIN


def likeness(one: Iterable[int], other: Iterable[int]) -> float:
    """0 to 1: the share of the smaller paper's figures that stand on the other one; 0 when too few were read.

    Amounts with decimals decide where both papers have enough of them: whole numbers are often codes of the goods.
    """
    first, second = set(one), set(other)
    kept = min((max(figures) for figures in (first, second) if len(figures) == FIGURES_MAX), default=None)
    if kept is not None:  # above it, what stands on the paper was not kept
        first, second = ({figure for figure in figures if figure <= kept} for figures in (first, second))
    amounts = {figure for figure in first if figure & 1}, {figure for figure in second if figure & 1}
    if min(map(len, amounts)) >= FIGURES_MIN:
        first, second = amounts
    fewer = min(len(first), len(second))
    return len(first & second) / fewer if fewer >= FIGURES_MIN else 0.0
