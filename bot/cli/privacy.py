"""Privacy: what is kept, what people agreed to, what they asked of us, and who read what."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from rich.table import Table
from sqlalchemy import text

from base import audit, people
from base.days import start_of
from bot import data_file, my_data, privacy_report
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import console, moment, of, print_json, refuse
from bot.cli.member import person
from bot.cli.privacy_erase import erase, erasures, keep
from bot.cli.private_file import write_private

_CONSENTS = text("""
    SELECT programme_id AS programme, kind, given, version, locale, message_sid, at FROM consents
    WHERE contact_id = ANY(:contacts) ORDER BY id""")

_since = click.option("--since", required=True, metavar="DAY", help="2026-11-01: from this day of India's on.")
_who = click.option("--staff", "staff_name", metavar="NAME", help="Only what this colleague has touched.")
_why = click.option("--reason", required=True, help="Why; kept in the audit log.")
_out = click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")


@click.group()
def group() -> None:
    """What we hold of people, and what they may ask."""


@group.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def report(ctx: click.Context, as_json: bool) -> None:
    """What is kept of each kind, for how long, and what falls due within 30 days."""
    house = of(ctx)
    with house.engine.connect() as conn:
        page = privacy_report.kept(conn, house.clock.now(conn))
    if as_json:
        print_json(page | {"retained": [row | {"next_on": row["next_on"].isoformat()} for row in page["retained"]]})
        return
    table = Table("programme", "kind", "kept", "days", "oldest (UTC)", "due in 30 days")
    for one in page["programmes"]:
        for row in one["kinds"]:
            oldest = moment(row["oldest_at"]) if row["oldest_at"] else ""
            table.add_row(one["programme"], row["kind"], str(row["kept"]), str(row["days"]), oldest, str(row["due"]))
    for name in ("messages", "own_pictures"):
        row = page[name]
        table.add_row("", name, str(row["kept"]), str(row["days"]), moment(row["oldest_at"]) if row["oldest_at"] else "", "")
    for row in page["retained"]:
        table.add_row("", f"retained: {row['kind']}", str(row["kept"]), "", f"first ends after {row['next_on']}", "")
    console().print(table)
    for name in ("at_twilio", "erasures"):
        counts = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in page[name].items())
        click.echo(f"{name.replace('_', ' ')}: {counts}")


@group.command()
@click.argument("phone")
@by_staff("privacy.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def consents(ctx: click.Context, phone: str, as_json: bool) -> None:
    """Everything this person agreed to or took back: which version of the words, in which language, by which message."""
    with of(ctx).engine.begin() as conn:
        contact = person(conn, phone)
        touched(conn, "privacy.read", contact)
        rows = [row._asdict() for row in conn.execute(_CONSENTS, {"contacts": people.contacts(conn, contact)})]
    if as_json:
        print_json({"consents": rows})
        return
    table = Table("at (UTC)", "programme", "what", "given", "version", "language", "message")
    for row in rows:
        given = "yes" if row["given"] else "taken back"
        table.add_row(
            moment(row["at"]), row["programme"], row["kind"], given, row["version"], row["locale"], row["message_sid"]
        )
    console().print(table)


@group.command()
@click.argument("phone")
@_out
@_why
@as_staff("privacy.export")
@click.pass_context
def export(ctx: click.Context, phone: str, out: Path, reason: str, actor: str) -> None:
    """Everything we hold of a person, for them: JSON where the file is called so, else a document. On the audit log."""
    house = of(ctx)
    _free(out)
    with house.engine.begin() as conn:
        by, contact = on_duty(conn, actor, "privacy.export"), person(conn, phone)
        held = my_data.collect(house, conn, contact)
        counts = {part: len(held[part]) for part in ("accounts", "bills", "photos", "messages")}
        now = house.clock.now(conn)
        audit.write(conn, actor=by.name, act="privacy.export", subject=contact, at=now, after=counts, reason=reason)
    write_private(out, data_file.as_json(held).encode() if out.suffix == ".json" else data_file.document(held))
    click.echo(f"wrote {out}: {', '.join(f'{count} {part}' for part, count in counts.items())}")


@group.command()
@_since
@_who
@_out
@_why
@as_staff("privacy.breach")
@click.pass_context
def breach(ctx: click.Context, since: str, staff_name: str | None, out: Path, reason: str, actor: str) -> None:
    """Whose data of which kinds could have been touched since a day, as CSV: a person a line, phones masked."""
    house = of(ctx)
    _free(out)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "privacy.breach")
        rows = privacy_report.touched(conn, _day(since), staff_name)
        after = {"since": since, "staff": staff_name, "people": len(rows)}
        now, subject = house.clock.now(conn), f"since {since}"
        audit.write(conn, actor=by.name, act="privacy.breach", subject=subject, at=now, after=after, reason=reason)
    write_private(out, privacy_report.touched_csv(rows).encode("utf-8-sig"))
    click.echo(f"wrote {out}: {len(rows)} people")


@group.command()
@by_staff("privacy.access")
@_since
@_who
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def access(ctx: click.Context, since: str, staff_name: str | None, as_json: bool) -> None:
    """Who on the staff did and read what since a day, out of the audit log. `staff audit` shows each act."""
    with of(ctx).engine.connect() as conn:
        rows = privacy_report.access(conn, _day(since), staff_name)
    if as_json:
        print_json({"access": rows})
        return
    table = Table("who", "what", "times", "of how many", "first (UTC)", "last (UTC)")
    for row in rows:
        times = (str(row["times"]), str(row["subjects"]))
        table.add_row(row["actor"], row["act"], *times, moment(row["first_at"]), moment(row["last_at"]))
    console().print(table)


for _verb in (erase, keep, erasures):
    group.add_command(_verb)


def _day(written: str) -> datetime:
    try:
        return start_of(date.fromisoformat(written))
    except ValueError as fault:
        raise click.BadParameter(f"{written!r} is no day: write it as 2026-11-01", param_hint="--since") from fault


def _free(out: Path) -> None:
    if out.exists():
        raise refuse(f"{out} is there already; choose another name, so that nothing is written over")
