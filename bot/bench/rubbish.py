"""Bad input by a seed: what is right, bent in the ways that break readers. The same seed bends it the same way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LENGTH_MAX = 20_000  # of one input; longer ones are each reader's own test
ODD = (
    "", " ", "\x00", "\n", "\r\n", "\t", "\x1b[31m", "\x7f", "\u200b", "\u202e", "\u2066", "\ufeff", "\ufffd", "\ufdfd",
    "e\u0301",
    "İ", "ß", "ﬀ", "٣", "९", "１", "²", "½", "ⅷ", "𝟘", "👨‍👩‍👧", "क्ष", "\u0301" * 40, "\ud800", "\udfff", "\U0010ffff",
    "0", "-0", "-1", "1e999", "1e-999", "9" * 400, "0x10", "NaN", "Infinity", "None", "null", "true", "{}", "[]", "[[" * 200,
    '{"a":' * 200, '"', "'", "\\", "\\u0000", "%", "%s%n", "%00", "%c0%af", "{0}", "{name}", "{{7*7}}", "${jndi:ldap://x}",
    "=1+1", "@", ".", "..", "../" * 20, "/", "//", "://", "?", "#", "&", ";", ",", "|", "`", "$(id)", "'; DROP TABLE inbox; --",
    "<script>", "]]>", "31/02/2026", "00/00/0000", "29-02-2023", "99991231", "₹", "Rs.", "1,2,3", "1.2.3", "1,00,00,000.001",
)  # fmt: skip
DIGITS = ("०१२३४५६७८९", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "OlZEASGTBg")
SCRIPTS = tuple(str.maketrans("0123456789", digits) for digits in DIGITS)


def bent(dice: random.Random, samples: Sequence[str]) -> str:
    """One of the samples, bent once to a few times; now and then letters that mean nothing at all."""
    if dice.random() < 0.1:
        return noise(dice)
    words = dice.choice(samples)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        words = dice.choice(_WAYS)(dice, words)
    return words[:LENGTH_MAX]


def noise(dice: random.Random) -> str:
    return "".join(chr(dice.choice((dice.randrange(128), dice.randrange(0x1000), dice.randrange(0x110000)))) for _ in range(
        dice.choice((1, 4, 16, 64, 300))
    ))  # fmt: skip


def as_bytes(dice: random.Random, words: str) -> bytes:
    """The letters as bytes, which need be no UTF-8."""
    raw = words.encode("utf-8", "surrogatepass")
    if raw and dice.random() < 0.3:
        at = dice.randrange(len(raw))
        raw = raw[:at] + bytes([dice.randrange(256)]) + raw[at + dice.randrange(3) :]
    return raw


def _cut(dice: random.Random, words: str) -> str:
    first, last = sorted((dice.randrange(len(words) + 1), dice.randrange(len(words) + 1)))
    return words[:first] + words[last:]


def _ends(dice: random.Random, words: str) -> str:
    return words[: dice.randrange(len(words) + 1)]


def _put(dice: random.Random, words: str) -> str:
    at = dice.randrange(len(words) + 1)
    return words[:at] + dice.choice(ODD) + words[at:]


def _instead(dice: random.Random, words: str) -> str:
    if not words:
        return dice.choice(ODD)
    at = dice.randrange(len(words))
    return words[:at] + dice.choice((chr(dice.randrange(33, 127)), dice.choice(ODD))) + words[at + 1 :]


def _again(dice: random.Random, words: str) -> str:
    first, last = sorted((dice.randrange(len(words) + 1), dice.randrange(len(words) + 1)))
    return words[:last] + words[first:last] * dice.choice((1, 2, 50)) + words[last:]


def _swapped(dice: random.Random, words: str) -> str:
    return dice.choice((words.upper(), words.lower(), words.swapcase(), words[::-1], words.translate(dice.choice(SCRIPTS))))


_WAYS: tuple[Callable[[random.Random, str], str], ...] = (_cut, _ends, _put, _put, _instead, _instead, _again, _swapped)
