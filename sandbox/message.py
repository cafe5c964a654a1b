"""One WhatsApp message, in either direction."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.dial import iso

TICKS = {"sent": 1, "delivered": 2, "read": 3}


@dataclass(frozen=True, slots=True)
class Button:
    id: str
    title: str
    description: str = ""
    url: str = ""


@dataclass(slots=True)
class Media:
    """A file of an inbound message (`data` here) or of an outbound one (`url` elsewhere)."""

    sid: str
    content_type: str
    filename: str = ""
    data: bytes = b""
    url: str = ""


@dataclass(slots=True)
class Message:
    """`status` is Twilio's; `ticks` what the sender sees: 0 clock, 1 sent, 2 delivered, 3 read.

    An inbound message gets its second tick when the bot accepted the webhook and turns blue when the bot shows typing.
    """

    sid: str
    seq: int
    number: str  # of the phone, whichever the direction
    inbound: bool
    sender: str
    recipient: str
    created_at: float
    body: str = ""
    status: str = "queued"
    ticks: int = 0
    updated_at: float = 0.0
    sent_at: float | None = None
    media: list[Media] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    picker: str = ""  # the label that opens the list; empty: the buttons are quick replies
    content_sid: str = ""
    template: bool = False  # approved, so allowed outside the window
    status_callback: str = ""
    error_code: int | None = None
    error_message: str | None = None
    tapped: Button | None = None  # inbound: what was tapped, and in which message
    tapped_list: bool = False
    replied_sid: str = ""
    refused: str = ""  # inbound: why the bot did not take it
    overrides: dict[str, str] = field(default_factory=dict)

    def move(self, status: str, now: float) -> None:
        self.status = status
        self.ticks = max(self.ticks, TICKS.get(status, 0))
        self.updated_at = now
        if status == "sent":
            self.sent_at = now

    def view(self) -> dict[str, Any]:
        """As the page and `GET /sandbox/messages` show it."""
        shown = [{"id": b.id, "title": b.title, "description": b.description, "url": b.url} for b in self.buttons]
        return {
            "sid": self.sid,
            "seq": self.seq,
            "phone": self.number,
            "direction": "in" if self.inbound else "out",
            "from": self.sender,
            "to": self.recipient,
            "text": self.body,
            "at": iso(self.created_at),
            "status": self.status,
            "ticks": self.ticks,
            "error_code": self.error_code,
            "error_message": self.error_message,
            "media": [
                {"url": m.url or f"/sandbox/media/{m.sid}", "content_type": m.content_type, "filename": m.filename}
                for m in self.media
            ],
            "buttons": [] if self.picker else shown,
            "list": {"button": self.picker, "items": shown} if self.picker else None,
            "content_sid": self.content_sid or None,
            "template": self.template,
            "tapped": self.tapped.id if self.tapped else None,
            "refused": self.refused or None,
        }
