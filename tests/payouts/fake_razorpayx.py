"""A RazorpayX of the tests' own: one key makes one payout, and the next calls fail as told."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

AUTH = "Basic " + base64.b64encode(b"key:secret-of-the-key").decode()
IDEMPOTENCY = "Different request body sent for the same Idempotency Header"


class FakeRazorpayX:
    """`faults`: what the next POSTs meet, oldest first: "drop" (taken, no answer), "lose" (neither), "hang", or an
    HTTP status (not taken), or "taken_<status>" (taken all the same). `ask_faults`: the same for questions."""

    def __init__(self) -> None:
        self.payouts: dict[str, dict[str, Any]] = {}  # by idempotency key
        self.bodies: dict[str, bytes] = {}
        self.posts: list[tuple[str, bytes]] = []
        self.questions = 0
        self.faults: deque[str] = deque()
        self.ask_faults: deque[str] = deque()
        self.list_faults: deque[str] = deque()
        self.strangers: list[Any] = []  # what else stands in the list: payouts that we did not make, and worse
        self.page_max = 100
        self.first_status = "processing"
        self.release_hanging = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self.release_hanging.set()
        self._server.shutdown()
        self._server.server_close()

    def become(self, status: str, *, utr: str | None = None, reason: str | None = None, **other: Any) -> dict[str, Any]:
        """The newest payout changes its status; answers it."""
        entity = list(self.payouts.values())[-1]
        details = {"description": "…", "source": "beneficiary_bank", "reason": reason} if reason else None
        entity.update(status=status, utr=utr, status_details=details, **other)
        return entity

    def take(self, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        with self._lock:
            if key in self.payouts:
                if body != self.bodies[key]:
                    return 400, error(IDEMPOTENCY)
                return 200, self.payouts[key]
            asked = json.loads(body)
            if asked["fund_account"].get("vpa", {}).get("address", "").startswith("nobody@"):
                return 400, error("The VPA nobody@okaxis is invalid", field="fund_account.vpa.address")
            entity = entity_of(f"pout_{len(self.payouts):014d}", asked, self.first_status)
            self.payouts[key], self.bodies[key] = entity, body
            return 200, entity

    def find(self, reference: str) -> dict[str, Any]:
        items = [entity for entity in self.payouts.values() if entity["reference_id"] == reference]
        return {"entity": "collection", "count": len(items), "items": items}

    def listing(self, skip: int, count: int) -> dict[str, Any]:
        items = [*self.payouts.values(), *self.strangers][skip : skip + min(count, self.page_max)]
        return {"entity": "collection", "count": len(items), "items": items}

    def _handler(fake) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers["X-Payout-Idempotency"]
                fake.posts.append((key, body))
                self._meet(fake.faults, lambda: fake.take(key, body))

            def do_GET(self) -> None:
                asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                if "reference_id" in asked:
                    fake.questions += 1
                    self._meet(fake.ask_faults, lambda: (200, fake.find(asked["reference_id"])))
                else:
                    self._meet(fake.list_faults, lambda: (200, fake.listing(int(asked["skip"]), int(asked["count"]))))

            def _meet(self, faults: deque[str], act: Any) -> None:
                fault = faults.popleft() if faults else ""
                if self.headers["Authorization"] != AUTH:
                    fault = "401"
                if fault in ("drop", "hang") or fault.startswith("taken_"):
                    act()
                if fault == "hang":
                    fake.release_hanging.wait(10)
                if fault in ("drop", "lose", "hang"):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, answer = act() if not fault else (int(fault.removeprefix("taken_")), error("Not today"))
                sent = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def entity_of(provider_id: str, asked: dict[str, Any], status: str) -> dict[str, Any]:
    return {
        "id": provider_id, "entity": "payout", "fund_account_id": "fa_00000000000001",
        "fund_account": {"id": "fa_00000000000001", "entity": "fund_account", **asked["fund_account"]},
        "amount": asked["amount"], "currency": "INR", "notes": [], "fees": 0, "tax": 0, "status": status,
        "purpose": asked["purpose"], "utr": None, "mode": asked["mode"], "reference_id": asked["reference_id"],
        "narration": asked["narration"], "batch_id": None, "status_details": None, "created_at": 1755693656,
        "fee_type": "",
    }  # fmt: skip


def error(description: str, *, field: str | None = None, reason: str = "input_validation_failed") -> dict[str, Any]:
    told = {"code": "BAD_REQUEST_ERROR", "description": description, "source": "business", "step": None}
    return {"error": {**told, "reason": reason, "metadata": {}} | ({"field": field} if field else {})}
