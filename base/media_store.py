"""Where sealed pictures and papers lie: a port, with a directory behind it on one machine.

What is put is already sealed, so whoever reads the store reads nothing.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Protocol

KEY = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")


class NotStored(KeyError):
    """Nothing lies under this key."""


class BadStore(ValueError):
    """MEDIA_STORE cannot be used; the message says why without showing a secret."""


class MediaStore(Protocol):
    """Keys are letters, digits and "_" in parts between "/"; another one raises ValueError.

    Methods raise OSError where the store is full, out of reach or refuses us.
    """

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
        _make_private(path.parent)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)  # a reader sees the whole file or none, even when we are killed here
        except OSError:
            fresh.unlink(missing_ok=True)  # of a disk that is full, nothing must stay
            raise
        _sync(path.parent)  # without this a power cut may take the name though the bytes are there

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as fault:
            raise NotStored(key) from fault

    def delete(self, key: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            self._path(key).unlink()

    def _path(self, key: str) -> Path:
        return self._root / checked(key)


def checked(key: str) -> str:
    """The key; raises ValueError where it could lead out of the store."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key of the media store: {key!r}")
    return key


def open_store(where: str) -> MediaStore:
    """The store that MEDIA_STORE names: a directory, or `s3://key:secret@host/bucket` for any S3-compatible service.

    Raises BadStore. Nothing is asked of the service yet.
    """
    if where.startswith("s3://"):
        from base.media_s3 import S3Store  # its client is heavy, and needed only where it is configured

        return S3Store(where)
    return DirectoryStore(Path(where))


def _make_private(directory: Path) -> None:
    """With mkdir's own `parents` only the last one would be closed to others."""
    if not directory.is_dir():
        _make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
