"""Taking the person out of a conversation and leaving what the flows made of it: the same value, the same stand-in. Pure.

What a person typed is kept word by word where the words are ours (commands, answers, what our own texts say) and struck out
where they are not; numbers of more than five digits never stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from flows.codec import from_json, to_json
from flows.spelling import digits_of, normalised
from flows.texts import LOCALES, catalogue, words
from journal.masked import CODE, TAG, ours

NAMES = ("Asha Verma", "Imran Sheikh", "Farah Naaz", "Suresh Patil")
SHOP, MOBILE, GSTIN, IFSC = "Verma Electricals", "+919000000001", "27AAPFU0939F1ZV", "HDFC0000001"
DIGITS_MAX = 5  # what is longer may be a phone, an account, a PIN code
ID = re.compile(r"\b([a-z]{2,4})_[0-9a-z]{16,40}\b")
SHAPES = {
    "shop": SHOP, "mobile": MOBILE, "phone": MOBILE, "gstin": GSTIN, "seller_gstin": GSTIN, "ifsc": IFSC, "number": "INV-1",
    "utr": "900000000001", "seller": "Test Traders", "last4": "0000", "address": MOBILE, "value": "INV-1",
}  # fmt: skip
_PARTS = re.compile(r"([\s.,!?;:/()\"'।|-]+)")


class Mask:
    """One conversation's stand-ins."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def value(self, given: Any) -> Any:
        """A value of the conversation with everything personal replaced; its kinds and numbers stay."""
        return from_json(self.json(to_json(given)))

    def json(self, raw: Any, field: str = "") -> Any:
        if isinstance(raw, Mapping):
            return {name: self.json(each, str(name)) for name, each in raw.items()}
        if isinstance(raw, list):
            return [self.json(each, field) for each in raw]
        return self._text(field, raw) if isinstance(raw, str) and raw else raw

    def typed(self, text: str) -> Iterator[str]:
        """What may stand for words that a person wrote, the most faithful first; none holds anything of theirs."""
        if text in self._names:
            yield self._names[text]
        yield self.struck(text)
        digits = digits_of(text)
        if len(digits) == 6:
            yield another_pin(digits)
        if len(digits) > DIGITS_MAX:
            yield MOBILE
        yield from (NAMES[0], SHOP, GSTIN, IFSC, "INV-1")

    def struck(self, text: str) -> str:
        """Word by word; line ends become spaces, for a golden's event is one line."""
        kept = "".join(part if _PARTS.fullmatch(part) else self._word(part) for part in _PARTS.split(text) if part)
        if len(digits_of(kept)) > DIGITS_MAX:  # a number in groups: 98123 45678
            kept = "".join("0" if unicodedata.category(letter) == "Nd" else letter for letter in kept)
        return " ".join(kept.split())

    def _word(self, word: str) -> str:
        if CODE.fullmatch(word):
            return self._code(word)
        if normalised(word) in vocabulary() or _small_number(word) or not any(c.isalnum() for c in word):
            return word
        letter = "क" if any("\u0900" <= c <= "\u097f" for c in word) else "x"
        return letter * min(len(word), 12)

    def _text(self, field: str, text: str) -> str:
        if field == TAG:
            return text
        if field in ("name", "profile_name", "word", "holder"):
            return self._names.setdefault(text, NAMES[len(self._names) % len(NAMES)])
        if field in SHAPES:
            return self._names.setdefault(text, SHAPES[field])
        if field == "pin_code":
            return self._names.setdefault(text, another_pin(text))
        if field.startswith("masked"):
            return _masked(text)
        if CODE.fullmatch(text):
            return self._code(text)
        if field in ("text", "caption"):
            return self.struck(text)
        return self._with_ids(text) if ours(field) else self.struck(text)

    def _code(self, code: str) -> str:
        return self._codes.setdefault(code, f"TEST-TEST-TEST-{len(self._codes) + 1:04d}")

    def _with_ids(self, text: str) -> str:
        """Ids name rows of production; a test needs only that they differ."""
        return ID.sub(lambda m: self._ids.setdefault(m[0], f"{m[1]}_{len(self._ids) + 1}"), text)


def _masked(text: str) -> str:
    """`ra•••@okaxis`, `HDFC •••4821`, `AB••••••4F`: no letter of the person's stays."""
    _, at, handle = text.partition("@")
    if at:
        return f"as•••@{handle}" if normalised(handle) in HANDLES else "as•••@upi"
    return re.sub(r"[0-9A-Z](?=[0-9A-Z]*$)", "0", re.sub(r"^[A-Z]{2}(?=•)", "AA", text))


HANDLES = frozenset({"okaxis", "oksbi", "okicici", "okhdfcbank", "ybl", "ibl", "axl", "paytm", "upi", "apl"})


def another_pin(pin: str) -> str:
    """A PIN code of the same district that is not theirs."""
    return f"{pin[:3]}001" if not pin.endswith("001") else f"{pin[:3]}002"


def _small_number(word: str) -> bool:
    return word.isdecimal() and len(word) <= DIGITS_MAX


@cache
def vocabulary() -> frozenset[str]:
    """Every word that stands in our own texts and lists, so that it names nobody."""
    known = words()
    lists = (known.commands, known.answers, known.courtesy, known.points, known.money, known.beside_points)
    found = {word for each in lists for phrase in each for word in phrase.split()}
    for locale in LOCALES:
        for text in catalogue(locale).values():
            told = (text.body, *(f"{button.title} {button.description}" for button in text.buttons))
            found |= {normalised(word) for phrase in told for word in re.sub(r"\{\w+\}", " ", phrase).split()}
    return frozenset(word for word in found if word)
