"""The books for finance: statements, balances of any time, what is owed by expiry, and the closing of a month."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import click
from rich.table import Column, Table

from base import audit
from base.days import day_of, end_of
from base.money import grouped, rupees
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import console, moment, moment_utc, of, print_json, refuse
from bot.cli.member import whose
from bot.cli.programme import chosen
from bot.wiring import House
from ledger import periods
from ledger.balance import as_known, as_true
from ledger.liability import liability as read_liability
from ledger.periods import BeforeAll, NotOver, OutOfOrder, Period
from ledger.statement import statement as read_statement
from loyalty.programme_rows import current

DAY = click.DateTime(["%Y-%m-%d"])
WAIT_S, LOOKS = 0.2, 300  # for the transactions under way when a month closes; turns take milliseconds


@click.command()
@click.argument("who", metavar="PHONE|MEMBER")
@click.option("--from", "first", type=DAY, help="First day; the first of this month otherwise.")
@click.option("--to", "last", type=DAY, help="Last day, included; today otherwise.")
@click.option("--programme", help="Needed only for someone in several.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("ledger.read_member", keeps=True)
@click.pass_context
def statement(
    ctx: click.Context, who: str, first: datetime | None, last: datetime | None, programme: str | None, as_json: bool
) -> None:
    """What happened to a member's points, by when it happened, with the balance before, between and after."""
    house = of(ctx)
    with house.engine.begin() as conn:
        programme_id, member_id = whose(conn, who, programme)
        touched(conn, "ledger.read_member", member_id)
        until_day = last.date() if last else day_of(house.clock.now(conn))
        from_day = first.date() if first else until_day.replace(day=1)
        if from_day > until_day:
            raise click.UsageError("--to is before --from")
        found = read_statement(conn, programme_id, member_id, _start_of(from_day), end_of(until_day))
    lines = [asdict(line) for line in found.lines]
    page = {"programme": programme_id, "member": member_id, "from": found.since, "until": found.until}
    page |= {"opening": found.opening, "lines": lines, "closing": found.closing}
    print_json(page) if as_json else _print_statement(page, lines)


