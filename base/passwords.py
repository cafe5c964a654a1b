"""Passwords of the staff: what will do, and how they are kept (Argon2id in PHC form, with the parameters of base/pin.py).

Rules are NIST SP 800-63B's and ASVS's: long, not what everybody takes, not one's own name; no rules about symbols.
"""

from __future__ import annotations

import os
import unicodedata
from functools import cache
from itertools import pairwise

from base import pin

LETTERS_MIN, LETTERS_MAX = 12, 256
DIFFERENT_MIN = 5
# The commonest, without what the other rules find; compared without case, digits and signs around them left out.
COMMONEST = frozenset({
    "administrator", "alexanderthegreat", "asdfghjklzxcvbnm", "changemenow", "changeme", "computerscience",
    "correcthorsebatterystaple", "football", "footballfootball", "goodmorning", "hyderabad", "iloveyouforever",
    "iloveyousomuch", "india", "indianarmy", "jaishriram", "jaishreeram", "jaimatadi", "krishnaradha", "letmeinplease",
    "letmein", "liverpool", "manchesterunited", "microsoft", "mumbaiindians", "monkeymonkey", "myloveisforever",
    "passwordpassword", "password", "passw0rd", "p@ssword", "p@ssw0rd", "pleaseletmein", "princess", "qazwsxedcrfv",
    "qwerty", "qwertyuiop", "qwertyuiopasdf", "qwertyqwerty", "radhakrishna", "radheradhe", "saathi", "saathisaathi",
    "sachintendulkar", "secret", "secretpassword", "shivshankar", "starwars", "sunshine", "superman", "supersecret",
    "trustno", "trustnoone", "unbelievable", "welcome", "welcomehome", "whatever", "zaqxswcde",
})  # fmt: skip
_TAIL = "0123456789!@#$*.-_ "


def normal(password: str) -> str:
    """The same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, name: str) -> str:
    """Why it will not do, in words with the remedy; "" for one that will."""
    plain = normal(password)
    bare = plain.casefold()
    if len(plain) < LETTERS_MIN:
        return f"a password has at least {LETTERS_MIN} letters: three or four words that do not belong together"
    if len(plain) > LETTERS_MAX:
        return f"a password has at most {LETTERS_MAX} letters"
    if name.casefold() in bare:
        return "a password does not hold one's own name"
    if len(set(bare)) < DIFFERENT_MIN or _runs_on(bare):
        return "that is one of the first that are tried: take letters that do not repeat or run on"
    if bare.strip(_TAIL) in COMMONEST or bare in COMMONEST:
        return "that is one of the first that are tried: take words that do not belong together"
    return ""


def hashed(password: str) -> str:
    """The hash under a fresh salt, PHC-encoded; some 50 to 250 ms of one core."""
    return pin.hashed(normal(password))


def matches(password: str, phc: str) -> bool:
    """Whether it is the one that was hashed; as long for a wrong one as for the right one."""
    return pin.matches(normal(password[:LETTERS_MAX]), phc)


@cache
def nobodys() -> str:
    """A hash of what nobody knows, checked where there is no password: an unknown name takes as long as a known one."""
    return hashed(os.urandom(16).hex())


def _runs_on(bare: str) -> bool:
    """Whether all of it is one run: abcdefghijkl, 123456789012, 987654321098."""
    steps = {
        (ord(b) - ord(a)) % 10 if a.isdigit() and b.isdigit() else ord(b) - ord(a)
        for a, b in pairwise(bare)
    }  # fmt: skip
    return len(steps) == 1
