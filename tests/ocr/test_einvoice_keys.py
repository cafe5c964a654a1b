"""Keys come from a directory or a file, every fault is one line, and a test system's key stays out of real service."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from config.settings import Settings
from ocr.einvoice_keys import BadKeys, Keyring
from tests.ocr.test_einvoice import FORGER, PORTAL, segment

PUBLIC = PORTAL.public_key()


def pem(key: object = PUBLIC) -> bytes:
    assert isinstance(key, RSAPublicKey | ec.EllipticCurvePublicKey)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwks(*kids: str, key: RSAPublicKey = PUBLIC) -> str:
    numbers = key.public_numbers()
    n, e = (segment(v.to_bytes((v.bit_length() + 7) // 8, "big")) for v in (numbers.n, numbers.e))
    return json.dumps({"keys": [{"kty": "RSA", "kid": kid, "n": n, "e": e, "alg": "RS256"} for kid in kids]})


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    made = x509.CertificateBuilder(name, name, PUBLIC, 1, datetime(2026, 1, 1, tzinfo=UTC),
                                   datetime(2027, 1, 1, tzinfo=UTC))  # fmt: skip
    return made.sign(PORTAL, SHA256())


def test_nothing_configured_trusts_nobody() -> None:
    assert Keyring.load("").find("PORTAL") is None and Keyring().find(None) is None


def test_a_directory_of_keys_in_every_form(tmp_path: Path) -> None:
    (tmp_path / "AA01.pem").write_bytes(pem())
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "keys.jwks").write_text(jwks("bb02", "CC03"))
    (tmp_path / "portal.cer").write_bytes(certificate().public_bytes(Encoding.DER))
    (tmp_path / "README.txt").write_text("not a key")
    (tmp_path / ".hidden.pem").write_text("not a key")
    ring = Keyring.load(str(tmp_path))
    fingerprint = certificate().fingerprint(SHA1())
    for kid in ("AA01", "aa01", "BB02", "CC03", "portal", fingerprint.hex(), fingerprint.hex().upper()):
        found = ring.find(kid)
        assert found is not None and found.public.public_numbers() == PUBLIC.public_numbers() and not found.sandbox
    assert ring.find(None, segment(fingerprint)) is not None
    assert ring.find("DD04") is None and ring.find("README") is None


@pytest.mark.parametrize("name", ["K.pem", "k.json"])
def test_a_single_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(pem() if name.endswith("pem") else jwks("K").encode())
    assert Keyring.load(str(path)).find("K") is not None


@pytest.mark.parametrize("place", ["sandbox/K.pem", "sandbox.json", "Sandbox-nic/2026/K.pem", "sandbox_K.pem"])
@pytest.mark.parametrize("alone", [False, True])
def test_a_sandbox_key_is_refused_unless_it_is_allowed(tmp_path: Path, place: str, alone: bool) -> None:
    path = tmp_path / "keys" / place
    path.parent.mkdir(parents=True)
    path.write_bytes(pem() if place.endswith("pem") else jwks("K").encode())
    told = str(tmp_path / "keys" / Path(place).parts[0]) if alone else str(tmp_path / "keys")
    with pytest.raises(BadKeys, match="is a sandbox key"):
        Keyring.load(told)
    ring = Keyring.load(told, sandbox=True)
    assert len(ring.keys) == 1 and all(key.sandbox for key in ring.keys.values())
    real = Settings(einvoice_keys=told)
    assert [fault for fault in real.faults() if fault.startswith("EINVOICE_KEYS")] != []
    local = Settings(einvoice_keys=told, twilio_api_base_url="http://127.0.0.1:9")
    assert local.faults() == []


def test_a_directory_without_sandbox_keys_is_no_fault_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "K.pem").write_bytes(pem())
    for place in (str(tmp_path), str(tmp_path / "K.pem"), str(tmp_path / "missing"), ""):
        assert not [fault for fault in Settings(einvoice_keys=place).faults() if fault.startswith("EINVOICE_KEYS")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("K.pem", b"", "no public key or certificate"),
        ("K.pem", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no public key or certificate"),
        ("K.cer", b"\x30\x82\x00", "no public key or certificate"),
        ("K.pem", pem(ec.generate_private_key(ec.SECP256R1()).public_key()), "RSA keys of 2048 bits"),
        ("K.pem", pem(generate_private_key(65537, 1024).public_key()), "RSA keys of 2048 bits"),
        ("K.json", b"{", "no JWKS"),
        ("K.json", b"[]", "no JWKS"),
        ("K.json", b'{"keys": 3}', "no JWKS"),
        ("K.json", b'{"keys": [{"kty": "oct", "kid": "K", "k": "AAAA"}]}', "no JWKS"),
        ("K.json", b'{"keys": [{"kty": "RSA", "kid": "K", "n": "AAAA", "e": "AQAB"}]}', "JWKS|RSA keys"),
        ("K.json", b"[" * 100_000, "no JWKS"),
        ("K.json", jwks("").replace('"kid"', '"id"').encode(), "no JWKS"),
        ("K.pem", b"x" * 1_000_001, "too large"),
        ("notes.txt", b"", "holds no key"),
    ],
    ids=[str(number) for number in range(14)],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadKeys, match=words) as told:
        Keyring.load(str(tmp_path))
    assert str(told.value).startswith("EINVOICE_KEYS: ") and "\n" not in str(told.value)


def test_a_place_that_is_not_there_or_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="there is no"):
        Keyring.load(str(tmp_path / "nowhere"))
    (tmp_path / "key.txt").write_bytes(pem())
    with pytest.raises(BadKeys, match="neither"):
        Keyring.load(str(tmp_path / "key.txt"))


def test_two_keys_under_one_id_are_not_chosen_between(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(jwks("K"))
    (tmp_path / "b.json").write_text(jwks("k"))
    assert len(Keyring.load(str(tmp_path)).keys) == 1
    (tmp_path / "b.json").write_text(jwks("K", key=FORGER.public_key()))
    with pytest.raises(BadKeys, match="same id"):
        Keyring.load(str(tmp_path))
    (tmp_path / "b.json").unlink()
    (tmp_path / "sandbox.json").write_text(jwks("K"))
    with pytest.raises(BadKeys, match="both a sandbox key and none"):
        Keyring.load(str(tmp_path), sandbox=True)
