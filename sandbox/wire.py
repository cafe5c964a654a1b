"""One kept-alive HTTP/1.1 connection that posts and looks at nothing of the answer but its status.

A full client spends most of its time on what webhooks do not need; at some hundred callbacks a second that is a core.
"""

import select
import socket
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

LARGEST_HEAD = 64 * 1024


class ConnectFailed(Exception):
    """No connection was made, so the other side cannot have seen the request."""


class Wire:
    """Not for two threads at once. After an exception or when `usable` is False it must be closed."""

    def __init__(self, url: str, connect_s: float) -> None:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        try:
            plain = socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=connect_s)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
        except OSError as problem:
            raise ConnectFailed(str(problem)) from problem
        self._keep = True

    @property
    def usable(self) -> bool:
        """False when the other side has closed it; something to read before we asked can only be that."""
        if not self._keep:
            return False
        waiting = select.poll()  # not select.select: it crashes from the 1,024th open file on
        waiting.register(self._socket, select.POLLIN)
        return not waiting.poll(0)

    def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> int:
        """The status of the answer. OSError when none came; the request may have been acted on all the same."""
        parts = urlsplit(url)
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        lines = [f"POST {target} HTTP/1.1", f"Content-Length: {len(body)}"]
        lines += [] if "Host" in headers else [f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        deadline = time.monotonic() + timeout_s
        self._keep = False
        self._socket.settimeout(timeout_s)
        self._socket.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        return self._status(deadline)

    def _status(self, deadline: float) -> int:
        read = b""
        while (end := read.find(b"\r\n\r\n")) < 0:
            read += self._receive(deadline)
            if len(read) > LARGEST_HEAD:
                raise OSError("the answer's head does not end")
        head = read[:end].decode("latin-1").lower().split("\r\n")
        status = int(head[0].split(" ")[1]) if head[0].startswith("http/1.") else 0
        fields = dict(line.partition(":")[::2] for line in head[1:])
        length = "0" if status in (204, 304) else fields.get("content-length", "").strip()
        if not length.isdigit() or "close" in fields.get("connection", ""):
            return status  # the body is of no interest, and the connection is not used again
        missing = int(length) - (len(read) - end - 4)
        while missing > 0:
            missing -= len(self._receive(deadline))
        self._keep = missing == 0
        return status

    def _receive(self, deadline: float) -> bytes:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("no answer in time")
        self._socket.settimeout(left_s)
        received = self._socket.recv(16384)
        if not received:
            raise ConnectionError("closed without an answer")
        return received

    def close(self) -> None:
        self._socket.close()
