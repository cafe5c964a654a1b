"""Erasing in a person's name: by support, told to them and with the same days to stop it; at once by an admin alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import click
from rich.table import Table
from sqlalchemy import Connection, text

from base import audit, people
from base.days import day_of
from base.people import Talk
from bot import bells
from bot import erase as erasing
from bot.cli.acting import as_staff, by_staff, on_duty
from bot.cli.house import console, moment, of, print_json, refuse
from bot.cli.member import talks
from flows.codec import to_json
from flows.my_data_events import ErasureAnnounced
from handlers import erasures as rows
from journal import inbox
from loyalty.programme_rows import current

# The conversation's row first, as everywhere.
_LOCK = text("SELECT FROM conversations WHERE id = :id FOR UPDATE")
_LIST = text("""
    SELECT id, contact_id AS contact, asked_by, reason, asked_at, due_at, waits_for, tried_at, cancelled_at,
           cancelled_by, done_at
    FROM erasures ORDER BY asked_at DESC, id DESC LIMIT :last""")
HELD_UP = {"payouts": "payouts on their way", "bills": "bills that are not decided yet, for a shop of somebody else's"}
_why = click.option("--reason", required=True, help="How you made sure that it is they who ask; kept.")


@click.command()
@click.argument("phone")
@_why
@click.option("--now", "at_once", is_flag=True, help="Without the waiting period: for an admin, on an order of a court.")
@as_staff("privacy.erase", "privacy.erase_now")
@click.pass_context
def erase(ctx: click.Context, phone: str, reason: str, at_once: bool, actor: str) -> None:
    """Delete a person's data, as they can by DELETE MY DATA. They are told the day, and can stop it until then."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "privacy.erase_now" if at_once else "privacy.erase")
        talk, now = _talk(conn, phone), house.clock.now(conn)
        if at_once and (before := _stop(conn, talk, by.name, now)) is not None:  # the new one takes its place
            audit.write(conn, actor=by.name, act="privacy.keep", subject=talk.contact_id, at=now, after={"erasure": before})
        days = 0 if at_once else current(conn, talk.programme_id).programme.privacy.erase_after_days
        waits = rows.schedule(
            conn, erasure_id=house.ids.new("era"), contact_id=talk.contact_id, conversation_id=talk.id, asked_by=by.name,
            reason=reason, now=now, days=days,
        )  # fmt: skip
        after = {"erasure": waits.id, "due_at": waits.due_at.isoformat()}
        audit.write(conn, actor=by.name, act="privacy.erase", subject=talk.contact_id, at=now, after=after, reason=reason)
        if not at_once:
            told = to_json(ErasureAnnounced(day_of(waits.due_at).isoformat()))
            inbox.put_happening(conn, talk.id, f"{waits.id}/announced", told, now, house.keyring)
    if not at_once:
        bells.ring_turn(house, talk.id)
        click.echo(f"{phone} is erased on {day_of(waits.due_at)}; they are told, and can stop it. {waits.id}")
        return
    erased = erasing.erase(house, waits.id)
    if erased is None:
        click.echo(f"{phone} is not erased yet: an account changed hands just now. The next round does it. {waits.id}")
    elif erased.waits_for is not None:
        click.echo(f"{phone} has {HELD_UP[erased.waits_for]}: erased as soon as they have ended. {waits.id}")
    else:
        click.echo(f"erased: {len(erased.members)} accounts, {erased.points_given_up} points given up. {waits.id}")


@click.command()
@click.argument("phone")
@_why
@as_staff("privacy.keep")
@click.pass_context
def keep(ctx: click.Context, phone: str, reason: str, actor: str) -> None:
    """Stop an erasure that waits, as the person can by KEEP MY DATA."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by, talk, now = on_duty(conn, actor, "privacy.keep"), _talk(conn, phone), house.clock.now(conn)
        stopped = _stop(conn, talk, by.name, now)
        if stopped is None:
            raise refuse(f"nobody has asked that {phone} be erased: there is nothing to stop")
        audit.write(
            conn, actor=by.name, act="privacy.keep", subject=talk.contact_id, at=now, after={"erasure": stopped}, reason=reason
        )
    click.echo(f"{phone} stays")


@click.command()
@by_staff("privacy.read")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def erasures(ctx: click.Context, last: int, as_json: bool) -> None:
    """Who is to be erased, was, or was to be: by id, for phones of those who were are forgotten."""
    with of(ctx).engine.connect() as conn:
        found = [row._asdict() for row in conn.execute(_LIST, {"last": last})]
    if as_json:
        print_json({"erasures": found})
        return
    table = Table("asked (UTC)", "erasure", "contact", "by", "due (UTC)", "stands")
    for row in found:
        table.add_row(
            moment(row["asked_at"]), row["id"], row["contact"], row["asked_by"], moment(row["due_at"]), _stands(row)
        )
    console().print(table)


def _talk(conn: Connection, phone: str) -> Talk:
    """The conversation in which they are told, locked; its contact is the person's."""
    talk = talks(conn, phone)[0]
    conn.execute(_LOCK, {"id": talk.id})
    return replace(talk, contact_id=people.living(conn, talk.contact_id))


def _stop(conn: Connection, talk: Talk, by: str, now: datetime) -> str | None:
    """The erasure that waited for the person, asked for under whichever of their contacts."""
    stopped = [rows.stop(conn, contact, by, now) for contact in people.contacts(conn, talk.contact_id)]
    return next((erasure for erasure in stopped if erasure is not None), None)


def _stands(row: dict[str, Any]) -> str:
    if row["done_at"]:
        return f"done {moment(row['done_at'])}"
    if row["cancelled_at"]:
        return f"stopped by {row['cancelled_by']}"
    if row["waits_for"] == "fault":
        return f"waits after a fault at {moment(row['tried_at'])}: see the log"
    return f"waits for {row['waits_for']}" if row["waits_for"] else "waits"
