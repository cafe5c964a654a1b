"""What staff may see of a conversation's values without unmasking. Pure.

A word is shown where its field is on the list below: our own words, ids and times. Whatever else is text came from a
person, or names one, and is masked; a field that somebody adds tomorrow is masked until it is put on the list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flows.effects import Say

TAG = "$"
OURS = frozenset({
    TAG, "key", "kind", "outcome", "reason", "role", "locale", "command", "problem", "hints", "on", "limit", "why", "field",
    "edge", "flow", "tax_year", "today", "what", "lane", "button", "state", "product", "picture", "photo", "photos",
    "photo_id", "documents", "document", "utr", "claim", "claims", "bills", "bill", "payout", "token", "given", "account",
    "hint", "other", "sku", "rule", "trace", "unit", "decided_by", "serial", "version", "word_key", "year", "link_en",
    "link_hi", "files", "left", "missing", "status", "check", "step",
})  # fmt: skip
OUR_ENDINGS = ("_on", "_at", "_paise", "_minutes", "_days", "_bp")
NUMBERED = re.compile(r"(masked|token)\d*")  # what is masked already; names of secrets, never they themselves
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
HIDDEN = "•••"
CUTS = (20, 24)  # letters of a button and of a list's row
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])|[\x90\x9b\x9d][^\x07\x9c]*[\x07\x9c]?")
_HARMLESS = frozenset("\n\u200c\u200d")  # joiners are letters' own in Hindi


def neutral(words: str) -> str:
    """The same words, unable to move a cursor, colour a terminal or turn writing around; line ends stay."""
    bare = _ESCAPES.sub("␛", words)
    return "".join(
        c if c in _HARMLESS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else "\ufffd" for c in bare
    )


def value(raw: Any, field: str = "") -> Any:
    """`raw`, JSON of the conversation, with every text masked that is not ours; numbers stay."""
    if isinstance(raw, Mapping):
        return {name: value(each, str(name)) for name, each in raw.items()}
    if isinstance(raw, list | tuple):
        return [value(each, field) for each in raw]
    return neutral(text(field, raw)) if isinstance(raw, str) else raw


def text(field: str, words: str) -> str:
    """One text of that field."""
    if not words or ours(field):
        return words
    return f"••••-••••-••••-{words[-4:]}" if CODE.fullmatch(words) else HIDDEN


def ours(field: str) -> bool:
    return field in OURS or field.endswith(OUR_ENDINGS) or NUMBERED.fullmatch(field) is not None


def body(words: str, said: Say | None) -> str:
    """A text of ours as it left, with what it quotes of the person masked; `said` is what asked for it."""
    for field, quoted in _quoted(said):
        if len(quoted) > 1 or not quoted.isascii():
            words = words.replace(quoted, text(field, quoted))
    return neutral(words)


def typed(words: str) -> str:
    """What a person wrote: only how much it was."""
    return f"{HIDDEN} ({len(words)} letters)" if words else ""


def _quoted(said: Say | None) -> Iterable[tuple[str, str]]:
    """The longest first, so that no shorter one leaves half of it standing."""
    if said is None:
        return []
    pairs = [pair for values in (said.values, *(line.values for line in said.lines)) for pair in values.items()]
    found = {(name, each) for name, each in pairs if isinstance(each, str) and each and not ours(name)}
    # on a button a long one stands cut
    found |= {(name, f"{each[: most - 1].rstrip()}…") for name, each in found for most in CUTS if len(each) > most}
    return sorted(found, key=lambda pair: (-len(pair[1]), pair))
