"""Blind indexes: equal secrets are found equal without being opened. HMAC-SHA256; nothing but equality can be asked.

The key is derived (HKDF-SHA256) from a key of DATA_KEYS, one for each purpose. New indexes are made under the oldest
key on the ring, whose id stands before them, so adding a key for sealing changes no index. Keep the oldest key: while it
is on the ring every index can be looked up, and one made under any other key of the ring is found as well.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from base.sealing import KEY_BYTES, Keyring


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """For one purpose ("pan"): the same value under another purpose has another index."""

    keyring: Keyring
    purpose: str

    def of(self, normal: str) -> str:
        """`<key id>:<hex>` of a value in its one normal form."""
        return self.under_every_key(normal)[0]

    def under_every_key(self, normal: str) -> tuple[str, ...]:
        """Where the value may stand already; the one to write is first."""
        return tuple(f"{name}:{self._mac(key, normal)}" for name, key in self.keyring.keys.items())

    def _mac(self, key: bytes, normal: str) -> str:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"blind-index/{self.purpose}".encode()).derive(key)
        return hmac.digest(derived, normal.encode(), "sha256").hex()
