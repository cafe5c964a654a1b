"""Aadhaar cards among papers, by their lines of print or their QR code. Pure.

Twelve digits pass the number's checksum once in ten by chance: an e-way bill's do. So such a number counts only beside the
card's own words, or its layout; without it, two different words of the card must stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from stdnum import verhoeff

_NUMBER = re.compile(r"(?<![\d.,/-])[2-9]\d{3}[ ]?\d{4}[ ]?\d{4}(?![\d.,/-]|[ ]\d{4}(?!\d))")
_OWN = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\baa?dha{1,2}r\b|आधार", r"\buidai\b|uidai\.gov", r"unique\s*identification|विशिष्ट\s*पहचान",
        r"\bvid\s*[:.]?\s*\d{4}", r"help@uidai|1947\b.*uidai",
    )
)  # fmt: skip
_LAYOUT = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"gover[nm]+ment\s*of\s*india|भारत\s*सरकार", r"\bd\.?o\.?b\b|year\s*of\s*birth|date\s*of\s*birth|जन्म",
        r"\b(fe)?male\b|पुरुष|महिला", r"enrol+ment\s*no",
    )
)  # fmt: skip
_BILL = re.compile(r"\bgstin\b|\btax\s*invoice\b|\be-?way\s*bill\b", re.IGNORECASE)
LAYOUT_MIN = 2
SECURE_QR_DIGITS_MIN = 600  # the signed code is one number of some thousand digits


def is_card(lines: Iterable[str]) -> bool:
    """Whether a paper with these lines is an Aadhaar card, or a letter with one."""
    page = "\n".join(lines)
    own = sum(1 for words in _OWN if words.search(page))
    layout = sum(1 for words in _LAYOUT if words.search(page))
    if not any(is_number(found) for found in _NUMBER.findall(page)):
        return own >= 2 and not _BILL.search(page)
    return own >= 1 or layout >= LAYOUT_MIN


def is_card_code(text: str) -> bool:
    """Whether a QR code is one of Aadhaar's: the old one's XML, or the signed one's long number."""
    bare = text.strip()
    return "PrintLetterBarcodeData" in bare or (len(bare) >= SECURE_QR_DIGITS_MIN and bare.isascii() and bare.isdecimal())


def is_number(digits: str) -> bool:
    number = digits.replace(" ", "")
    return len(number) == 12 and number[0] >= "2" and number != number[::-1] and bool(verhoeff.is_valid(number))


def masked(words: str, keep: Sequence[str | None] = ()) -> str:
    """The words with all but the last four digits of each such number struck out, but for those in `keep`: a bill's own
    number may look like one."""
    spared = {re.sub(r"\W", "", one) for one in keep if one}
    return _NUMBER.sub(lambda found: _masked(found[0], spared), words)


def _masked(number: str, spared: set[str]) -> str:
    return f"XXXX XXXX {number[-4:]}" if is_number(number) and number.replace(" ", "") not in spared else number
