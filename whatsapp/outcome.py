"""A message handed to Twilio, and what Twilio says: values that the relay works with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from whatsapp.errors import Kind


@dataclass(frozen=True, slots=True)
class Post:
    """A message to hand over: either `body`, or `content_sid` with its variables."""

    to: str
    sender: str
    status_callback: str
    body: str = ""
    content_sid: str = ""
    variables: Mapping[str, str] | None = None
    media_url: str = ""  # of a picture, beside a body


@dataclass(frozen=True, slots=True)
class Accepted:
    sid: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Twilio does not have the message, certainly."""

    kind: Kind
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Twilio may have the message. Never posted again by itself."""

    why: str


Outcome = Accepted | Refused | Uncertain


@dataclass(frozen=True, slots=True)
class Listed:
    """A message in Twilio's list, either direction."""

    sid: str
    sender: str
    to: str
    body: str
    inbound: bool
    status: str
    error_code: int | None
    num_media: int
    created_at: datetime
