"""Somebody on this machine who gives the same answer to everybody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.httpd import Server


@contextmanager
def answering(status: str, body: str) -> Iterator[str]:
    """Its address."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [("Content-Type", "text/plain")])
        return [body.encode()]

    server = Server("127.0.0.1", 0)
    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