@click.command()
@click.argument("who", metavar="PHONE|MEMBER")
@click.option("--at", metavar="TIME", help="ISO 8601 with a zone, or a day (its end, in India); now otherwise.")
@click.option("--true/--known", "true", default=True, help="As it truly was, or as the books showed it at that time.")
@click.option("--programme", help="Needed only for someone in several.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("ledger.read_member", keeps=True)
@click.pass_context
def balance(ctx: click.Context, who: str, at: str | None, true: bool, programme: str | None, as_json: bool) -> None:
    """A member's accounts at any time: by when things happened (--true), or by when they were recorded (--known)."""
    house = of(ctx)
    with house.engine.begin() as conn:
        programme_id, member_id = whose(conn, who, programme)
        touched(conn, "ledger.read_member", member_id)
        moment_asked = _moment(at) if at else house.clock.now(conn)
        found = (as_true if true else as_known)(conn, programme_id, member_id, moment_asked)
    page = {"programme": programme_id, "member": member_id, "at": moment_asked, "as": "true" if true else "known"}
    if as_json:
        print_json(page | asdict(found))
        return
    words = "as it truly was" if true else "as it was known"
    coop = f", {rupees(found.coop_paise)} of co-op credit" if found.coop_paise else ""
    points = f"{grouped(found.available)} available, {grouped(found.held)} held{coop}"
    click.echo(f"{member_id} on {moment_utc(moment_asked)}, {words}: {points}")


@click.command()
@click.option("--programme", help="Needed only where several are published.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def liability(ctx: click.Context, programme: str | None, as_json: bool) -> None:
    """Points outstanding, by when they expire, and their worth at the programme's rate."""
    house = of(ctx)
    with house.engine.connect() as conn:
        programme_id = chosen(conn, programme)
        rate = current(conn, programme_id).programme.paise_per_point
        found = read_liability(conn, programme_id, rate, house.clock.now(conn))
    if as_json:
        print_json({"programme": programme_id, **asdict(found)})
        return
    right = [Column(heading, justify="right") for heading in ("available", "held", "worth")]
    table = Table("expires", *right)
    for one in found.buckets:
        table.add_row(one.name.replace("_", " "), grouped(one.available), grouped(one.held), rupees(one.paise))
    table.add_row("all points", grouped(found.points), "", rupees(found.paise), style="bold")
    console().print(table)
    if found.owed_points:
        click.echo(f"members owe {grouped(found.owed_points)} points after claw-backs; they are not taken off the sum")


@click.command()
@click.argument("month", metavar="YYYY-MM")
@as_staff("ledger.close")
@click.option("--programme", help="Needed only where several are published.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def close(ctx: click.Context, month: str, actor: str, programme: str | None, as_json: bool) -> None:
    """Close a month for ever: nothing that happened in it can be posted afterwards. Months close in order."""
    house = of(ctx)
    programme_id = _begin_closing(house, month, actor, programme)
    _wait_for_those_under_way(house, programme_id, month)
    with house.engine.begin() as conn:
        period = periods.finish(conn, programme_id, month, house.clock.now(conn))
    if as_json:
        print_json(asdict(period))
    else:
        click.echo(f"{programme_id}: {month} is closed; its trial balance of {len(period.trial)} accounts is kept")


def _begin_closing(house: House, month: str, actor: str, programme: str | None) -> str:
    with house.engine.begin() as conn:
        name, now = on_duty(conn, actor, "ledger.close").name, house.clock.now(conn)
        programme_id = chosen(conn, programme)
        try:
            outcome = periods.begin(conn, programme_id, month, name, now)
        except ValueError as fault:
            raise click.UsageError(str(fault)) from fault
        match outcome:
            case NotOver(ends_at):
                raise refuse(f"{month} is not over: close it after {moment_utc(ends_at)}")
            case BeforeAll(first_month):
                raise refuse(f"nothing had happened by then: {programme_id} began in {first_month}, the first month to close")
            case OutOfOrder(next_month):
                raise refuse(f"months close in order: {next_month} is the next to close")
            case Period(closed_at=datetime() as closed_at, closed_by=by):
                raise refuse(f"{month} was closed already, by {by} on {moment_utc(closed_at)}")
            case Period(closing_at=begun) if begun == now:  # else somebody began, and it was never finished
                after = {"month": month, "ends_at": outcome.ends_at}
                audit.write(conn, actor=name, act="ledger.close", subject=f"{programme_id}/{month}", at=now, after=after)
    return programme_id


def _wait_for_those_under_way(house: House, programme_id: str, month: str) -> None:
    with house.engine.begin() as conn:
        marked = periods.mark(conn)
    for _ in range(LOOKS):
        with house.engine.connect() as conn:
            if periods.is_over(conn, marked):
                return
        time.sleep(WAIT_S)
    raise refuse(f"{month} is closing, but a transaction begun before is still open: run the same command again later")


def _start_of(day: date) -> datetime:
    return end_of(day - timedelta(days=1))


def _moment(written: str) -> datetime:
    try:
        if len(written) == len("2026-11-22"):
            return end_of(date.fromisoformat(written))
        at = datetime.fromisoformat(written)
    except ValueError as fault:
        raise click.UsageError(f"cannot read the time {written!r}: write 2026-11-22 or 2026-11-22T10:00+05:30") from fault
    if at.utcoffset() is None:
        raise click.UsageError(f"{written!r} has no zone: write 2026-11-22T10:00+05:30")
    return at


def _print_statement(page: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    right = [Column(heading, justify="right") for heading in ("points", "held", "balance")]
    table = Table("happened at (UTC)", "what", *right, "posting", title=f"{page['member']} in {page['programme']}")
    table.add_row(moment(page["from"]), "opening", "", "", grouped(page["opening"]), "", style="bold")
    for line in lines:
        what = f"{line['kind']} of {line['corrects']}" if line["corrects"] else line["kind"]
        numbers = (f"{line['points']:+}", f"{line['held']:+}", grouped(line["balance"]))
        table.add_row(moment(line["happened_at"]), what, *numbers, str(line["posting_id"]))
    table.add_row(moment(page["until"]), "closing", "", "", grouped(page["closing"]), "", style="bold")
    console().print(table)


VERBS = (statement, balance, liability, close)
