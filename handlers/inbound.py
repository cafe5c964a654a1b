"""From WhatsApp's values to the flows' events: what did the member just do?"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text

from base.pin import as_pin
from flows.entry import asked_secret, waits_for_pin
from flows.events import CodesTyped, DocumentSent, OtherSent, PhotoSent, Said, Tapped
from flows.helpers_events import InvitationShown
from flows.kernel import Event
from flows.session import Session
from flows.shops import invitation_in
from flows.understand import declines, exactly
from handlers import secrets
from handlers.turn import Turn
from journal import inbox
from loyalty.code_search import find_codes
from whatsapp.inbound import Inbound, Media, to_json

PDF = "application/pdf"  # the one kind of document that bills come as
PIN_STRUCK_OUT = "▮▮▮▮"
SAID_MAX = 1_600  # letters of a message that the flows look at
CODES_MAX = 250  # more than a text of 4,096 letters can hold: no code of a message is left out

_MEDIA = text("""
    INSERT INTO media (id, conversation_id, contact_id, message_sid, position, url, declared_type, created_at)
    VALUES (:id, :conversation, :contact, :sid, :position, :url, :type, :now)
    ON CONFLICT (message_sid, position) DO UPDATE SET url = excluded.url RETURNING id""")


def heard(turn: Turn, inbound: Inbound, session: Session) -> Event:
    """The event that `inbound` is, in the session as it stands; secrets are already tokens in it."""
    if _stray_pin(turn, inbound, session):
        _strike_out_pin(turn, inbound)
        inbound = replace(inbound, text="")
        if not inbound.media:
            return Said("")  # what it answers is asked again; nothing of it is kept
    if inbound.media:
        return _media(turn, inbound)
    if inbound.button_id:
        return Tapped(inbound.button_id)
    words = inbound.text.strip()
    if not words:
        return OtherSent(inbound.kind if inbound.kind != "text" else "empty")
    if codes := find_codes(words):
        return CodesTyped(tuple(codes[:CODES_MAX]))
    if shown := invitation_in(words):
        return InvitationShown(shown)
    said = Said(words[:SAID_MAX])
    kind = asked_secret(session)
    if kind is None:
        return secrets.unasked(words) or said
    meant = exactly(said, session.asked, turn.known.locale)
    if kind == "pin" and any(letter.isdecimal() for letter in words):
        _strike_out_pin(turn, inbound)
    in_passing = kind.endswith("?") and "@" not in words and secrets.unasked(words) is None
    not_given = kind != "pin" and declines(words)  # "I do not have it" is no number with a slip in it
    return said if meant != said or in_passing or not_given else secrets.asked(turn, words, kind.removesuffix("?"))


def _stray_pin(turn: Turn, inbound: Inbound, session: Session) -> bool:
    """A PIN where nothing reads one: below a picture, while a picture is being read, sent twice, tried after the lock."""
    if not turn.known.enrolled or inbound.button_id or as_pin(inbound.text) is None:
        return False
    if not session.frames:
        return True
    heard_as_pin = asked_secret(session) == "pin" and not inbound.media
    return waits_for_pin(session) and not heard_as_pin and session.frames[-1].flow != "invoice"  # which asks for totals


def strike_out_any_pin(turn: Turn, inbound: Inbound, session: Session) -> None:
    """Of a message that nobody will hear."""
    digits = any(letter.isdecimal() for letter in inbound.text)
    if as_pin(inbound.text) is not None or (digits and waits_for_pin(session)):
        _strike_out_pin(turn, inbound)


def _strike_out_pin(turn: Turn, inbound: Inbound) -> None:
    """Not even sealed is it kept: the hash is all that is left of a PIN. A turn that breaks off keeps the message."""
    inbox.overwrite(turn.conn, turn.event_key, to_json(replace(inbound, text=PIN_STRUCK_OUT)), turn.sealer)


def _media(turn: Turn, inbound: Inbound) -> Event:
    photos = [m for m in inbound.media if _is(m, "image/") and inbound.kind != "sticker"]
    if photos:
        return PhotoSent(_rows(turn, inbound, photos), _caption(inbound), _codes(inbound))
    documents = [m for m in inbound.media if _is(m, PDF)]
    if documents:
        return DocumentSent(_rows(turn, inbound, documents), _caption(inbound), _codes(inbound))
    return OtherSent(inbound.kind.removeprefix("media:"))


def _caption(inbound: Inbound) -> str:
    """What stands below a picture; nothing where a secret is in it."""
    words = inbound.text.strip()[:SAID_MAX]
    return "" if secrets.unasked(words) else words


def _codes(inbound: Inbound) -> tuple[str, ...]:
    """The codes that are written below a picture."""
    return tuple(find_codes(inbound.text)[:CODES_MAX])


def is_readable(media: Media) -> bool:
    """A picture, or a document that bills come as."""
    return _is(media, "image/") or _is(media, PDF)


def _is(media: Media, family: str) -> bool:
    return media.content_type.lower().startswith(family)


def _rows(turn: Turn, inbound: Inbound, media: list[Media]) -> tuple[str, ...]:
    """A row per picture; the same message taken again finds the same rows."""
    rows = []
    for position, item in enumerate(media):
        rows.append(turn.conn.execute(_MEDIA, {
            "id": turn.ids.new("med"), "conversation": turn.conversation.id, "sid": inbound.sid,
            "contact": turn.conversation.contact_id, "position": position, "url": item.url,
            "type": item.content_type, "now": turn.now,
        }).scalar_one())  # fmt: skip
    return tuple(rows)
