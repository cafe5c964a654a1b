"""The outer form of a signed token (compact JWS), taken apart without believing a word of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

CHARS_MAX = 400_000  # a QR code holds 4,296; a signed invoice of the allowed 1,000 lines comes as text of some 350,000
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+={0,2}")


@dataclass(frozen=True, slots=True)
class Jws:
    header: Mapping[str, object]
    payload: Mapping[str, object]
    signed: bytes  # what the signature is over
    signature: bytes
    repeated: bool  # a key stands twice in one object: readers may differ in which one they take


def split(text: str) -> Jws | None:
    """Three base64url segments, two of them JSON objects; white space anywhere is not part of it. None: not that."""
    if len(text) > CHARS_MAX:
        return None
    segments = "".join(text.split()).strip("\ufeff\x00").split(".")
    if len(segments) != 3 or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        return None
    try:
        header, payload, signature = (_bytes_of(segment) for segment in segments)
        (head, twice_above), (body, twice_below) = json_of(header.decode()), json_of(payload.decode())
    except ValueError:
        return None
    if not isinstance(head, dict) or not isinstance(body, dict):
        return None
    return Jws(head, body, ".".join(segments[:2]).encode(), signature, twice_above or twice_below)


def json_of(text: str) -> tuple[object, bool]:
    """The JSON value with exact numbers (Decimal for fractions), and whether any object names a key twice.

    Raises ValueError for anything that is not JSON, is nested too deeply or holds NaN or an infinity.
    """
    repeated = False

    def mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal repeated
        made = dict(pairs)
        repeated = repeated or len(made) < len(pairs)
        return made

    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=mapping)
    except (RecursionError, InvalidOperation) as fault:
        raise ValueError("not readable JSON") from fault
    return value, repeated


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _bytes_of(segment: str) -> bytes:
    bare = segment.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error as fault:
        raise ValueError("not base64url") from fault
