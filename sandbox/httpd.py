"""A small threaded HTTP/1.1 server for the Flask app. Werkzeug's own closes the connection after every answer, which at
some hundred calls a second costs more than the calls."""

import io
import socket
import sys
from collections.abc import Callable, Iterable
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import unquote_to_bytes

MAX_REQUEST_BYTES = 150 * 1024 * 1024
LONGEST_LINE, MOST_HEADERS = 64 * 1024, 100
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Server(ThreadingTCPServer):
    """One thread for each connection. `app` may be set after the port is known."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256
    app: WsgiApp

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no fault of ours; everything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(StreamRequestHandler):
    """Reads a whole request, calls the app, writes the answer; then the next request of the same connection."""

    disable_nagle_algorithm = True
    timeout = 75
    server: Server

    def handle(self) -> None:
        while self._one_request():
            pass

    def _one_request(self) -> bool:
        line = self.rfile.readline(LONGEST_LINE + 1)
        if not line.strip():
            return False
        words = line.decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or len(line) > LONGEST_LINE:
            return self._refuse("400 Bad Request")
        headers = self._headers()
        if headers is None:
            return self._refuse("431 Request Header Fields Too Large")
        length = headers.get("CONTENT_LENGTH", "0")
        if "HTTP_TRANSFER_ENCODING" in headers or not length.isdigit():
            return self._refuse("411 Length Required")
        if int(length) > MAX_REQUEST_BYTES:
            return self._refuse("413 Content Too Large")
        if headers.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(int(length))
        keep = words[2] == "HTTP/1.1" and headers.get("HTTP_CONNECTION", "").lower() != "close"
        head: list[Any] = []
        environ = self._environ(words, headers, body)
        chunks = self.server.app(environ, lambda status, fields: head.extend((status, fields)))
        try:
            self._write(head, chunks, keep, words[0] == "HEAD")
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        return keep

    def _headers(self) -> dict[str, str] | None:
        headers: dict[str, str] = {}
        for _ in range(MOST_HEADERS):
            line = self.rfile.readline(LONGEST_LINE + 1)
            if len(line) > LONGEST_LINE:
                return None
            if not line.strip():
                return headers
            name, _, value = line.decode("latin-1").partition(":")
            key = name.strip().upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key
            headers[key] = f"{headers[key]},{value.strip()}" if key in headers else value.strip()
        return None

    def _refuse(self, status: str) -> bool:
        self.wfile.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        return False

    def _write(self, head: list[Any], chunks: Iterable[bytes], keep: bool, head_only: bool) -> None:
        status, headers = head
        if not any(name.lower() == "content-length" for name, _ in headers) and status[:3] not in ("204", "304"):
            chunks = [b"".join(chunks)]
            headers = [*headers, ("Content-Length", str(len(chunks[0])))]
        lines = [f"HTTP/1.1 {status}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [] if keep else ["Connection: close"]
        waiting = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if not head_only:
            for chunk in chunks:  # the head travels with the first bytes: one packet for a small answer
                self.wfile.write(waiting + chunk)
                waiting = b""
        if waiting:
            self.wfile.write(waiting)

    def _environ(self, words: list[str], headers: dict[str, str], body: bytes) -> dict[str, Any]:
        path, _, query = words[1].partition("?")
        return {
            "REQUEST_METHOD": words[0],
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": words[2],
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "sandbox.socket": self.connection,
            **headers,
        }


def hang_up(connection: object) -> None:
    """Closes a connection under its handler, so the caller gets no answer."""
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
