"""Which rows can leave as an approved template now that the session window is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from whatsapp.content.approval import APPROVED
from whatsapp.content.spec import Spec, variables
from whatsapp.content.sync import ContentMap
from whatsapp.errors import Kind
from whatsapp.outbound import Message
from whatsapp.verdict import PLAIN


class Template(NamedTuple):
    """What is sent instead of words."""

    message: Message
    spec: Spec
    sid: str


Opened = Callable[[bytes, str, str, bytes | None], Message | None]  # sealed, key, contact, its data key

# What Twilio has refused as a resource, or as one that is not approved, is not tried again as one.
_ROWS = text("""
    SELECT o.id, o.key, o.sealed, k.id AS contact_id, k.data_key FROM outbox o JOIN contacts k ON k.id = o.contact_id
    WHERE o.id = ANY(CAST(:ids AS bigint[]))
      AND coalesce(o.reason, '') <> :plain AND NOT starts_with(coalesce(o.reason, ''), :closed)
      AND EXISTS (SELECT 1 FROM content_resources r WHERE r.text_key = o.text_key AND r.approval = :approved)""")
_SIDS = text("SELECT hash, sid FROM content_resources WHERE hash = ANY(CAST(:hashes AS text[])) AND approval = :approved")
_TAKEN_BACK = text("""
    SELECT o.id FROM outbox o WHERE o.id = ANY(CAST(:ids AS bigint[])) AND o.lane = 'campaign'
      AND coalesce(o.reason, '') <> :plain AND EXISTS (
          SELECT FROM content_resources r WHERE r.text_key = o.text_key AND r.approval <> :approved)""")


def taken_back(conn: Connection, ids: Sequence[int]) -> set[int]:
    """Of these, campaigns' rows whose words WhatsApp approves no more: they wait, their campaign is paused within seconds."""
    if not ids:
        return set()
    return set(conn.execute(_TAKEN_BACK, {"ids": list(ids), "plain": PLAIN, "approved": APPROVED}).scalars())


def chosen(conn: Connection, contents: ContentMap, opened: Opened, ids: Sequence[int]) -> dict[int, Template]:
    """By row, for those of `ids` whose very words are an approved resource of this release."""
    if not ids:
        return {}
    found: dict[int, tuple[Message, Spec]] = {}
    for row in conn.execute(_ROWS, {"ids": list(ids), "plain": PLAIN, "closed": Kind.WINDOW, "approved": APPROVED}):
        message = opened(row.sealed, row.key, row.contact_id, row.data_key)
        spec = contents.spec_of(conn, message.text_key, message.locale) if message else None
        if message and spec and variables(spec, message) is not None:
            found[row.id] = (message, spec)
    if not found:
        return {}
    given = {"hashes": [spec.hash for _, spec in found.values()], "approved": APPROVED}
    sids = {row.hash: row.sid for row in conn.execute(_SIDS, given)}  # never from memory: approval comes and goes
    return {row: Template(message, spec, sids[spec.hash]) for row, (message, spec) in found.items() if spec.hash in sids}
