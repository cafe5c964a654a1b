"""What Twilio refuses, in one table, and how it says so."""

from typing import Any

# code -> (HTTP status of the POST, or 0 when it comes in the status callback; message).
ERRORS: dict[int, tuple[int, str]] = {
    20001: (400, "Bad request"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20409: (409, "Conflict"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service is unavailable"),
    21211: (400, "Invalid 'To' Phone Number"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21609: (400, "Invalid 'StatusCallback' URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A text message body or media urls must be specified"),
    21620: (400, "Invalid media URL(s)"),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    # Channel errors. Twilio may report the content ones in the callback instead; here they are told at the POST, so a
    # wrong template fails where it was sent.
    63007: (400, "Twilio could not find a Channel with the specified From address"),
    63013: (400, "This message send failed because it violates Channel provider's policy"),
    63021: (400, "Channel invalid content error"),
    63003: (0, "Channel could not find To address"),
    63014: (0, "Message delivery failed: blocked by the user"),
    63016: (0, "Failed to send freeform message because you are outside the allowed window"),
    63018: (0, "Rate limit exceeded for Channel"),
    63024: (0, "Invalid message recipient"),
    63032: (0, "We cannot send this message to this user"),
    63049: (0, "Meta chose not to deliver this WhatsApp marketing message"),
}


class Refused(Exception):
    """Twilio says no: answered as its error body."""

    def __init__(self, code: int, detail: str = "", status: int | None = None) -> None:
        known_status, message = ERRORS.get(code, (400, "Request refused"))
        super().__init__(f"{message}: {detail}" if detail else message)
        self.code = code
        self.status = status or known_status or 400

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def refusal_for(code: int) -> Refused:
    """What a fault's `code` means: one of Twilio's codes, or an HTTP status with the code Twilio gives it."""
    by_status = {400: 20001, 401: 20003, 404: 20404, 409: 20409, 429: 20429, 503: 20503}
    return Refused(code) if code > 999 else Refused(by_status.get(code, 20500), status=code)


def message_of(code: int) -> str:
    return ERRORS.get(code, (0, "Unknown error"))[1]
