"""RazorpayX's account validation: does a UPI id or bank account exist, and in whose name. Live mode and RazorpayX Lite only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from payouts.checking import Asked, Checked, CheckFailed
from payouts.destination import BankAccount, Destination
from payouts.provider import Refused, Unbuildable, Unknown
from payouts.razorpayx import RazorpayX, fund_account_of, json_of
from payouts.razorpayx_words import refusal_of, text_id

PATH = "fund_accounts/validations"
NAME_MAX = 120


@dataclass(frozen=True, slots=True)
class RazorpayXChecks:
    """The same account and keys as the payouts'."""

    adapter: RazorpayX

    def check(self, destination: Destination, member_id: str, reference_id: str) -> Asked:
        """Ask for a validation; for a bank account RazorpayX decides itself whether a rupee must be sent."""
        try:
            fund_account = fund_account_of(destination, member_id)
        except Unbuildable as fault:
            return Refused(fault.reason, permanent=True)
        body: dict[str, Any] = {"source_account_number": self.adapter.account_number, "reference_id": reference_id[:40]}
        if isinstance(destination, BankAccount):
            body["validation_type"] = "optimized"
        return _read(self.adapter.call("POST", PATH, json=body | {"fund_account": fund_account}))

    def look(self, provider_id: str) -> Asked:
        return _read(self.adapter.call("GET", f"{PATH}/{provider_id}"))


def _read(answer: httpx.Response | Refused | Unknown) -> Asked:
    if not isinstance(answer, httpx.Response):
        return answer
    told = json_of(answer)
    if not answer.is_success:
        refused = refusal_of(answer.status_code, told, answer.headers.get("Retry-After"))
        return refused if isinstance(refused, Refused) else Unknown(f"http_{answer.status_code}")
    provider_id = text_id(told.get("id")) if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or provider_id is None or told.get("entity") != "fund_account.validation":
        return Unknown("not_a_validation")
    if told.get("status") == "failed":
        return CheckFailed("provider_failed")
    results = told.get("validation_results")
    results = results if isinstance(results, Mapping) else {}
    status, name = results.get("account_status"), results.get("registered_name")
    # Completed is not valid: only the account's own status says so.
    exists = {"active": True, "invalid": False}.get(str(status)) if told.get("status") == "completed" else None
    return Checked(provider_id, exists, name[:NAME_MAX] if isinstance(name, str) and name.strip() else None)
