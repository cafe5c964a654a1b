"""RazorpayX over plain HTTP: a composite payout to a UPI id or a bank account, and a question by reference.

Bodies are never logged. A connection that could not be made has taken nothing; whatever fails after that may have.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from loyalty.vpa import fits_razorpayx
from payouts import wire
from payouts.destination import Destination, Vpa
from payouts.modes import LEAST_PAISE, Mode
from payouts.provider import (
    Disputed,
    Listed,
    NotFound,
    Order,
    Outcome,
    Page,
    RateLimited,
    Refused,
    Unbuildable,
    Unknown,
    asking_refused,
)
from payouts.razorpayx_words import outcome_of, refusal_of, text_id

API = "https://api.razorpay.com/v1"
TIMEOUT_S = 10.0
PAGE = 100  # RazorpayX's most
MOST_PAISE = {Mode.UPI: 1_00_000_00, Mode.IMPS: 5_00_000_00}  # of one payout; NEFT: no limit of RazorpayX's
NARRATION_MAX = 30
NAME_MAX = 50


@dataclass(frozen=True, slots=True)
class RazorpayX:
    """The adapter. `narration` is what the member's bank shows; its first 9 characters matter."""

    key_id: str
    key_secret: str = field(repr=False)
    account_number: str = field(repr=False)
    base_url: str = API
    narration: str = "Loyalty reward"
    purpose: str = "cashback"
    queue_if_low_balance: bool = True
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        return "razorpayx"

    @property
    def repeat_is_safe(self) -> bool:
        """X-Payout-Idempotency: a repeat answers with the payout's latest state, for 7 days."""
        return True

    def build(self, order: Order, destination: Destination) -> bytes:
        """The body of one composite payout. The contact bears our pseudonym: RazorpayX does not need the name."""
        fund_account = fund_account_of(destination, order.member_id)
        if (order.mode is Mode.UPI) is not isinstance(destination, Vpa):
            raise Unbuildable("mode_does_not_fit")
        if not LEAST_PAISE <= order.amount_paise <= MOST_PAISE.get(order.mode, order.amount_paise):
            raise Unbuildable("amount_out_of_range")
        body = {
            "account_number": self.account_number,
            "amount": order.amount_paise,
            "currency": "INR",
            "mode": order.mode.value,
            "purpose": self.purpose,
            "fund_account": fund_account,
            "queue_if_low_balance": self.queue_if_low_balance,
            "reference_id": order.reference_id,
            "narration": _plain(self.narration),
        }
        return json.dumps(body, separators=(",", ":")).encode()

    def send(self, request: bytes, idempotency_key: str) -> Outcome:
        headers = {"Content-Type": "application/json", "X-Payout-Idempotency": idempotency_key}
        answer = self.call("POST", content=request, headers=headers)
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.is_success:
            return outcome_of(json_of(answer))
        return refusal_of(answer.status_code, json_of(answer), answer.headers.get("Retry-After"))

    def ask(self, reference_id: str) -> Outcome:
        answer = self.call("GET", params={"account_number": self.account_number, "reference_id": reference_id})
        if not isinstance(answer, httpx.Response):
            return answer
        if not answer.is_success:
            refusal = refusal_of(answer.status_code, None, answer.headers.get("Retry-After"))
            return refusal if isinstance(refusal, RateLimited) else asking_refused(answer.status_code)
        page = json_of(answer)
        items = page.get("items") if isinstance(page, dict) else None
        if not isinstance(items, list):
            return Unknown("asking_unreadable")
        # The filter is the server's; what it lets through is checked here.
        ours = [item for item in items if isinstance(item, dict) and item.get("reference_id") == reference_id]
        if len(ours) > 1:
            return Disputed("two_payouts_under_one_reference")
        if ours:
            return outcome_of(ours[0])
        return NotFound() if not items else Unknown("asking_was_not_filtered")

    def listing(self, since: datetime, until: datetime, skip: int) -> Page | RateLimited | Refused | Unknown:
        window = {"from": str(int(since.timestamp())), "to": str(int(until.timestamp()))}
        place = {"account_number": self.account_number, "count": str(PAGE), "skip": str(skip)}
        answer = self.call("GET", params=place | window)
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.status_code == 429:
            return RateLimited(None)
        page = json_of(answer) if answer.is_success else None
        items = page.get("items") if isinstance(page, dict) else None
        if not isinstance(items, list):
            return Unknown(f"listing_http_{answer.status_code}")
        return Page(tuple(_listed(item) for item in items), more=len(items) >= PAGE)

    def call(
        self, method: str, path: str = "payouts", *, content: bytes | None = None, json: object = None,
        params: dict[str, str] | None = None, headers: dict[str, str] | None = None,
    ) -> httpx.Response | Refused | Unknown:  # fmt: skip
        """One request. A connection that could not be made is a Refused: nothing has reached them."""
        url = f"{self.base_url.rstrip('/')}/{path}"
        return wire.send(
            method, url, timeout_s=self.timeout_s, auth=httpx.BasicAuth(self.key_id, self.key_secret), content=content,
            json=json, params=params, headers=headers,
        )  # fmt: skip


def _listed(item: object) -> Listed:
    told = item if isinstance(item, dict) else {}
    return Listed(text_id(told.get("id")), text_id(told.get("reference_id")), outcome_of(item))


def fund_account_of(destination: Destination, member_id: str) -> dict[str, object]:
    """A fund account with its contact, as composite requests carry it. Raises Unbuildable."""
    contact = {"name": f"Member {member_id}"[:NAME_MAX], "type": "customer", "reference_id": member_id[:40]}
    if isinstance(destination, Vpa):
        if not fits_razorpayx(destination.address):
            raise Unbuildable("vpa_invalid")
        return {"account_type": "vpa", "vpa": {"address": destination.address}, "contact": contact}
    bank = {"name": destination.holder, "ifsc": destination.ifsc, "account_number": destination.number}
    return {"account_type": "bank_account", "bank_account": bank, "contact": contact}


def json_of(answer: httpx.Response) -> object:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _plain(narration: str) -> str:
    """At most 30 letters, digits and spaces."""
    words = re.sub(r"[^A-Za-z0-9]+", " ", narration).strip()
    return words[:NARRATION_MAX].strip() or "Payout"
