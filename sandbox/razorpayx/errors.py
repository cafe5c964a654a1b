"""What RazorpayX refuses and how it says so."""

from typing import Any

from flask import Response, jsonify

# Descriptions the documents give word for word; refusals not in here describe the same fault in our own words.
KEY_MISSING = "Idempotency key is missing. Include idempotency header and key in the request."
KEY_REUSED = "Different request body sent for the same Idempotency Header"
ID_UNKNOWN = "The id provided does not exist"
ACCOUNT_REQUIRED = "The account number field is required"
NAME_REQUIRED = "The name field is required."


class RazorpayRefused(Exception):
    """Answered as {"error": {...}}."""

    def __init__(self, description: str, field: str | None = None, status: int = 400, code: str = "") -> None:
        super().__init__(description)
        self.status = status
        self.code = code or ("BAD_REQUEST_ERROR" if status < 500 else "SERVER_ERROR")
        self.field = field

    def body(self) -> dict[str, Any]:
        ours = self.status >= 500
        error: dict[str, Any] = {
            "code": self.code,
            "description": str(self),
            "source": "internal" if ours else "business",
            "step": None,
            "reason": "server_error" if ours else "input_validation_failed",
            "metadata": {},
        }
        if self.field:
            error["field"] = self.field
        return {"error": error}


def answer_refused(refused: RazorpayRefused) -> tuple[Response, int]:
    return jsonify(refused.body()), refused.status


def refusal_with(status: int) -> RazorpayRefused:
    """What a fault's HTTP status looks like."""
    if status == 429:
        return RazorpayRefused("Request failed. Please try again after some time.", status=429)
    return RazorpayRefused("We are facing some trouble completing your request at the moment.", status=status)
