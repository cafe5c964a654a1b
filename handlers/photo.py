"""A picture that was read becomes the event the flows wait for; what is not ours is counted, never told."""

from __future__ import annotations

from collections.abc import Sequence

from flows.events import PhotoRead
from loyalty.code_search import code_in_link, find_codes

CODES_MAX = 250  # more than any camera resolves in one picture


def codes_in(words: str) -> list[str]:
    """Our codes in what one QR code holds: a link's, or those that stand in it."""
    return [code] if (code := code_in_link(words)) else find_codes(words, spelt_oddly=False)  # print makes no slips


def photo_read(photo: str, texts: Sequence[str], hints: Sequence[str]) -> PhotoRead:
    """`texts`: what the QR codes of one picture hold."""
    codes: dict[str, None] = {}
    foreign = 0
    for words in texts:
        found = codes_in(words)
        codes |= dict.fromkeys(found)
        foreign += not found
    kept = tuple(codes)[:CODES_MAX]
    return PhotoRead(photo, kept, "" if kept else "no_code", () if kept else tuple(hints), foreign)
