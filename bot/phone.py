"""A phone of the sandbox's, used from outside: write, tap, send a picture, read what came. For the demo and benches."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ANSWER_S = 20.0


class NoAnswer(RuntimeError):
    """The house did not say what was waited for in time."""


@dataclass
class Phone:
    """`show` is called with each bubble, ours and theirs."""

    sandbox_url: str
    number: str
    name: str
    show: Callable[[str, dict[str, Any]], None] = lambda who, message: None
    _seen: int = 0
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))

    def __post_init__(self) -> None:
        self._post("put", f"/sandbox/phones/{self.number}", {"profile_name": self.name})

    def text(self, words: str) -> None:
        self._send({"text": words})

    def tap(self, button: str) -> None:
        """Tap a button of the newest message that has it, by id or by the beginning of its id."""
        for message in reversed(self.messages()):
            offered = message["buttons"] or (message["list"] or {"items": []})["items"]
            for one in offered:
                if one["id"] == button or one["id"].startswith(f"{button}-"):
                    self._send({"button": one["id"], "of": message["sid"]})
                    return
        raise NoAnswer(f"no button {button} was offered to {self.number}")

    def photo(self, path: Path) -> None:
        data = base64.b64encode(path.read_bytes()).decode()
        self._send({"media": data, "content_type": "image/jpeg", "filename": path.name})

    def hear(self, count: int = 1, within_s: float = ANSWER_S) -> list[dict[str, Any]]:
        """Wait for the next `count` messages of the house. Raises NoAnswer."""
        deadline = time.monotonic() + within_s
        while True:
            new = [m for m in self.messages() if m["direction"] == "out"][self._seen :]
            if len(new) >= count:
                for message in new[:count]:
                    self.show("saathi", message)
                self._seen += count
                return new[:count]
            if time.monotonic() > deadline:
                raise NoAnswer(f"{self.number} waited {within_s:.0f} s for message {self._seen + len(new) + 1}")
            time.sleep(0.05)

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._client.get(
            f"{self.sandbox_url}/sandbox/messages", params={"phone": self.number}
        ).json()["messages"]
        return found

    def _send(self, message: dict[str, Any]) -> None:
        shown = self._post("post", f"/sandbox/phones/{self.number}/messages", message)
        self.show(self.name, shown)

    def _post(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.request(method, self.sandbox_url + path, json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
