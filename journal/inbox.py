"""The inbox: what came in, from people and from the world, stored once before anything is done about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from base import driver
from base.clock import OFFSET_SQL, Clock
from base.ids import Ids
from base.sealing import Keyring, Sealer
from flows.codec import to_json
from flows.helpers_events import FoundAgain


@dataclass(frozen=True, slots=True)
class Stored:
    conversation_id: str
    new: bool  # False: this key was stored before
    now: datetime


MEETINGS_MAX = 5  # more than one at once is rare already
USER_ID = re.compile(r"whatsapp:[A-Z]{2}(?:\.ENT)?\.[A-Za-z0-9]{1,128}")


class UnknownSender(Exception):
    """The message is for a number that is not in the table of senders."""


# By the address, else by the id that Twilio has told for this contact: people hide their phone and show it again. Where
# neither is told any more than the words themselves (a recovered message), by an address they wrote from before.
# `known_by_…`: the same person under another contact, of which we learn with this message.
_WHO = driver.statement(f"""
    SELECT s.id AS sender_id, s.programme_id, c.id AS contact_id, c.data_key, c.address, c.external_user_id,
           v.id AS conversation_id, {OFFSET_SQL} AS offset_s,
           (SELECT k.id FROM contacts k WHERE k.external_user_id = :external AND k.id <> c.id AND k.merged_into IS NULL
            ORDER BY k.created_at, k.id LIMIT 1) AS known_by_id,
           (SELECT k.id FROM contacts k WHERE k.address = :external AND k.id <> c.id AND k.merged_into IS NULL)
               AS known_by_address
    FROM senders s
         LEFT JOIN contacts c ON c.id = coalesce(
             (SELECT coalesce(k.merged_into, k.id) FROM contacts k WHERE k.address = :address),
             (SELECT coalesce(k.merged_into, k.id) FROM contacts k WHERE k.external_user_id = :external
              ORDER BY k.created_at, k.id LIMIT 1),
             (SELECT k.contact_id FROM contact_addresses k WHERE k.address = :address AND CAST(:external AS text) IS NULL))
         LEFT JOIN conversations v ON v.sender_id = s.id AND v.contact_id = c.id
    WHERE s.address = :sender""")
_LINK = driver.statement("SELECT contact_link(:found, :other, :address, :external, :now) AS id")
_NEWER = driver.statement("""
    SELECT v.id FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE c.merged_into = :contact ORDER BY v.id""")
_LEFT = driver.statement("SELECT contact_left(:address)")
# Replies go to where they wrote from last.
_MOVED = driver.statement("SELECT contact_moved(:id, :address, :external, :now)")
_NEW_CONTACT = driver.statement("""
    INSERT INTO contacts (id, address, external_user_id, data_key, created_at)
    VALUES (:id, :address, :external, :key, :now) ON CONFLICT (address) DO NOTHING""")
_NEW_CONVERSATION = driver.statement("""
    INSERT INTO conversations (id, sender_id, contact_id, programme_id, stopped_at, marketing_stopped_at)
    SELECT :id, :sender, :contact, :programme, max(o.stopped_at), max(o.marketing_stopped_at)
    FROM contacts k JOIN conversations o ON o.contact_id = k.id AND o.sender_id = :sender WHERE k.merged_into = :contact
    ON CONFLICT (sender_id, contact_id) DO NOTHING""")
_PUT = driver.statement("""
    INSERT INTO inbox (key, conversation_id, kind, sealed, received_at) VALUES (:key, :conversation, :kind, :sealed, :now)
    ON CONFLICT (key) DO NOTHING RETURNING id""")
_OVERWRITE = driver.statement("SELECT inbox_overwrite(:key, :sealed)")
_KEY = driver.statement("""
    SELECT c.id, c.data_key FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE v.id = :id""")


def put_message(
    conn: Connection, *, sender: str, address: str, external: str, key: str, message: Mapping[str, Any],
    sent_at: datetime | None, clock: Clock, ids: Ids, keyring: Keyring,
) -> Stored:
    """Store a person's message under its MessageSid, sealed; a first message makes the contact and the conversation.

    `external` is the id that Twilio told together with this address; nobody else is asked for one.
    `sent_at` is known of recovered messages: the session window runs from then, not from when we found them. Two
    statements for someone we know. Whoever turns out to be known twice is one contact from here on, the older one. Raises
    UnknownSender.
    """
    person = _user_id(external) or _user_id(address)
    who = _who(conn, sender, address, person)
    now = clock.at(who.offset_s)
    if person is not None and who.external_user_id not in (None, person):
        driver.fetch(conn, _LEFT, {"address": address})
        who = _who(conn, sender, address, person)
    if (other := who.known_by_id or who.known_by_address) is not None:
        told = {"found": who.contact_id, "other": other, "address": address, "external": person, "now": now}
        driver.fetch(conn, _LINK, told)  # one statement, so that nobody is ever half of one person and half of another
        who = _who(conn, sender, address, person)
        _tell_newer(conn, who.contact_id, now, keyring)
    for _ in range(MEETINGS_MAX):  # while we introduce somebody, another message may tell that they are somebody we know
        if who.conversation_id is not None:
            break
        who = _introduce(conn, who, sender, address, person, now, ids, keyring)
    if who.address != address or person not in (None, who.external_user_id):
        driver.fetch(conn, _MOVED, {"id": who.contact_id, "address": address, "external": person, "now": now})
    sealer = keyring.unwrap(who.data_key, who.contact_id)
    row = {"key": key, "conversation": who.conversation_id, "kind": "message", "now": min(sent_at or now, now)}
    sealed = sealer.seal(json.dumps(message, ensure_ascii=False).encode(), f"inbox/{key}")
    new = driver.fetch(conn, _PUT, {**row, "sealed": sealed})
    return Stored(who.conversation_id, bool(new), now)


def put_happening(
    conn: Connection, conversation_id: str, key: str, event: Mapping[str, Any], now: datetime, keyring: Keyring
) -> bool:
    """Store what the world did, for the conversation's next turn. False where the key was stored before, or the person
    has been erased: there is nobody to tell."""
    (owner,) = driver.fetch(conn, _KEY, {"id": conversation_id})
    if owner.data_key is None:
        return False
    sealed = keyring.unwrap(owner.data_key, owner.id).seal(json.dumps(event).encode(), f"inbox/{key}")
    row = {"key": key, "conversation": conversation_id, "kind": "happening", "sealed": sealed, "now": now}
    return bool(driver.fetch(conn, _PUT, row))


def overwrite(conn: Connection, key: str, message: Mapping[str, Any], sealer: Sealer) -> None:
    """Put another message in the place of one that is being handled: what stood there must not be kept."""
    sealed = sealer.seal(json.dumps(message, ensure_ascii=False).encode(), f"inbox/{key}")
    driver.fetch(conn, _OVERWRITE, {"key": key, "sealed": sealed})


def opened(sealer: Sealer, key: str, sealed: bytes) -> Any:
    """What a row of the inbox holds."""
    return json.loads(sealer.open(sealed, f"inbox/{key}"))


def _user_id(told: str) -> str | None:
    """A WhatsApp user id, "whatsapp:IN.4566546130240823", told with its channel or bare; None for anything else."""
    told = told if told.startswith("whatsapp:") else f"whatsapp:{told}"
    return told if USER_ID.fullmatch(told) else None


def _who(conn: Connection, sender: str, address: str, person: str | None) -> Any:
    found = driver.fetch(conn, _WHO, {"sender": sender, "address": address, "external": person})
    if not found:
        raise UnknownSender(sender)
    return found[0]


def _tell_newer(conn: Connection, contact_id: str, now: datetime, keyring: Keyring) -> None:
    """The sweeper rings for it: nobody waits for what was kept there."""
    for newer in driver.fetch(conn, _NEWER, {"contact": contact_id}):
        put_happening(conn, newer.id, f"linked/{newer.id}", to_json(FoundAgain()), now, keyring)


def _introduce(
    conn: Connection, who: Any, sender: str, address: str, person: str | None, now: datetime, ids: Ids, keyring: Keyring
) -> Any:
    if who.contact_id is None:
        contact = ids.new("con")
        row = {"id": contact, "address": address, "external": person, "now": now}
        driver.fetch(conn, _NEW_CONTACT, {**row, "key": keyring.wrap_new(contact)})
        # two first messages at once: whoever lost the race reads the winner's contact
        who = _who(conn, sender, address, person)
    row = {"id": ids.new("cnv"), "sender": who.sender_id, "contact": who.contact_id, "programme": who.programme_id}
    driver.fetch(conn, _NEW_CONVERSATION, row)
    return _who(conn, sender, address, person)
