"""How the pages say what the rows say in one word, and how they write times."""

from __future__ import annotations

from datetime import datetime, timedelta

from base.days import INDIA

KINDS = {"pan": "PAN", "gstin": "GSTIN", "udyam": "Udyam number", "destination": "UPI id or bank account"}
REASONS = {
    "duplicate": "another member has the same", "name_differs": "the name differs", "pan_differs": "the PAN inside differs",
    "unreadable": "cannot be read", "unavailable": "could not be checked", "not_found": "does not exist",
    "not_yours": "belongs to somebody else", "not_genuine": "is not genuine", "expired": "is too old",
    "name_changed": "the name has changed", "asked": "one of us asked for it", "other": "another reason",
}  # fmt: skip
STATES = {
    "checking": "is being checked", "verified": "verified", "ask_again": "asked for again", "review": "waits for a person",
    "rejected": "rejected", "replaced": "replaced by a newer one", "open": "waits", "approved": "approved",
    "asked": "asked again", "dropped": "dropped: the member gave another one",
}  # fmt: skip
SOURCES = {"typed": "typed in the chat", "photo": "read from a photo", "staff": "entered by a colleague"}


def moment(at: datetime | None) -> str:
    """India's time, for people in India."""
    return "" if at is None else f"{at.astimezone(INDIA):%d %b %Y, %H:%M}"


def waited(since: datetime, until: datetime) -> str:
    """How long, in the two largest units."""
    left = max(until - since, timedelta())
    return seconds(int(left.total_seconds()))


def seconds(total: int | None) -> str:
    """`93784` -> `1 d 2 h`."""
    if total is None:
        return "–"
    days, hours, minutes = total // 86_400, total // 3_600 % 24, total // 60 % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
