"""A Cashfree of the tests' own: one transfer_id makes one transfer, a second post of it is a conflict."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class FakeCashfree:
    """`faults` and `ask_faults` as those of the fake RazorpayX."""

    def __init__(self) -> None:
        self.transfers: dict[str, dict[str, Any]] = {}  # by transfer_id
        self.posts: list[bytes] = []
        self.questions = 0
        self.faults: deque[str] = deque()
        self.ask_faults: deque[str] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/payout"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def become(self, status: str, **other: Any) -> dict[str, Any]:
        """The newest transfer changes its status; answers it."""
        transfer = list(self.transfers.values())[-1]
        transfer.update(status=status, status_code=status, **other)
        return transfer

    def take(self, body: bytes) -> tuple[int, dict[str, Any]]:
        asked = json.loads(body)
        with self._lock:
            if asked["transfer_id"] in self.transfers:
                return 409, error("transfer_id_already_exists")
            if asked["beneficiary_details"]["beneficiary_instrument_details"].get("vpa", "").startswith("nobody@"):
                return 422, error("vpa_invalid")
            transfer = {
                "transfer_id": asked["transfer_id"], "cf_transfer_id": f"{len(self.transfers):08d}", "status": "RECEIVED",
                "status_code": "RECEIVED", "status_description": "…", "transfer_amount": asked["transfer_amount"],
                "transfer_mode": asked["transfer_mode"], "beneficiary_details": asked["beneficiary_details"],
                "fundsource_id": "CASHFREE_1", "added_on": "2026-01-05T10:00:00Z", "updated_on": "2026-01-05T10:00:00Z",
            }  # fmt: skip
            self.transfers[asked["transfer_id"]] = transfer
            return 200, transfer

    def find(self, transfer_id: str) -> tuple[int, dict[str, Any]]:
        found = self.transfers.get(transfer_id)
        return (200, found) if found else (404, error("transfer_not_found"))

    def _handler(fake) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fake.posts.append(body)
                self._meet(fake.faults, lambda: fake.take(body))

            def do_GET(self) -> None:
                fake.questions += 1
                parts = urlsplit(self.path)
                asked = parse_qs(parts.query).get("transfer_id", [parts.path.rpartition("/")[2]])[0]
                self._meet(fake.ask_faults, lambda: fake.find(asked))

            def _meet(self, faults: deque[str], act: Any) -> None:
                fault = faults.popleft() if faults else ""
                if (self.headers["x-client-id"], self.headers["x-client-secret"]) != ("client", "secret-of-the-client"):
                    fault = "401"
                if fault == "drop" or fault.startswith("taken_"):
                    act()
                if fault in ("drop", "lose"):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, answer = act() if not fault else (int(fault.removeprefix("taken_")), error("not_today"))
                sent = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def error(code: str) -> dict[str, Any]:
    return {"type": "invalid_request_error", "code": code, "message": "…"}
