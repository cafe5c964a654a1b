"""Ids of our own: a prefix that says what it is, then a UUIDv7 in Crockford's letters, so that ids sort by age."""

from __future__ import annotations

from typing import Protocol

from uuid6 import uuid7

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids(Protocol):
    def new(self, prefix: str) -> str:
        """A fresh id such as `mbr_01j9…`: letters, digits and "_" only, so it can be an RQ job id too."""


class TimeOrderedIds:
    def new(self, prefix: str) -> str:
        number, letters = uuid7().int, []
        for _ in range(26):
            number, digit = divmod(number, 32)
            letters.append(ALPHABET[digit])
        return f"{prefix}_{''.join(reversed(letters))}"
