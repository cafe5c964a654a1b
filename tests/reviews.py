"""KYC checks that wait for a person, for tests: given, judged and in the queue, with a photo where one is wanted."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import text

from base.masking import mask_pan
from loyalty import kyc
from loyalty.kyc import Facts, New
from loyalty.kyc_rules import Kind
from tests.house import RAMESH, Home, new_sid

PAN = "ABCPK1234F"
_PHOTO = text("""
    INSERT INTO media (id, conversation_id, contact_id, message_sid, position, url, declared_type, created_at, stored_as,
                       stored_at)
    VALUES (:id, :conversation, :contact, :sid, 0, 'https://api.twilio.com/x', 'image/jpeg', :at, :key, :at)""")


def waiting(
    home: Home, who: str = RAMESH, *, kind: Kind = "pan", value: str = PAN, name: str = "RAMESH KUMAAR", approvals: int = 1,
    why: str = "name_differs", photo: bytes | None = None, readable: bool = True,
) -> str:  # fmt: skip
    """The id of a review that is open now."""
    conversation = home.conversation(who)
    media = keep_photo(home, conversation, photo) if photo is not None else None
    facts = Facts(value, name) if readable else None
    with home.house.engine.begin() as conn:
        check = kyc.put(conn, home.house.keyring, New(
            home.house.ids.new("kyc"), conversation.programme_id, conversation.member_id, conversation.id, kind,
            mask_pan(value) if readable else "", "photo" if photo else "typed", facts, "review", why, media, score=55,
        ), home.at)  # fmt: skip
        return kyc.open_review(
            conn, review_id=home.house.ids.new("rev"), check_id=check.id, why=why, approvals=approvals, now=home.at
        )  # fmt: skip


def keep_photo(home: Home, conversation: Any, data: bytes) -> str:
    """Sealed in the store, as the media worker leaves it."""
    media = home.house.ids.new("med")
    row = home.rows("SELECT id, data_key FROM contacts WHERE id = :id", id=conversation.contact_id)[0]
    key = f"media/{media[-2:]}/{media}"
    home.house.media.put(key, home.house.keyring.unwrap(row.data_key, row.id).seal(data, f"media/{media}"))
    with home.house.engine.begin() as conn:
        values = {"id": media, "conversation": conversation.id, "contact": row.id, "sid": new_sid(), "at": home.at, "key": key}
        conn.execute(_PHOTO, values)
    return media


def card(name: str = "RAMESH KUMAAR", pan: str = PAN) -> bytes:
    """A picture of a card that never was."""
    image = Image.new("RGB", (760, 480), "#bcd7e8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 740, 460), outline="#3a5f7d", width=4)
    for line, words in enumerate(("SPECIMEN, NO CARD", name, "FATHER OF " + name, "01/01/1980", pan)):
        draw.text((60, 70 + 75 * line), words, fill="#10202c", font_size=34)
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
