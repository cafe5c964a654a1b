"""The portals' public keys, by key id. They rotate every year or two, so they are configuration: a directory or a file.

A directory holds one key a file: `KID.pem` (public key or certificate; also .cer, .crt), or any number of JWKS files
(.json, .jwks). Anything under a directory named `sandbox`, or in a file whose name starts with `sandbox`, is a key of the
portals' test systems: their tokens prove nothing about a real purchase.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key

BITS_MIN = 2048
FILE_BYTES_MAX = 1_000_000
_PEM, _JWKS = {".pem", ".cer", ".crt"}, {".json", ".jwks"}


class BadKeys(Exception):
    """A key that cannot be used, in one line that says where and what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    kid: str
    public: RSAPublicKey
    sandbox: bool


@dataclass(frozen=True, slots=True)
class Keyring:
    """Which keys are trusted. Empty (the default) verifies nothing, so no token is ever taken at its word."""

    keys: Mapping[str, Key] = field(default_factory=dict)

    @classmethod
    def load(cls, place: str, *, sandbox: bool = False) -> Keyring:
        """Every key at `place`; empty for "". Raises BadKeys, also for a sandbox key unless `sandbox` allows them."""
        if not place:
            return cls()
        found: dict[str, Key] = {}
        for path, key in _keys(Path(place)):
            if key.sandbox and not sandbox:
                raise BadKeys(f"EINVOICE_KEYS: {path} is a sandbox key: take it away, anyone can get a token it verifies")
            known = found.setdefault(_plain(key.kid), key)
            if known.public.public_numbers() != key.public.public_numbers():
                raise BadKeys(f"EINVOICE_KEYS: {path}: another key has the same id {key.kid}: keep one of them")
            if known.sandbox != key.sandbox:
                raise BadKeys(f"EINVOICE_KEYS: {path}: {key.kid} is both a sandbox key and none: keep one of them")
        if not found:
            raise BadKeys(f"EINVOICE_KEYS: {place} holds no key: put KID.pem or a JWKS file there, or leave it unset")
        return cls(found)

    def find(self, kid: object, x5t: object = None) -> Key | None:
        """By the header's kid (a certificate's SHA-1 in hex), or by the same fingerprint in base64url."""
        if isinstance(kid, str) and kid:
            return self.keys.get(_plain(kid))
        if isinstance(x5t, str) and x5t:
            try:
                return self.keys.get(_plain(base64.urlsafe_b64decode(x5t + "=" * (-len(x5t) % 4)).hex()))
            except ValueError:
                return None
        return None


def _plain(kid: str) -> str:
    return kid.strip().upper()


def _keys(place: Path) -> Iterator[tuple[Path, Key]]:
    if not place.exists():
        raise BadKeys(f"EINVOICE_KEYS: there is no {place}")
    paths = sorted(place.rglob("*")) if place.is_dir() else [place]
    for path in paths:
        if path.is_dir() or path.name.startswith("."):
            continue
        below = path.relative_to(place).parts if path != place else path.parts[-1:]
        sandbox = any(part.lower().startswith("sandbox") for part in (place.name, *below))
        if path.suffix.lower() in _PEM:
            yield from ((path, key) for key in _of_pem(path, sandbox))
        elif path.suffix.lower() in _JWKS:
            yield from ((path, key) for key in _of_jwks(path, sandbox))
        elif not place.is_dir():
            raise BadKeys(f"EINVOICE_KEYS: {path} is neither .pem, .cer, .crt nor .json, .jwks")


def _of_pem(path: Path, sandbox: bool) -> list[Key]:
    data = _bytes_of(path)
    try:
        if b"BEGIN PUBLIC KEY" in data:
            return [Key(path.stem, _rsa(load_pem_public_key(data), path), sandbox)]
        is_pem = b"BEGIN CERTIFICATE" in data
        certificate = x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)
        public = _rsa(certificate.public_key(), path)
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise BadKeys(f"EINVOICE_KEYS: {path} is no public key or certificate: fetch it again from the portal") from fault
    fingerprint = certificate.fingerprint(SHA1()).hex()  # noqa: S303  # the portals' kid: a name here, no proof
    return [Key(kid, public, sandbox) for kid in dict.fromkeys((path.stem, fingerprint))]


def _of_jwks(path: Path, sandbox: bool) -> list[Key]:
    try:
        known = json.loads(_bytes_of(path))
        listed = known.get("keys", [known])
        return [Key(str(one["kid"]), _rsa(_of_jwk(one), path), sandbox) for one in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise BadKeys(f"EINVOICE_KEYS: {path} is no JWKS of RSA keys, each with kid, n and e") from fault


def _of_jwk(one: Mapping[str, str]) -> RSAPublicKey:
    if one["kty"] != "RSA":
        raise ValueError(one["kty"])
    return RSAPublicNumbers(e=_number(one["e"]), n=_number(one["n"])).public_key()


def _number(value: str) -> int:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)), "big")
    except binascii.Error as fault:
        raise ValueError(value) from fault


def _rsa(public: object, path: Path) -> RSAPublicKey:
    if not isinstance(public, RSAPublicKey) or public.key_size < BITS_MIN:
        raise BadKeys(f"EINVOICE_KEYS: {path}: e-invoices are signed with RSA keys of {BITS_MIN} bits or more")
    return public


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as fault:
        raise BadKeys(f"EINVOICE_KEYS: {path} cannot be read: {fault.strerror}") from fault
    if len(data) > FILE_BYTES_MAX:
        raise BadKeys(f"EINVOICE_KEYS: {path} is too large for a key")
    return data
