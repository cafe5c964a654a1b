"""Sealing: AES-256-GCM under a data key per person, data keys wrapped under the keys of DATA_KEYS.

A sealed value is bound to the place it stands in (`place`, as associated data), so a row's bytes pasted into another
row do not open. Erasing a person is deleting the wrapped data key.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class CannotOpen(Exception):
    """The bytes were not sealed under this key, or not for this place, or were changed."""


class BadKeys(ValueError):
    """DATA_KEYS cannot be used; the message says why without showing a key."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens under one data key."""

    key: bytes = field(repr=False)  # a traceback or a log line may print us

    def seal(self, plain: bytes, place: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + AESGCM(self.key).encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain bytes; raises CannotOpen."""
        sealed = bytes(sealed)
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] != VERSION:
                raise CannotOpen(place)
            return AESGCM(self.key).decrypt(nonce, body, place.encode())
        except (InvalidTag, ValueError) as fault:
            raise CannotOpen(place) from fault


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of DATA_KEYS by id; the last one wraps, all of them unwrap."""

    keys: Mapping[str, bytes] = field(repr=False)

    @staticmethod
    def parse(text: str) -> Keyring:
        """From `id:base64,id:base64,…` with keys of 32 bytes. Raises BadKeys."""
        keys: dict[str, bytes] = {}
        for place, part in enumerate(filter(None, (p.strip() for p in text.split(","))), start=1):
            entry = f"DATA_KEYS entry {place}"  # never its words: without a colon they are the key itself
            name, _, encoded = part.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError:  # binascii.Error is one; so is a letter outside ASCII
                raise BadKeys(f"{entry} is not id:base64; `./saathi keys new` makes one") from None
            if name in keys:  # one would replace the other, and what it sealed be lost
                raise BadKeys(f"{entry} names a key twice: give each its own id")
            if not name or not name.isalnum() or len(name) > 20 or len(key) != KEY_BYTES:
                why = "is not 1-20 letters or digits, a colon, and base64 of 32 bytes; `./saathi keys new` makes one"
                raise BadKeys(f"{entry} {why}")
            keys[name] = key
        if not keys:
            raise BadKeys("DATA_KEYS holds no key; `./saathi keys new` makes one")
        return Keyring(keys)

    @property
    def wrapping(self) -> str:
        """The id of the key that wraps: the last one."""
        return list(self.keys)[-1]

    def wrap_new(self, owner: str) -> bytes:
        """A fresh data key for `owner`, wrapped: `<key id>:` and the sealed bytes."""
        return self._wrap(os.urandom(KEY_BYTES), owner)

    def rewrap(self, wrapped: bytes, owner: str) -> bytes:
        """The same data key, wrapped under the key that wraps now; what it has sealed stays. Raises CannotOpen."""
        return self._wrap(self.unwrap(wrapped, owner).key, owner)

    def unwrap(self, wrapped: bytes, owner: str) -> Sealer:
        """The sealer of `owner`; raises CannotOpen, also where the key id is not on the ring."""
        name, _, sealed = bytes(wrapped).partition(b":")
        key = self.keys.get(name.decode("ascii", "replace"))
        if key is None:
            raise CannotOpen(f"no key {name!r} for {owner}")
        return Sealer(Sealer(key).open(sealed, f"data-key/{owner}"))

    def _wrap(self, data_key: bytes, owner: str) -> bytes:
        name = self.wrapping
        return name.encode() + b":" + Sealer(self.keys[name]).seal(data_key, f"data-key/{owner}")
