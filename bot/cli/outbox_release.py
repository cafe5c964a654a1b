"""One message of the outbox: why it stands where it stands, and letting it leave after all."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import Connection, text

from base import audit
from base.masking import mask_phone
from bot.cli.acting import as_staff, by_staff, on_duty
from bot.cli.house import moment_utc, of, print_json, refuse
from whatsapp import shelf
from whatsapp.errors import Kind
from whatsapp.window import WINDOW

_ONE = text("""
    SELECT o.id, o.key, o.conversation_id, o.lane, o.text_key, o.state, o.reason, o.error_code, o.attempts, o.sid, o.created_at,
           o.not_before, o.posted_at, o.accepted_at, o.settled_at, o.expires_at, c.address, v.stopped_at, v.last_inbound_at,
           (SELECT j.turn FROM journal j WHERE j.conversation_id = o.conversation_id
               AND starts_with(o.key, j.event_key || '/') ORDER BY j.turn DESC LIMIT 1) AS turn
    FROM outbox o JOIN conversations v ON v.id = o.conversation_id JOIN contacts c ON c.id = o.contact_id WHERE o.id = :id""")
# What a reason means to whoever asks, and what helps. By the word before a colon; Twilio's code follows it.
WHY = {
    "stopped": "they said STOP: it leaves when they write to us; only they can take that back",
    "superseded": "newer news has made it untrue: it is told no more",
    Kind.WINDOW: "more than 24 hours since they wrote, and there is no approved template for it: it leaves when they write",
    Kind.UNREACHABLE: "there is nobody on WhatsApp at this number, or not now: ask them to write to us",
    Kind.OPTED_OUT: "they have blocked us or said STOP to WhatsApp: only they can take that back",
    Kind.CAPPED: "Meta chose not to deliver a marketing message: nothing to do",
    Kind.OPERATOR: "our account, sender or terms at Twilio: ./saathi doctor names what to repair; it is tried again by itself",
    Kind.RATE: "too fast for Twilio: it is tried again by itself",
    Kind.RETRY: "a fault at Twilio or WhatsApp: it is tried again by itself, or told when they write",
    Kind.CONTENT: "WhatsApp refused the message itself: an engineer must look at its text",
    Kind.TOO_LONG: "WhatsApp refused the message itself: an engineer must look at its text",
}
STATES = {
    "queued": "it waits for the relay", "sending": "it is being posted", "uncertain": "posted, and Twilio has not said yet",
    "unconfirmed": "posted, and never found at Twilio: it may have arrived; it is told again when they write",
    "accepted": "Twilio has it", "sent": "WhatsApp has it: their phone is off or without a connection",
    "delivered": "it is on their phone", "read": "they have read it",
}  # fmt: skip


@click.command()
@click.argument("message", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "as_json", is_flag=True)
@by_staff("outbox.read")
@click.pass_context
def show(ctx: click.Context, message: int, as_json: bool) -> None:
    """One message: its way, why it stands where it stands, and the turn that wrote it. Words are not shown."""
    with of(ctx).engine.connect() as conn:
        row = _one(conn, message)
    page = {name: value for name, value in row._mapping.items() if name not in ("stopped_at", "last_inbound_at")}
    page |= {"address": mask_phone(row.address), "meaning": meaning(row.state, row.reason)}
    if as_json:
        print_json(page)
        return
    for name, value in page.items():
        if value is not None:
            click.echo(f"{name.replace('_', ' '):<16} {moment_utc(value) if hasattr(value, 'astimezone') else value}")


@click.command()
@click.argument("message", type=click.IntRange(1, 2**63 - 1))
@as_staff("outbox.release")
@click.option("--reason", required=True, help="Why; kept in the audit log.")
@click.pass_context
def release(ctx: click.Context, message: int, actor: str, reason: str) -> None:
    """Let a message leave that is held, failed or unconfirmed. One that is unconfirmed may then arrive twice."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "outbox.release")
        row, now = _one(conn, message), house.clock.now(conn)
        if (why_not := _why_not(row, now)) is not None:
            raise refuse(f"message {message} stays: {why_not}")
        if not shelf.release_one(conn, row.conversation_id, message, row.state, now):
            raise refuse(f"message {message} has moved on meanwhile; ./saathi outbox show {message}")
        before = {"state": row.state, "reason": row.reason, "key": row.key}
        subject = f"outbox/{message}"
        audit.write(conn, actor=by.name, act="outbox.release", subject=subject, at=now, before=before, reason=reason)
    click.echo(f"message {message} leaves within seconds")


def meaning(state: str, reason: str | None) -> str:
    """In words for support: why it stands there, and what helps."""
    word = (reason or "").partition(":")[0].strip()
    return WHY.get(word) or STATES.get(state) or (reason or "not known")


def _why_not(row: Any, now: Any) -> str | None:
    """None where it may leave. Consent comes first: nobody on the staff can overrule a STOP."""
    word = (row.reason or "").partition(":")[0].strip()
    if row.state not in ("held", "unconfirmed", "failed"):
        return f"it is {row.state}: {meaning(row.state, row.reason)}"
    if row.lane == "campaign":
        return "a campaign's message is sent once, or not at all"
    if word == Kind.OPTED_OUT or (row.stopped_at is not None and row.lane != "reply"):
        return WHY["stopped"]
    if row.expires_at is not None and row.expires_at <= now:
        return f"its time was over at {moment_utc(row.expires_at)}"
    open_until = row.last_inbound_at + WINDOW if row.last_inbound_at else None
    if word == Kind.WINDOW and (open_until is None or open_until <= now):
        return WHY[Kind.WINDOW]
    return None


def _one(conn: Connection, message: int) -> Any:
    row = conn.execute(_ONE, {"id": message}).one_or_none()
    if row is None:
        raise refuse(f"there is no message {message}; ./saathi outbox list shows the newest")
    return row
