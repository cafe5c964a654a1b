"""Codes of an authenticator app: RFC 6238 with SHA-1, 30 seconds and six digits, which is what every app speaks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from datetime import datetime
from urllib.parse import quote

STEP_S = 30
DIGITS = 6
DRIFT_STEPS = 1  # a phone's clock may be this many steps off, either way
SEED_BYTES = 20  # RFC 4226's recommendation


def new_seed() -> bytes:
    return os.urandom(SEED_BYTES)


def code_at(seed: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    mac = hmac.digest(seed, step.to_bytes(8, "big"), hashlib.sha1)
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S


def matching_step(seed: bytes, typed: str, at: datetime) -> int | None:
    """The step whose code was typed; None where it is none of those around `at`. All are compared, in constant time.

    A code is good once: the caller keeps the step and takes only later ones.
    """
    code, now, found = as_code(typed), step_of(at), None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(seed, step).encode(), code.encode()):
            found = step
    return found


def as_code(typed: str) -> str:
    """What was typed, in ASCII digits and without the blanks that apps show between them."""
    letters = (letter for letter in typed if not letter.isspace())
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in letters)


def uri(seed: bytes, name: str, issuer: str = "Saathi") -> str:
    """What an app scans or imports."""
    secret = base64.b32encode(seed).decode().rstrip("=")
    label = f"{quote(issuer)}:{quote(name)}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
