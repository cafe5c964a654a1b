"""What a member types when asked for a bill's number, date, total or seller, as the value that is meant."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from flows.spelling import DEVANAGARI_DIGITS

NUMBER_CHARACTERS_MAX = 16  # of an invoice number, by the law
PAISE_MAX = 10**11  # a hundred crore rupees: more is a slip
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HINDI_MONTHS = ("जन", "फर", "मार", "अप्र", "मई", "जून", "जुल", "अग", "सित", "अक", "नव", "दिस")

_COURTESIES = r"it is|its|it's|no it is|number|no|the|total|date|dated|rs|inr|is|(?:bill|invoice|inv)\s*(?:no|number)"
_LEADING = re.compile(rf"^(?:(?:{_COURTESIES})(?:[.:#]+\s*|\s+))+", re.IGNORECASE)
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9/\-]+")
_NUMERIC = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WORDED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s*[-/. ,]?\s*(\D{3,12}?)\s*[-/. ,]?\s*(\d{4}|\d{2})")
_AMOUNT = re.compile(r"₹?\s*(\d{1,3}(?:,\d{2,3})+|\d{1,10})(?:\.(\d{1,2}))?\s*(?:/-|rs\.?|rupees?|रुपये|रुपए)?", re.IGNORECASE)


def as_value(field: str, typed: str) -> str | None:
    """The value as text (number, ISO date, paise, GSTIN); None when it is nothing of the kind."""
    plain = unicodedata.normalize("NFKC", typed).translate(DEVANAGARI_DIGITS).strip()
    match field:
        case "number":
            return _number(plain)
        case "date":
            return _date(_LEADING.sub("", plain))
        case "total":
            return _amount(_LEADING.sub("", plain))
        case "seller":
            return _gstin(plain)
    return None


def _number(plain: str) -> str | None:
    """Letters, digits, slashes and dashes, a digit among them; spaces are how people write around the separators."""
    joined = re.sub(r"\s+", "", _LEADING.sub("", plain)).strip(".:#")
    return joined.upper() if _NUMBER.fullmatch(joined) and len(joined) <= NUMBER_CHARACTERS_MAX else None


def _date(plain: str) -> str | None:
    """Day first, as India writes it; a year of two digits is of this century."""
    if iso := _ISO.fullmatch(plain):
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    if found := _NUMERIC.fullmatch(plain):
        return _day(_year(found[3]), int(found[2]), int(found[1]))
    if found := _WORDED.fullmatch(plain.casefold()):
        month = next((n for n, name in enumerate(MONTHS, 1) if found[2].startswith(name)), 0)
        month = month or next((n for n, name in enumerate(HINDI_MONTHS, 1) if found[2].replace("़", "").startswith(name)), 0)
        return _day(_year(found[3]), month, int(found[1]))
    return None


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _amount(plain: str) -> str | None:
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        return None
    paise = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
    return str(paise) if 0 < paise < PAISE_MAX else None


def _gstin(plain: str) -> str | None:
    joined = re.sub(r"[\s\-]+", "", plain).upper()
    return joined if re.fullmatch(r"[0-9]{2}[A-Z0-9]{13}", joined) else None
