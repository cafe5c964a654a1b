"""Where the amount in words stands, on one line or two, and what it may say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.amount_words import amounts_of, is_amount_phrase
from ocr.rows import Page

_OF_TAX = re.compile(r"tax\s?(?:amount|amt)?\W{0,3}in\s?words|gst\s?(?:amount|amt)?\W{0,3}in\s?words", re.IGNORECASE)
_ENDS = re.compile(r"only|मात्र|paise", re.IGNORECASE)


def spoken_totals(pages: Sequence[Page]) -> tuple[tuple[int, bool], ...]:
    """What the phrases may say, in paise, each with whether it was read letter by letter. The tax's own phrase is left out."""
    found: dict[int, bool] = {}
    for page in pages:
        for number, row in enumerate(page.rows):
            if not is_amount_phrase(row.text) or _is_of_tax(page, number):
                continue
            readings = amounts_of(row.text)
            if not _ENDS.search(row.text):
                readings = _continued(page, number) or readings
            for paise, exact in readings:
                if paise >= 100:
                    found[paise] = found.get(paise, False) or exact
    return tuple(found.items())


def _is_of_tax(page: Page, number: int) -> bool:
    lines = [row.text for row in page.rows[max(0, number - 1) : number + 1]]
    if _OF_TAX.search(lines[-1]):
        return True
    return (
        len(lines) > 1 and bool(_OF_TAX.search(lines[0])) and not re.search(r"chargeable|in\s?words", lines[-1], re.IGNORECASE)
    )


def _continued(page: Page, number: int) -> tuple[tuple[int, bool], ...]:
    """The phrase with the line below it that begins where it begins."""
    row = page.rows[number]
    phrase = next((cell for cell in row.cells if is_amount_phrase(cell.text)), row.cells[0])
    for below in page.rows[number + 1 : number + 4]:
        cell = next((c for c in below.cells if abs(c.left - phrase.left) < 12 * page.letter), None)
        if cell and below.middle - row.middle < 2.5 * page.letter:
            joined = amounts_of(f"{phrase.text} {cell.text}")
            alone = {paise for paise, _ in amounts_of(phrase.text)}
            if joined and {paise for paise, _ in joined} != alone:
                return joined
    return ()
