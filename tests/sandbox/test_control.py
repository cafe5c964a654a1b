"""The sandbox's own controls: faults of the API, the clock, events, settings, the server itself."""

import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
import requests

from sandbox.courier import RetryPolicy, retry_policy
from sandbox.faults import FAULTS
from sandbox.settings import parse_settings
from tests.sandbox.fakes import PHONE, Sandbox, wait_for


@pytest.mark.parametrize(("numbers", "status", "code"), [({}, 500, 20500), ({"code": 429}, 429, 20429)])
def test_a_send_can_be_refused(sandbox: Sandbox, numbers: dict[str, int], status: int, code: int) -> None:
    sandbox.fault("twilio.messages", "error", **numbers)
    refused = sandbox.send(Body="hello")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert sandbox.send(Body="hello").status_code == 201
    assert len(sandbox.world.messages) == 1


@pytest.mark.parametrize(("kind", "accepted"), [("timeout", 0), ("drop", 0), ("timeout_after_accept", 1)])
def test_a_send_can_go_unanswered_before_or_after_it_is_accepted(sandbox: Sandbox, kind: str, accepted: int) -> None:
    sandbox.write()
    sandbox.fault("twilio.messages", kind, ms=20)
    with pytest.raises(requests.exceptions.ConnectionError):
        sandbox.send(Body="hello")
    listed = [m for m in sandbox.world.messages.values() if not m.inbound]
    assert len(listed) == accepted
    if accepted:
        wait_for(lambda: sandbox.bot.statuses(listed[0].sid) == ["sent", "delivered", "read"])


def test_a_fault_happens_as_often_as_asked(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.messages", "error", times=2, code=503)
    assert [sandbox.send(Body="x").status_code for _ in range(3)] == [503, 503, 201]


def test_faults_are_listed_and_cleared(sandbox: Sandbox) -> None:
    sandbox.fault("media", "404", times=3)
    listed = requests.get(f"{sandbox.url}/sandbox/faults", timeout=5).json()
    assert listed["faults"] == [{"where": "media", "kind": "404", "times": 3, "ms": None, "code": None}]
    assert listed["known"] == FAULTS
    assert sandbox.post("/faults", clear=True)["faults"] == []


@pytest.mark.parametrize(
    "fault",
    [
        {},
        5,
        None,
        {"where": "twilio.inbund", "kind": "drop"},
        {"where": "media", "kind": "reversal"},
        {"where": "media", "kind": "404", "times": 0},
        {"where": "media", "kind": "404", "times": "2"},
        {"where": "media", "kind": "404", "seconds": 2},
        [{"where": "media", "kind": "404"}, {"where": "media", "kind": "typo"}],
    ],
)
def test_a_fault_that_does_not_exist_is_refused(sandbox: Sandbox, fault: Any) -> None:
    refused = requests.post(f"{sandbox.url}/sandbox/faults", json=fault, timeout=5)
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert sandbox.world.faults.pending() == []


@pytest.mark.parametrize("advance", [-1, "5", None, True, 1e12])
def test_the_clock_refuses_what_is_no_step_forward(sandbox: Sandbox, advance: Any) -> None:
    assert requests.post(f"{sandbox.url}/sandbox/clock", json={"advance_s": advance}, timeout=5).status_code == 400
    assert sandbox.world.dial.ahead_s == 0


def test_events_are_waited_for_and_never_told_twice(sandbox: Sandbox) -> None:
    poll = f"{sandbox.url}/sandbox/events"
    start = requests.get(poll, params={"timeout_s": 0}, timeout=5).json()
    told: list[Any] = []
    asked = {"after": start["next"], "timeout_s": 10, "phone": PHONE}
    waiting = threading.Thread(target=lambda: told.append(requests.get(poll, params=asked, timeout=15).json()))
    waiting.start()
    sandbox.write("other", phone="+919800000009")
    sandbox.write("ours")
    waiting.join(15)
    assert [e["message"]["text"] for e in told[0]["events"] if e["kind"] == "message"] == ["ours"]
    later = requests.get(poll, params={**asked, "after": told[0]["next"], "timeout_s": 0}, timeout=5).json()
    assert told[0]["events"][0]["seq"] not in [e["seq"] for e in later["events"]]


def test_reset_forgets_people_faults_and_time(sandbox: Sandbox) -> None:
    sandbox.write()
    sandbox.fault("media", "404")
    sandbox.post("/clock", advance_s=60)
    sandbox.post("/reset")
    world = sandbox.world
    assert (world.messages, world.phones, world.faults.pending(), world.dial.ahead_s) == ({}, {}, [], 0)


@pytest.mark.parametrize(
    ("fragment", "policy"),
    [
        ("", RetryPolicy(1, frozenset({"ct"}))),
        ("rc=2&rp=ct,rt,5xx", RetryPolicy(2, frozenset({"ct", "rt", "5xx"}))),
        ("rc=99", RetryPolicy(5, frozenset({"ct"}))),
        ("rc=x&rp=all", RetryPolicy(1, frozenset({"all"}))),
        ("rc=0", RetryPolicy(0, frozenset({"ct"}))),
    ],
)
def test_a_webhooks_fragment_is_its_retry_policy(fragment: str, policy: RetryPolicy) -> None:
    assert retry_policy(fragment) == policy


def test_settings_come_from_the_environment_and_the_command_line_wins() -> None:
    environ = {"SANDBOX_PORT": "8111", "SANDBOX_FROM": "whatsapp:+911", "SANDBOX_BOT_URL": "http://127.0.0.1:1/"}
    settings = parse_settings(["--port", "8222", "--razorpay-secret", "s"], environ)
    assert (settings.port, settings.sender, settings.bot_url) == (8222, "whatsapp:+911", "http://127.0.0.1:1")
    assert (settings.own_url, settings.public_base_url) == ("http://127.0.0.1:8222", "http://127.0.0.1:1")
    assert settings.razorpay_key_secret == settings.razorpay_webhook_secret == "s"
    with pytest.raises(SystemExit) as ended:
        parse_settings(["--port", "many"], {})
    assert ended.value.code == 2


def test_a_taken_port_is_one_line_and_exit_1(sandbox: Sandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "choose another --port" in ended.stderr


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"POST /healthz HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"411"),
        (b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /healthz HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_the_server_answers_whatever_it_is_sent(sandbox: Sandbox, request_bytes: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1])), timeout=10) as connection:
        connection.sendall(request_bytes)
        assert connection.recv(4096).split(b" ")[1] == status


def test_a_connection_serves_many_requests(sandbox: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1])), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b'{"status":"ok"}' in connection.recv(4096)
