"""A member's PIN: kept as an Argon2id hash in its PHC form, parameters included, so that they can be raised later.

A PIN has so few forms that its hash alone hides nothing from whoever holds the table: callers seal what `hashed`
returns. The parameters are OWASP's least for Argon2id (19 MiB, two passes, one lane): some 50 to 250 ms of one core.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

DIGITS_MIN, DIGITS_MAX = 4, 6
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
SALT_BYTES, HASH_BYTES = 16, 32
_WITHIN = frozenset(" -.\u200b\u00a0")  # what people put between the digits
_UP, _DOWN = "01234567890", "09876543210"


def as_pin(typed: str) -> str | None:
    """The PIN in ASCII digits, of whatever script it was typed in; None for what is none."""
    kept = [letter for letter in typed.strip() if letter not in _WITHIN]
    if not DIGITS_MIN <= len(kept) <= DIGITS_MAX or not all(letter.isdecimal() for letter in kept):
        return None
    return "".join(str(unicodedata.decimal(letter)) for letter in kept)


def weakness(pin: str, phones: Iterable[str], areas: Iterable[str] = ()) -> str:
    """Why a thief would try this one first: repeated | sequence | phone | area; "" for a PIN that will do.

    `phones`: numbers of the member's own; `areas`: PIN codes of where they live or work.
    """
    if len(set(pin)) == 1 or pin == pin[:2] * (len(pin) // 2) or (len(pin) == DIGITS_MAX and pin == pin[:3] * 2):
        return "repeated"
    if pin in _UP or pin in _DOWN:
        return "sequence"
    if any(pin in phone[-len(pin) - 2 :] or phone[-10:].startswith(pin) for phone in phones if len(phone) >= DIGITS_MAX):
        return "phone"
    return "area" if any(pin in area for area in areas) else ""


def hashed(pin: str) -> str:
    """The PIN's hash under a fresh salt, PHC-encoded: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`."""
    kdf = Argon2id(
        salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
    )
    return kdf.derive_phc_encoded(pin.encode())


def matches(pin: str, phc: str) -> bool:
    """Whether the PIN is the one that was hashed, with the parameters it was hashed with; in constant time."""
    try:
        Argon2id.verify_phc_encoded(pin.encode(), phc)
    except InvalidKey:
        return False
    return True


def outdated(phc: str) -> bool:
    """Whether the hash was made with other parameters than today's: hash anew when the PIN is next typed."""
    return not phc.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
