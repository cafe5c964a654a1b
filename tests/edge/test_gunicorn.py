"""The web as it really listens: gunicorn with our settings, and callers who do not keep to HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.own_root import free_port
from bot.webhooks import BODY_MAX_BYTES
from tests.house import CODE_KEYS, DATA_KEYS, NOWHERE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One process, no database: everything here must be turned away before any is asked."""
    found = free_port()
    env = {
        "PATH": os.environ["PATH"], "PORT": str(found), "WEB_PROCESSES": "1", "DATABASE_URL": "postgresql://x@127.0.0.1:1/x",
        "REDIS_URL": NOWHERE, "DATA_KEYS": DATA_KEYS, "CODE_KEYS": CODE_KEYS, "TWILIO_API_BASE_URL": "http://127.0.0.1:1",
        "SAATHI_ROOT": str(tmp_path_factory.mktemp("root")),
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", "bot/gunicorn.py", "bot.app:create_app()"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(found)
            yield found
            assert process.poll() is None
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("gunicorn does not listen")


def asked(port: int, raw: bytes, waits_s: float = 20) -> bytes:
    """What comes back until the other side has no more to say."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(OSError):  # it may not want to hear all of it
            connection.sendall(raw)
        connection.settimeout(waits_s)
        told = b""
        try:
            while chunk := connection.recv(65_536):
                told += chunk
                if b"\r\n\r\n" in told and b"\r\nConnection: close" not in told.partition(b"\r\n\r\n")[0]:
                    break
        except OSError:
            pass
        return told


def status(told: bytes) -> int:
    return int(told.split()[1]) if told else 0


def head(*lines: bytes, first: bytes = b"POST /twilio/inbound HTTP/1.1") -> bytes:
    return b"\r\n".join((first, b"Host: bot.example.com", b"Content-Type: application/x-www-form-urlencoded", *lines, b"", b""))


def test_no_answer_names_the_software(port: int) -> None:
    told = asked(port, head(first=b"GET /healthz HTTP/1.1"))
    assert status(told) == 200
    assert b"unicorn" not in told and b"\r\nServer:" not in told and b"ython" not in told
    assert b"Content-Security-Policy: default-src 'none'" in told


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",  # TLS to a port that speaks none
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n" + b"\x00" * 100,
        head(b"Content-Length: 5", b"Content-Length: 6") + b"a=b&c",
        head(b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
        head(b"Content-Length: -1"),
        head(b"Content-Length: 1e3"),
        head(b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
        head(b"Transfer-Encoding: chunked") + b"zz\r\n",
        head(first=b"GET /" + b"a" * 8_000 + b" HTTP/1.1"),
        head(*[b"X-%d: y" % n for n in range(100)]),
        head(b"X: " + b"y" * 20_000),
        head(b"Content-Length: %d" % (BODY_MAX_BYTES + 1)) + b"a=b",
        head(b"X-Forwarded-For: 127.0.0.1", first=b"GET http://169.254.169.254/ HTTP/1.1"),
        head(first=b"CONNECT 169.254.169.254:80 HTTP/1.1"),
    ],
    ids=["tls", "short", "version", "nul", "two lengths", "length and chunked", "negative", "exponent", "gzip", "bad chunk",
         "long line", "many fields", "long field", "too large", "absolute", "connect"],
)  # fmt: skip
def test_who_does_not_keep_to_http_is_turned_away(port: int, raw: bytes) -> None:
    told = asked(port, raw, waits_s=2)
    assert status(told) in {0, 400, 403, 404, 405, 411, 413, 414, 417, 431, 501, 505}, told[:200]
    assert b"saathi_turns_total" not in told and b"Traceback" not in told
    assert status(asked(port, head(first=b"GET /healthz HTTP/1.1"))) == 200


def test_a_body_in_pieces_without_a_length_is_cut_off_at_the_same_size(port: int) -> None:
    piece = b"%x\r\n" % (1 << 20) + b"a" * (1 << 20) + b"\r\n"
    told = asked(port, head(b"Transfer-Encoding: chunked", b"Connection: close") + piece * 9 + b"0\r\n\r\n")
    assert status(told) in (0, 403, 413)  # what was read of it is not what was signed
    assert status(asked(port, head(first=b"GET /healthz HTTP/1.1"))) == 200
