"""The environment: local defaults that work, every fault of a real deployment named at once, keys made exactly once."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from base.sealing import Keyring
from config.settings import REQUIRED, BadSettings, Settings, load, new_keys
from loyalty.codes import CodeKeys

REAL = {
    "PUBLIC_BASE_URL": "https://bot.example.com", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_FROM": "whatsapp:+14155238886", "RAZORPAYX_KEY_ID": "k", "RAZORPAYX_KEY_SECRET": "s",
    "RAZORPAYX_ACCOUNT_NUMBER": "1", "RAZORPAYX_WEBHOOK_SECRET": "w", **new_keys(),
}  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variable of ours is set, and the root is an empty directory."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SAATHI_ROOT", str(tmp_path))
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load()


def test_nothing_set_works_locally(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, TWILIO_API_BASE_URL="http://127.0.0.1:8100")
    assert settings.development and settings.faults() == []
    assert settings.base_url == "http://127.0.0.1:8000"
    Keyring.parse(settings.data_keys)
    CodeKeys.parse(settings.code_keys)


def test_a_real_deployment_with_nothing_set_is_told_everything_at_once() -> None:
    faults = load().faults()
    for name in REQUIRED:
        assert sum(fault.startswith(name.upper() + " ") for fault in faults) == 1, name


def test_a_real_deployment_with_everything_set_has_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, **REAL).faults() == []


@pytest.mark.parametrize("name", [n for n in REAL if n not in ("DATA_KEYS", "CODE_KEYS")])
def test_an_empty_value_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert [fault.split()[0] for fault in given(monkeypatch, **{**REAL, name: ""}).faults()] == [name]


@pytest.mark.parametrize(("url", "word"), [
    ("http://bot.example.com", "https://"), ("https://my_bot.example.com", "underscore"), ("bot.example.com", "https://"),
])  # fmt: skip
def test_a_public_url_that_twilio_would_not_take(monkeypatch: pytest.MonkeyPatch, url: str, word: str) -> None:
    faults = given(monkeypatch, **{**REAL, "PUBLIC_BASE_URL": url}).faults()
    assert any(word in fault for fault in faults)


@pytest.mark.parametrize("sender", ["+14155238886", "whatsapp:14155238886", "whatsapp:+1 415 523 8886", "123"])
def test_a_sender_that_no_webhook_would_name(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    faults = given(monkeypatch, **{**REAL, "TWILIO_FROM": sender}).faults()
    assert [fault.split()[0] for fault in faults] == ["TWILIO_FROM"]


@pytest.mark.parametrize("url", [
    "https://api.twilio.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example:80", "https://127.0.0.1@evil.example",
])  # fmt: skip
def test_only_this_machine_is_development(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert not given(monkeypatch, TWILIO_API_BASE_URL=url).development


def test_every_value_that_cannot_be_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings) as fault:
        given(monkeypatch, PORT="eighty", PAYOUT_PROVIDER="barter")
    assert "PORT" in str(fault.value) and "PAYOUT_PROVIDER" in str(fault.value)


def test_a_fault_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings) as fault:
        given(monkeypatch, **{**REAL, "TWILIO_AUTH_TOKEN": "very-secret-token", "PORT": "0"})
    assert "very-secret-token" not in str(fault.value)
    faults = " ".join(given(monkeypatch, **{**REAL, "PORT": "8000", "PUBLIC_BASE_URL": ""}).faults())
    assert "very-secret-token" not in faults


def test_a_real_deployment_never_makes_keys_of_its_own(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    """Keys made on one machine would be lost with it, and what they sealed with them."""
    settings = given(monkeypatch, **{**REAL, "DATA_KEYS": "", "CODE_KEYS": ""})
    assert not (bare / ".local" / "keys").exists()
    assert {fault.split()[0] for fault in settings.faults()} == {"DATA_KEYS", "CODE_KEYS"}


def keys_of_another_process(root: str) -> tuple[str, str]:
    os.environ["SAATHI_ROOT"] = root
    os.environ["TWILIO_API_BASE_URL"] = "http://127.0.0.1:1"
    settings = load()
    return settings.data_keys, settings.code_keys


def test_processes_that_start_together_find_the_same_keys(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        found = set(pool.map(keys_of_another_process, [str(bare)] * 12))
    assert len(found) == 1
    kept = bare / ".local" / "keys"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sorted(p.name for p in kept.parent.iterdir()) == ["keys"]
    ours = given(monkeypatch, TWILIO_API_BASE_URL="http://127.0.0.1:1")
    assert (ours.data_keys, ours.code_keys) in found


def test_what_up_wrote_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    (bare / ".local").mkdir()
    (bare / ".local" / "env").write_text("PORT=9001\nPUBLIC_BASE_URL=http://127.0.0.1:9001\n")
    assert given(monkeypatch, TWILIO_API_BASE_URL="http://127.0.0.1:1").port == 9001
    assert given(monkeypatch, PORT="9002").port == 9002


def test_an_empty_token_signs_nothing() -> None:
    assert Settings(twilio_auth_token="", twilio_auth_token_secondary="").auth_tokens == ()
