"""Products of a programme, and the kinds of values a programme file is made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr, StringConstraints

NAME_CHARACTERS_MAX = 80  # a name stands inside one line of a WhatsApp message
_JOINERS = "\u200c\u200d"  # invisible, and part of how Hindi and other Indian languages are written


def one_line(text: str) -> str:
    """NFC, trimmed; refuses what would break a message's line or hide in it."""
    line = unicodedata.normalize("NFC", text).strip()
    if not line:
        raise ValueError("must not be empty")
    if len(line) > NAME_CHARACTERS_MAX:
        raise ValueError(f"must have at most {NAME_CHARACTERS_MAX} characters")
    if any(unicodedata.category(letter)[0] in "CZ" and letter != " " and letter not in _JOINERS for letter in line):
        raise ValueError("must be one line without control or invisible characters")
    return line


def normalised(words: str) -> str:
    """For comparing names: case, width, punctuation and spacing do not count."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    kept = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in folded)
    return " ".join("".join(kept).split())


Line = Annotated[StrictStr, AfterValidator(one_line)]
Locale = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Sku = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,39}$")]
Points = Annotated[StrictInt, Field(ge=1, le=1_000_000)]


class Part(BaseModel):
    """What every table of a programme file has in common: closed, and never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Product(Part):
    sku: Sku
    names: Mapping[Locale, Line]  # one for each of the programme's locales
    hsn: Annotated[StrictStr, StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}){0,2}$")]
    points: Points  # for one coupon
    category: Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    aliases: tuple[Line, ...] = ()  # how dealers write it on their invoices

    def name(self, locale: str) -> str:
        """The name in that locale; the first one there is when it has none."""
        return self.names.get(locale) or next(iter(self.names.values()))

    def spoken(self) -> set[str]:
        """All it may be called, normalised: SKU, names, aliases."""
        return {normalised(words) for words in (self.sku, *self.names.values(), *self.aliases)}
