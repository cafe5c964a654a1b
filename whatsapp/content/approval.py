"""WhatsApp's approval of Content resources: asked for once, read again and again, kept beside the resource's sid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine, text

from base.clock import Clock
from whatsapp.content.spec import Spec

UNSUBMITTED, APPROVED = "unsubmitted", "approved"
BARRED = ("rejected", "paused", "disabled")  # someone must do something about it; the other states only take time
TAKEN_BACK = {63040: "rejected", 63041: "paused", 63042: "disabled"}  # Twilio's code for a message -> of its template
_NAME_BODY_MAX = 400  # a template's name has 512 letters at most

_KNOWN = text("SELECT hash, sid, approval, approval_reason FROM content_resources WHERE hash = ANY(CAST(:hashes AS text[]))")
_RECORD = text("""
    UPDATE content_resources SET approval = :status, approval_reason = :reason, approval_read_at = :now
    WHERE hash = :hash AND sid = :sid""")
_TAKEN_BACK = text("""
    UPDATE content_resources r SET approval = :status, approval_read_at = :now
    FROM outbox o JOIN campaign_people p ON p.outbox_key = o.key
    WHERE (o.id = CAST(:row AS bigint) OR o.sid = CAST(:sid AS text))
      AND r.text_key = o.text_key AND r.locale = p.locale AND r.approval = :approved""")


@dataclass(frozen=True, slots=True)
class Approval:
    """Twilio's word: unsubmitted, received, pending, approved, rejected, paused, disabled. `reason`: of a rejection."""

    status: str
    reason: str = ""


class Approvals(Protocol):
    """What is asked of Twilio's Content API; whatsapp.client.Twilio is one. Raises what the SDK raises."""

    def approval(self, sid: str) -> Approval:
        """What WhatsApp says of this resource now."""

    def submit(self, sid: str, name: str, category: str) -> Approval:
        """Ask for approval; Twilio takes one request per resource."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A template and what we last heard about it; without a sid it has not been made at Twilio."""

    spec: Spec
    sid: str | None
    approval: Approval


def standing(conn: Connection, templates: Iterable[Spec]) -> list[Standing]:
    """What the map says, in the order of `templates`; nothing is asked of Twilio."""
    wanted = list(templates)
    found = {row.hash: row for row in conn.execute(_KNOWN, {"hashes": [made.hash for made in wanted]})}
    return [_standing(made, found.get(made.hash)) for made in wanted]


def read(engine: Engine, client: Approvals, templates: Iterable[Spec], clock: Clock) -> list[Standing]:
    """Ask Twilio about each that has been made there, and keep the answers. One that cannot be asked about keeps no other
    from it: the first such fault is raised when all have been asked."""
    with engine.connect() as conn:
        known = standing(conn, templates)
    found, faults = list[Standing](), list[Exception]()
    for one in known:
        try:
            found.append(_kept(engine, one, client.approval(one.sid), clock) if one.sid else one)
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return found


def taken_back(conn: Connection, code: int, now: datetime, *, row: int | None = None, sid: str | None = None) -> None:
    """A campaign's message, by its row or its sid, failed because WhatsApp has taken its template back: that is known from
    the first one on, not from the next reading only."""
    given = {"row": row, "sid": sid, "status": TAKEN_BACK[code], "approved": APPROVED, "now": now}
    conn.execute(_TAKEN_BACK, given)


def submit(
    engine: Engine, client: Approvals, templates: Iterable[Spec], categories: Mapping[str, str], clock: Clock
) -> list[Standing]:
    """Ask for the approval of each that nobody has asked for; `categories` by text key. Safe to repeat: Twilio is asked
    first what it knows, so a crash after a submission loses nothing."""
    outcome = []
    for one in read(engine, client, templates, clock):
        if one.sid and one.approval.status == UNSUBMITTED:
            client.submit(one.sid, template_name(one.spec), categories[one.spec.text_key])
            outcome.append(_kept(engine, one, client.approval(one.sid), clock))
        else:
            outcome.append(one)
    return outcome


def template_name(made: Spec) -> str:
    """The name WhatsApp's staff sees: lower-case letters, digits and underscores; another one for changed words."""
    return f"saathi_{re.sub(r'[^a-z0-9]+', '_', made.text_key.lower())[:_NAME_BODY_MAX]}_{made.hash[:12]}"


def _standing(made: Spec, row: object) -> Standing:
    if row is None:
        return Standing(made, None, Approval(UNSUBMITTED))
    return Standing(made, row.sid, Approval(row.approval, row.approval_reason))  # type: ignore[attr-defined]  # a row


def _kept(engine: Engine, one: Standing, told: Approval, clock: Clock) -> Standing:
    with engine.begin() as conn:
        now: datetime = clock.now(conn)
        row = {"status": told.status, "reason": told.reason, "now": now, "hash": one.spec.hash, "sid": one.sid}
        conn.execute(_RECORD, row)
    return Standing(one.spec, one.sid, told)
