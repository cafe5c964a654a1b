"""What the page asks of the service through the sandbox: handed on as it is, and to nobody but the page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from sandbox.httpd import Server
from sandbox.server import running
from sandbox.settings import Settings
from sandbox.world import World

PHONE = "+919812345678"


class Service:
    """Answers everything with one answer, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.body = "200 OK", b"{}"
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked.append({**environ, "body": environ["wsgi.input"].read()})
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.body]

    def says(self, **told: Any) -> None:
        self.body = json.dumps(told).encode()


@pytest.fixture
def service() -> Iterator[tuple[Service, World]]:
    service, server = Service(), Server("127.0.0.1", 0)
    server.app = service
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    with running(Settings(port=0, bot_url=f"http://127.0.0.1:{server.port}")) as world:
        yield service, world
    server.shutdown()
    server.server_close()


def get(world: World, what: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
    return httpx.get(f"{world.settings.own_url}/sandbox/service/{what}", params=query, headers=headers, trust_env=False)


def turn(world: World, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    url = f"{world.settings.own_url}/sandbox/service/clock"
    return httpx.post(url, json=body, headers=headers, trust_env=False, timeout=10)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_phone_is_asked_for_by_both_its_addresses(service: tuple[Service, World], hidden: bool) -> None:
    bot, world = service
    httpx.put(f"{world.settings.own_url}/sandbox/phones/{PHONE}", json={"hidden": hidden}, trust_env=False)
    bot.says(turns=3, state="enrol.AskName")
    assert get(world, "conversation", phone=PHONE, turn=2).json() == {"turns": 3, "state": "enrol.AskName", "offered": True}
    (asked,) = bot.asked
    user_id = f"whatsapp:{world.phones[PHONE].user_id}"
    assert parse_qs(asked["QUERY_STRING"]) == {
        "address": [user_id if hidden else f"whatsapp:{PHONE}", user_id], "turn": ["2"],
    }  # fmt: skip
    assert asked["PATH_INFO"] == "/dev/conversation" and asked["HTTP_X_SAATHI_SANDBOX"] == "1"


@pytest.mark.parametrize(("status", "body", "why"), [
    ("404 Not Found", b"not found\n", "tells nothing of itself"), ("204 No Content", b"", "tells nothing of itself"),
    ("500 Internal Server Error", b"<h1>broken</h1>", "the service answered 500"), ("200 OK", b"not JSON", "answered 200"),
    ("200 OK", b"[1]", "answered 200"), ("302 Found", b"", "answered 302"), ("200 OK", b"\xff\xfe{", "answered 200"),
    ("409 Conflict", b'{"error": "it cannot be"}', "it cannot be"),
])  # fmt: skip
def test_what_it_does_not_tell_is_said_to_be_missing(
    service: tuple[Service, World], status: str, body: bytes, why: str
) -> None:
    bot, world = service
    bot.status, bot.body = status, body
    for what in ("conversation", "chat"):
        told = get(world, what, phone=PHONE)
        assert told.status_code == 200 and told.json()["offered"] is False and why in told.json()["why"]


@pytest.mark.parametrize("phone", ["", "12", "../x", "whatsapp:IN.1"])
def test_what_is_no_phone_is_asked_of_nobody(service: tuple[Service, World], phone: str) -> None:
    assert get(service[1], "conversation", phone=phone).status_code == 400 and service[0].asked == []


@pytest.mark.parametrize("headers", [
    {"Host": "sandbox.evil.example"}, {"Host": "127.0.0.1.evil.example"}, {"Host": "[::1"}, {"Origin": "https://evil.example"},
    {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
])  # fmt: skip
def test_a_page_elsewhere_gets_and_moves_nothing(service: tuple[Service, World], headers: dict[str, str]) -> None:
    bot, world = service
    assert get(world, "conversation", headers, phone=PHONE).status_code == 403
    assert get(world, "chat", headers, phone=PHONE).status_code == 403
    assert turn(world, {"advance_s": 60}, headers).status_code == 403
    assert bot.asked == [] and world.dial.ahead_s == 0


def test_a_form_moves_nothing(service: tuple[Service, World]) -> None:
    bot, world = service
    url = f"{world.settings.own_url}/sandbox/service/clock"
    told = httpx.post(url, content='{"advance_s": 60}', headers={"Content-Type": "text/plain"}, trust_env=False)
    assert told.status_code == 400 and bot.asked == [] and world.dial.ahead_s == 0


def test_our_dial_goes_to_where_the_services_time_is(service: tuple[Service, World]) -> None:
    """Also where the service was ahead before; one that has turned our dial itself is not followed twice."""
    bot, world = service
    bot.says(now=(datetime.now(UTC) + timedelta(hours=30)).isoformat())
    told = turn(world, {"advance_s": 3600}).json()
    assert told["service_moved"] and told["ahead_s"] == pytest.approx(108_000, abs=5)
    assert json.loads(bot.asked[0]["body"]) == {"advance_s": 3600}
    assert turn(world, {"past": "2026-01-05T10:00:00+00:00"}).json()["ahead_s"] == pytest.approx(108_000, abs=5)
    bot.says(now="2001-01-01T00:00:00+00:00")
    assert turn(world, {"advance_s": 5}).json()["ahead_s"] == pytest.approx(108_000, abs=5)


@pytest.mark.parametrize("now", [None, "soon", 5, "9999-12-31T23:59:59-23:00", "2026-01-05T10:00:00"])
def test_a_service_that_does_not_say_its_time_moves_nothing(service: tuple[Service, World], now: Any) -> None:
    bot, world = service
    bot.says(now=now)
    told = turn(world, {"advance_s": 60})
    assert (told.status_code, world.dial.ahead_s) == (409, 0) and "what time it is" in told.json()["error"]


def test_what_it_refuses_moves_nothing_here(service: tuple[Service, World]) -> None:
    bot, world = service
    bot.status, bot.body = "409 Conflict", b'{"error": "refused: too far"}'
    told = turn(world, {"advance_s": 60})
    assert (told.status_code, told.json()) == (409, {"error": "refused: too far"}) and world.dial.ahead_s == 0


def test_without_a_service_only_our_own_dial_moves() -> None:
    with running(Settings(port=0, bot_url="http://127.0.0.1:1")) as world:
        assert turn(world, {"advance_s": 60}).json() == {"ahead_s": 60, "service_moved": False}
        for body in ({"past": "2026-01-05T10:00:00+00:00"}, {"advance_s": "60"}, {"advance_s": -1}, {"advance_s": True}, {}):
            assert turn(world, body).status_code == 409
        assert turn(world, [60]).status_code == 400 and world.dial.ahead_s == 60
        assert "does not answer" in get(world, "conversation", phone=PHONE).json()["why"]
