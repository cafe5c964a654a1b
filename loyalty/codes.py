"""Coupon codes: 16 letters that carry a key's name, a scrambled serial and a proof that we made them.

    key letter  5 bits · scrambled serial 40 bits · MAC 35 bits   =   16 letters of Crockford's base 32

A code guessed at random is genuine once in 2^35 tries; every mistyped letter is noticed. The serial is scrambled by a
keyed permutation, so a label does not tell how many were made or what the next one reads.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
SERIAL_BITS: Final = 40
SERIAL_MAX: Final = (1 << SERIAL_BITS) - 1
SECRET_BYTES_MIN = 16
_MAC_BITS = 35
_HALF_BITS = SERIAL_BITS // 2
_HALF_MASK: Final = (1 << _HALF_BITS) - 1
_ROUNDS = 8
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
# What eyes and thumbs mix up; U is never printed, so it can only be a V.
_FOLD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_GROUPS = re.compile("-".join([f"([{ALPHABET}]{{4}})"] * 4))
_NEAR_CODE = re.compile(f"[{ALPHABET}]{{3,5}}(?:-[{ALPHABET}]{{3,5}}){{3}}")


@dataclass(frozen=True, slots=True)
class Code:
    """A genuine code: made with our key `key`, as the serial-th of its stock."""

    key: str
    serial: int


@dataclass(frozen=True, slots=True)
class Typo:
    """It has a code's shape but is none of ours: mistyped, invented, or made with a key no longer listed."""

    text: str


@dataclass(frozen=True, slots=True)
class NotACode:
    """Nothing like a code."""


class BadCodeKeys(ValueError):
    """CODE_KEYS cannot be used; the message names fault and remedy and never repeats a secret."""


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """Secrets by key letter. The issuing key makes new codes; every listed key goes on reading its old ones."""

    issuing: str
    secrets: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> CodeKeys:
        """From "A:hex,B:hex"; the last one issues. Raises BadCodeKeys."""
        secrets: dict[str, bytes] = {}
        for place, entry in enumerate(text.split(","), start=1):
            letter, secret = _key_entry(entry, place)
            if letter in secrets:
                raise BadCodeKeys(f"CODE_KEYS names the key {letter} twice: give each key its own letter")
            if secret in secrets.values():
                raise BadCodeKeys(f"CODE_KEYS repeats another key's secret under {letter}: make a new random secret")
            secrets[letter] = secret
        return cls(letter, MappingProxyType(secrets))


def make_code(keys: CodeKeys, serial: int) -> str:
    """The code `XXXX-XXXX-XXXX-XXXX` for a serial of 0..2^40-1; the same every time. Raises ValueError beyond."""
    if not 0 <= serial <= SERIAL_MAX:
        raise ValueError(f"a coupon's serial is 0..{SERIAL_MAX}, not {serial}")
    secret = keys.secrets[keys.issuing]
    printed = _scramble(secret, serial)
    proof = _mac(secret, keys.issuing, serial)
    return _grouped(keys.issuing + _letters(printed, SERIAL_BITS) + _letters(proof, _MAC_BITS))


def read_code(keys: CodeKeys, text: str) -> Code | Typo | NotACode:
    """What one candidate is (see find_codes for messages). Case, spaces and O/0, I/L/1, U/V do not matter."""
    canonical = normal_form(text)
    if canonical is None:
        folded = _fold(text).strip("-")
        return Typo(folded) if _NEAR_CODE.fullmatch(folded) and 14 <= len(folded) - 3 <= 18 else NotACode()
    letters = canonical.replace("-", "")
    letter, secret = letters[0], keys.secrets.get(letters[0])
    if secret is None:
        return Typo(canonical)
    serial = _unscramble(secret, _number(letters[1:9]))
    proof = _letters(_mac(secret, letter, serial), _MAC_BITS)
    return Code(letter, serial) if hmac.compare_digest(proof, letters[9:]) else Typo(canonical)


def normal_form(text: str) -> str | None:
    """`XXXX-XXXX-XXXX-XXXX` if the text is 16 code letters, however grouped by spaces and dashes; else None."""
    letters = _fold(text).replace("-", "")
    return _grouped(letters) if len(letters) == 16 and all(letter in _VALUES for letter in letters) else None


def is_normal_form(text: str) -> bool:
    return _GROUPS.fullmatch(text) is not None


# --- inside ---------------------------------------------------------------------------------------------------------


def _key_entry(entry: str, place: int) -> tuple[str, bytes]:
    letter, colon, secret_hex = (part.strip() for part in entry.partition(":"))
    letter = letter.upper()
    if not colon:
        raise BadCodeKeys(f"CODE_KEYS entry {place} is not letter:hex; make the hex with `openssl rand -hex 32`")
    if len(letter) != 1 or letter not in _VALUES:
        raise BadCodeKeys(f"CODE_KEYS entry {place} must start with one of {ALPHABET}")
    try:
        secret = bytes.fromhex(secret_hex)
    except ValueError:
        # from None: the original error would quote the secret's position and context
        raise BadCodeKeys(f"CODE_KEYS key {letter} is not hexadecimal: use `openssl rand -hex 32`") from None
    if len(secret) < SECRET_BYTES_MIN:
        raise BadCodeKeys(f"CODE_KEYS key {letter} is too short: use `openssl rand -hex 32`")
    return letter, secret


def _mac(secret: bytes, letter: str, serial: int) -> int:
    digest = hmac.digest(secret, b"saathi coupon mac\0" + letter.encode() + serial.to_bytes(5, "big"), "sha256")
    return int.from_bytes(digest[:5], "big") >> (40 - _MAC_BITS)


def _scramble(secret: bytes, number: int) -> int:
    """A Feistel network over two halves of 20 bits: a permutation of all serials, different for every key."""
    left, right = number >> _HALF_BITS, number & _HALF_MASK
    for turn in range(_ROUNDS):
        left, right = right, left ^ _half(secret, turn, right)
    return left << _HALF_BITS | right


def _unscramble(secret: bytes, number: int) -> int:
    left, right = number >> _HALF_BITS, number & _HALF_MASK
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _half(secret, turn, left), left
    return left << _HALF_BITS | right


def _half(secret: bytes, turn: int, half: int) -> int:
    digest = hmac.digest(secret, b"saathi coupon mix\0" + bytes([turn]) + half.to_bytes(3, "big"), "sha256")
    return int.from_bytes(digest[:3], "big") & _HALF_MASK


def _letters(number: int, bits: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(bits - 5, -1, -5))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | _VALUES[letter]
    return number


def _fold(text: str) -> str:
    return re.sub(r"[\s-]+", "-", text.strip().upper()).translate(_FOLD)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))
