"""Before anything starts: ports that cannot be are one line for the operator."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import up
from config.settings import BadSettings, Settings


@pytest.mark.parametrize("port", ["eighty", "0", "-1", "65536", "9" * 5000, "8100.5", "\u0967\u0968"])
def test_a_sandbox_port_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("SANDBOX_PORT", port)
    with pytest.raises(BadSettings, match="SANDBOX_PORT"):
        up.sandbox_port()


@pytest.mark.parametrize(("given", "port"), [("8111", 8111), ("", up.SANDBOX_PORT)])
def test_a_sandbox_port_that_can_be(monkeypatch: pytest.MonkeyPatch, given: str, port: int) -> None:
    monkeypatch.setenv("SANDBOX_PORT", given)
    assert up.sandbox_port() == port


def test_service_and_sandbox_cannot_share_a_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANDBOX_PORT", "8111")
    with pytest.raises(BadSettings, match="both 8111"):
        up.start(Settings(port=8111, saathi_root=str(tmp_path)))
    assert not list(tmp_path.glob(".local/*"))
