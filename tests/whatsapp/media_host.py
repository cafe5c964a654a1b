"""A host on this machine that answers as each test has it written down, byte for byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest

from whatsapp.media import Fetched, Fetching, NotAvailable, fetch

CREDENTIALS = ("AC1", "token")


@dataclass
class Host:
    """`answers`: what is sent for a path, bytes or a function that is given `send` and an event set at the end."""

    port: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.name}{path}"

    def authorised(self) -> list[bool]:
        return ["\r\nauthorization:" in head.lower() for head in self.heads]


def ok(body: bytes, *headers: str, length: int | None = None) -> bytes:
    fields = [f"Content-Length: {len(body) if length is None else length}", "Content-Type: image/jpeg", *headers]
    return ("HTTP/1.1 200 OK\r\n" + "\r\n".join(fields) + "\r\n\r\n").encode() + body


def status(number: int, *headers: str) -> bytes:
    return ("\r\n".join([f"HTTP/1.1 {number} So", "Content-Length: 0", *headers]) + "\r\n\r\n").encode()


def redirect(url: str, number: int = 307) -> bytes:
    return status(number, f"Location: {url}")


@contextmanager
def host_running(**answers: bytes | Callable[[Callable[[bytes], object], threading.Event], None]) -> Iterator[Host]:
    host = Host(answers={f"/{path}": answer for path, answer in answers.items()})

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline(65_536)
                if not line:
                    return
                head += line
            host.heads.append(head.decode("latin-1"))
            answer = host.answers[head.split()[1].decode().partition("?")[0]]
            try:
                self.wfile.write(answer) if isinstance(answer, bytes) else answer(self.wfile.write, host.over)
            except OSError:  # the caller has hung up, as some of these tests want
                return

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        host.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield host
        finally:
            host.over.set()
            server.shutdown()
            thread.join(5)


def fetched(url: str, *hosts: Host | str, monotonic: Callable[[], float] | None = None) -> Fetched | NotAvailable:
    names = tuple(host.name if isinstance(host, Host) else host for host in hosts)
    return fetch(url, Fetching(names, CREDENTIALS), *([monotonic] if monotonic else []))


def why(url: str, *hosts: Host | str, monotonic: Callable[[], float] | None = None) -> str:
    found = fetched(url, *hosts, monotonic=monotonic)
    assert isinstance(found, NotAvailable), found
    return found.why


def resolve(monkeypatch: pytest.MonkeyPatch, name: str, *addresses: str) -> None:
    """The name leads to these addresses; without any, nowhere."""

    genuine = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host != name:
            return genuine(host, port, *rest, **more)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
