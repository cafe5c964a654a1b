"""Twilio's error codes and what each means for a message of ours. A code not in the table is permanent and unknown.

Sources: Twilio's error pages of each code; 63024, 63032 and 63049 as they map to Meta's codes.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    RETRY = "retry"  # a passing fault of theirs
    RATE = "rate"  # too fast: the whole sender slows down
    OPERATOR = "operator"  # our credentials, sender or terms: kept and tried again until someone repairs it
    WINDOW = "window_closed"  # free form outside the 24-hour session window
    CONTENT = "content"  # the resource, its variables or its shape
    UNREACHABLE = "unreachable"  # nobody is there on WhatsApp
    OPTED_OUT = "opted_out"  # the person does not want it
    CAPPED = "capped"  # Meta chose not to deliver this marketing message; not before a day has passed
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"


TABLE: dict[int, Kind] = {
    20003: Kind.OPERATOR,  # authentication failed
    20404: Kind.OPERATOR,  # no such account
    20429: Kind.RATE,  # too many requests to the API
    21211: Kind.UNREACHABLE,  # invalid To
    21604: Kind.UNREACHABLE,  # To is missing
    21606: Kind.OPERATOR,  # From is not ours
    21609: Kind.OPERATOR,  # StatusCallback is no public URL
    21610: Kind.OPTED_OUT,  # the recipient replied STOP
    21617: Kind.TOO_LONG,
    21655: Kind.CONTENT,  # invalid ContentSid
    21656: Kind.CONTENT,  # invalid ContentVariables
    21658: Kind.TOO_LONG,
    63001: Kind.OPERATOR,  # the channel could not authenticate us
    63003: Kind.UNREACHABLE,
    63005: Kind.CONTENT,  # the channel did not accept the content
    63007: Kind.OPERATOR,  # no channel with this From
    63012: Kind.RETRY,  # the channel provider failed inside
    63013: Kind.CONTENT,  # the channel provider's policy
    63014: Kind.OPTED_OUT,  # blocked by the user
    63016: Kind.WINDOW,
    63018: Kind.RATE,  # the channel's rate or messaging limit
    63020: Kind.OPERATOR,  # Meta's invitation was not accepted
    63021: Kind.CONTENT,  # invalid content, longer than 1,024
    63024: Kind.UNREACHABLE,
    # A template that WhatsApp has taken back leaves only what the window allows: kept until the person writes.
    63040: Kind.WINDOW,  # rejected
    63041: Kind.WINDOW,  # paused
    63042: Kind.WINDOW,  # disabled
    63032: Kind.UNREACHABLE,  # this user cannot be messaged now
    63049: Kind.CAPPED,
    63062: Kind.OPERATOR,  # terms of Meta's marketing API not accepted
}


def kind_of(code: int | None, status: int = 0) -> Kind:
    """What a refusal means, by Twilio's code, else by the HTTP status (an HTTP status may stand in for the code)."""
    if code is not None and code in TABLE:
        return TABLE[code]
    if status == 429:
        return Kind.RATE
    if status in (401, 403, 404) or 300 <= status < 400:  # another server answered, or not as to us
        return Kind.OPERATOR
    return Kind.UNKNOWN
