"""Whether a member's answer about a bill is borne out by the paper. Pure.

Points never come of a member's word alone: what they type must be what was read, nearly so, or stand on the paper;
anything else is a reviewer's.
"""

from __future__ import annotations

from datetime import date

from rapidfuzz.distance import Levenshtein

from base.gstin import normal_gstin
from loyalty.reading import Reading, number_key, with_value

NUMBER_CHARACTERS_MAX = 16  # of an invoice number, by the law
SLIPS_MAX = 1  # letters that a reader may have got wrong in a number


def borne_out(reading: Reading, name: str, value: str) -> bool:
    """`value` as text: a number, an ISO date, paise, a GSTIN."""
    read = getattr(reading, name)
    if read is not None and value == (read.isoformat() if isinstance(read, date) else str(read)):
        return True
    match name:
        case "invoice_number":
            return len(value) <= NUMBER_CHARACTERS_MAX and _number_is_there(reading, value)
        case "seller_gstin":
            return normal_gstin(value) == value and _stands(reading, value)
        case "total_paise":
            return with_value(reading, name, value).closes
        case "invoice_date":
            return _date_is_there(reading, value)
    return False


def _number_is_there(reading: Reading, value: str) -> bool:
    key = number_key(value)
    if key is None:
        return False
    near = len(key) > 3 and Levenshtein.distance(key, reading.number_key or "") <= SLIPS_MAX
    return near or _stands(reading, value)


def _date_is_there(reading: Reading, value: str) -> bool:
    """Written with numbers, in any order and with any separators that people use."""
    year, month, day = value.split("-")
    written = {
        sep.join(parts)
        for sep in "/-."
        for y in (year, year[2:])
        for parts in ((day, month, y), (day.lstrip("0"), month.lstrip("0"), y), (y, month, day))
    }
    return any(form in word for word in reading.words for form in written)


def _stands(reading: Reading, value: str) -> bool:
    """Whether the value stands on the paper as a word of its own, however its separators were read."""
    key = number_key(value)
    return any(number_key(part) == key for word in reading.words for part in (word, *word.replace(":", " ").split()))
