"""Where sealed pictures and papers lie: a port, with a directory behind it on one machine.

What is put is already sealed, so whoever reads the store reads nothing.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Protocol

KEY = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")


class NotStored(KeyError):
    """Nothing lies under this key."""


class MediaStore(Protocol):
    def put(self, key: str, sealed: bytes) -> None:
        """Durable when it returns; the same key again replaces."""

    def get(self, key: str) -> bytes:
        """Raises NotStored."""

    def delete(self, key: str) -> None:
        """Gone, or was not there."""


class DirectoryStore:
    """Files under a directory that only its owner reads."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, sealed: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)  # a reader sees the whole file or none, even when we are killed here

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as fault:
            raise NotStored(key) from fault

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError(f"not a key of the media store: {key!r}")
        return self._root / key


def open_store(where: str) -> MediaStore:
    """The store that MEDIA_STORE names: a directory, or `s3://key:secret@host/bucket` for any S3-compatible service."""
    if where.startswith("s3://"):
        from base.media_s3 import S3Store  # its client is heavy, and needed only where it is configured

        return S3Store(where)
    return DirectoryStore(Path(where))
