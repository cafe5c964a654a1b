"""Sample photos: what lies in the folder is offered, and nothing else can be fetched."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from sandbox.server import running
from sandbox.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "samples"
    made.mkdir()
    (made / "invoice-credited.jpg").write_bytes(b"\xff\xd8\xff picture")
    (tmp_path / "secret.txt").write_text("secret")
    return made


def test_the_folder_is_listed_and_served_and_what_lies_outside_is_not(folder: Path) -> None:
    with running(Settings(port=0, samples=str(folder))) as world:
        url = f"{world.settings.own_url}/sandbox/samples"
        assert httpx.get(url).json() == {"samples": ["invoice-credited.jpg"]}
        got = httpx.get(f"{url}/invoice-credited.jpg")
        assert got.content == b"\xff\xd8\xff picture" and got.headers["content-type"] == "image/jpeg"
        for name in ("..%2fsecret.txt", "%2e%2e/secret.txt", "other.jpg"):
            assert httpx.get(f"{url}/{name}").status_code == 404


def test_without_a_folder_there_are_none() -> None:
    with running(Settings(port=0)) as world:
        assert httpx.get(f"{world.settings.own_url}/sandbox/samples").json() == {"samples": []}
