"""Cashfree Payouts v2 over plain HTTP. A post is made once; whatever becomes of it is asked, never posted again.

Bodies are never logged. A connection that could not be made has taken nothing; whatever fails after that may have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from payouts import wire
from payouts.cashfree_words import outcome_of, read_json, refusal_of
from payouts.destination import Destination, Vpa
from payouts.modes import LEAST_PAISE, RAILS, Mode
from payouts.provider import NotFound, Order, Outcome, Page, RateLimited, Refused, Unbuildable, Unknown, asking_refused

API = "https://api.cashfree.com/payout"
VERSION = "2024-01-01"
TIMEOUT_S = 10.0
TRANSFER_ID_MAX = 40


@dataclass(frozen=True, slots=True)
class Cashfree:
    """The adapter. `id_in_path`: the documents show GET /transfers?transfer_id=…, some accounts GET /transfers/…"""

    client_id: str
    client_secret: str = field(repr=False)
    base_url: str = API
    id_in_path: bool = False
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        return "cashfree"

    @property
    def repeat_is_safe(self) -> bool:
        """Cashfree: after a 5xx do not start another transfer, ask for its status."""
        return False

    def build(self, order: Order, destination: Destination) -> bytes:
        """The body of one transfer; rupees with at most two decimals."""
        if (order.mode is Mode.UPI) is not isinstance(destination, Vpa):
            raise Unbuildable("mode_does_not_fit")
        if not LEAST_PAISE <= order.amount_paise <= RAILS[order.mode].most_paise:
            raise Unbuildable("amount_out_of_range")
        if len(order.reference_id) > TRANSFER_ID_MAX:
            raise Unbuildable("reference_too_long")
        if isinstance(destination, Vpa):
            name, instrument = "Member", {"vpa": destination.address}
        else:
            name = destination.holder
            instrument = {"bank_account_number": destination.number, "bank_ifsc": destination.ifsc}
        body = {
            "transfer_id": order.reference_id,
            "transfer_amount": order.amount_paise / 100,  # prints as the exact decimal: the shortest that reads back
            "transfer_mode": order.mode.value.lower(),
            "beneficiary_details": {"beneficiary_name": name, "beneficiary_instrument_details": instrument},
        }
        return json.dumps(body, separators=(",", ":")).encode()

    def send(self, request: bytes, idempotency_key: str) -> Outcome:
        """`idempotency_key` is not sent: the transfer_id, which is in the bytes, is what Cashfree knows a transfer by."""
        answer = self._call("POST", "transfers", content=request)
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.is_success:
            return outcome_of(read_json(answer.content))
        return refusal_of(answer.status_code, read_json(answer.content), answer.headers.get("Retry-After"))

    def ask(self, reference_id: str) -> Outcome:
        path, params = (f"transfers/{reference_id}", None) if self.id_in_path else ("transfers", {"transfer_id": reference_id})
        answer = self._call("GET", path, params=params)
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.status_code == 404:
            # Only Cashfree's own words are "there is none": a gateway's 404 proves nothing.
            told = read_json(answer.content)
            return NotFound() if isinstance(told, dict) and "code" in told else Unknown("asking_http_404")
        if not answer.is_success:
            refusal = refusal_of(answer.status_code, None, answer.headers.get("Retry-After"))
            return refusal if isinstance(refusal, RateLimited) else asking_refused(answer.status_code)
        return outcome_of(read_json(answer.content), reference_id)

    def listing(self, since: datetime, until: datetime, skip: int) -> Page | RateLimited | Refused | Unknown:
        """Cashfree keeps no list that can be paged: each of ours is asked for."""
        return Page((), more=False)

    def _call(
        self, method: str, path: str, *, content: bytes | None = None, params: dict[str, str] | None = None
    ) -> httpx.Response | Refused | Unknown:
        url = f"{self.base_url.rstrip('/')}/{path}"
        headers = {"x-client-id": self.client_id, "x-client-secret": self.client_secret, "x-api-version": VERSION}
        headers |= {"Content-Type": "application/json"} if content is not None else {}
        return wire.send(method, url, timeout_s=self.timeout_s, content=content, params=params, headers=headers)
