"""What a person sent, as Twilio's webhook tells it or as its list of messages does. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

TEXT_MAX = 4_096  # WhatsApp's own limit
NAME_MAX = 120
ID_MAX = 256
ADDRESS_MAX = 200
MEDIA_MAX = 10
URL_MAX = 2_048
SID = re.compile(r"[A-Z]{2}[A-Za-z0-9]{8,40}")
ADDRESS = re.compile(r"[a-z]{2,20}:[!-~]+|\+?[0-9]{3,15}")
DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
CONTACT_CARDS = ("text/vcard", "text/x-vcard", "text/directory")


class Form(Protocol):
    def get(self, key: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Media:
    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """`kind`: text, button, media:image, media:document, audio, video, sticker, contact, location, interactive, unknown
    or empty. `text` is NFC, without control characters, at most 4,096 letters."""

    sid: str
    sender: str  # To: which of our numbers
    address: str  # From, exactly: a phone, or a business-scoped user id
    kind: str
    external_user_id: str = ""
    wa_id: str = ""
    profile_name: str = ""
    text: str = ""
    button_id: str = ""  # of a quick reply or of a list's row
    button_title: str = ""
    media: tuple[Media, ...] = ()
    forwarded: bool = False
    replied_to_sid: str = ""
    latitude: str = ""
    longitude: str = ""
    recovered: bool = False  # from the list of messages, which knows words and media but no button ids
    sent_at: datetime | None = None  # known of recovered messages only


@dataclass(frozen=True, slots=True)
class Malformed:
    """Signed, yet not a message that could be answered."""

    why: str


def parse(form: Form) -> Inbound | Malformed:
    """The message in a webhook's form. Unknown parameters are ignored, missing ones are empty; never raises."""

    def word(*names: str, most: int = ID_MAX) -> str:
        return next((found for name in names if (found := clean(form.get(name) or "", most).strip())), "")

    sid, sender, address = word("MessageSid", "SmsMessageSid", "SmsSid"), word("To"), word("From")
    if (fault := _fault(sid, sender, address)) is not None:
        return fault
    button_id = word("ListId", "ButtonPayload")
    text = clean(form.get("Body") or "")
    media = _media(form)
    latitude, longitude = word("Latitude", most=40), word("Longitude", most=40)
    return Inbound(
        sid=sid, sender=sender, address=address, external_user_id=word("ExternalUserId"), wa_id=word("WaId", most=40),
        kind=_kind(word("MessageType").lower(), text, button_id, media, bool(latitude), bool(word("InteractiveData"))),
        profile_name=person_name(form.get("ProfileName") or ""), text=text, button_id=button_id,
        button_title=word("ListTitle", "ButtonText"), media=media,
        forwarded=_true(form.get("Forwarded")) or _true(form.get("FrequentlyForwarded")),
        replied_to_sid=word("OriginalRepliedMessageSid"), latitude=latitude, longitude=longitude,
    )  # fmt: skip


def from_listing(message: Mapping[str, Any]) -> Inbound:
    """A message that no webhook brought: the API's `sid`, `from`, `to` and `body`, with `media` (url, content_type)
    from its subresource and `sent_at`. Raises ValueError where `is_message` is false."""
    sid, sender, address = _who(message)
    if (fault := _fault(sid, sender, address)) is not None:
        raise ValueError(fault.why)
    text = clean(str(message.get("body") or ""))
    media = tuple(Media(m["url"], m["content_type"].lower()) for m in message.get("media") or ())[:MEDIA_MAX]
    kind = _kind("", text, "", media, False, False)
    return Inbound(
        sid=sid, sender=sender, address=address, kind=kind, text=text, media=media, recovered=True,
        sent_at=message.get("sent_at"),
    )  # fmt: skip


def is_message(message: Mapping[str, Any]) -> bool:
    """Whether an entry of the API's list is a message that could be answered."""
    return _fault(*_who(message)) is None


def to_json(message: Inbound, *, text: str | None = None) -> dict[str, Any]:
    """Plain values for sealing; `text` replaces the words where something had to be struck out."""
    raw = {name: value for name, value in asdict(message).items() if value not in ("", (), False, None)}
    raw.pop("sent_at", None)
    if text is not None:
        raw["text"] = text
    return raw


def from_json(raw: Mapping[str, Any]) -> Inbound:
    """The inverse of to_json, also for what older versions wrote."""
    known = {name: raw[name] for name in Inbound.__dataclass_fields__ if name in raw}
    media = tuple(Media(m["url"], m["content_type"]) for m in raw.get("media", ()))
    return Inbound(**{**known, "media": media})


def clean(words: str, letters_max: int = TEXT_MAX) -> str:
    """NFC, lines ended by \\n, no control characters (Postgres stores no NUL), no halves of surrogate pairs."""
    words = words[: letters_max * 4].replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in words if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept)[:letters_max]


def person_name(name: str) -> str:
    """One line, without the marks that turn writing around: a name is shown to staff beside other text."""
    return " ".join(clean(name, NAME_MAX * 4).translate(DIRECTION_MARKS).split())[:NAME_MAX].strip()


def _who(message: Mapping[str, Any]) -> tuple[str, str, str]:
    sid, sender, address = (clean(str(message.get(name) or ""), ID_MAX).strip() for name in ("sid", "to", "from"))
    return sid, sender, address


def _fault(sid: str, sender: str, address: str) -> Malformed | None:
    if not SID.fullmatch(sid):
        return Malformed("no message sid")
    for name, value in (("To", sender), ("From", address)):
        if len(value) > ADDRESS_MAX or not ADDRESS.fullmatch(value):
            return Malformed(f"{name} is no address")
    return None


def _media(form: Form) -> tuple[Media, ...]:
    found = []
    for number in range(_count(form.get("NumMedia"))):
        url = clean(form.get(f"MediaUrl{number}") or "", URL_MAX).strip()
        if url:
            kind = clean(form.get(f"MediaContentType{number}") or "", ID_MAX)
            found.append(Media(url, kind.partition(";")[0].strip().lower()))
    return tuple(found)


def _count(text: str | None) -> int:
    digits = (text or "").strip()
    return min(int(digits), MEDIA_MAX) if re.fullmatch(r"[0-9]{1,3}", digits) else 0


def _kind(declared: str, text: str, button_id: str, media: tuple[Media, ...], located: bool, answered: bool) -> str:
    if button_id:
        return "button"
    if media:
        return "sticker" if declared == "sticker" else _media_kind(media[0].content_type)
    if located:
        return "location"
    if answered:
        return "interactive"
    if text.strip():
        return "text"
    if declared in ("contacts", "contact"):
        return "contact"
    return "empty" if declared in ("", "text") else "unknown"


def _media_kind(content_type: str) -> str:
    if content_type in CONTACT_CARDS:
        return "contact"
    family = content_type.partition("/")[0]
    return {"image": "media:image", "audio": "audio", "video": "video"}.get(family, "media:document")


def _true(flag: str | None) -> bool:
    return (flag or "").strip().lower() == "true"
