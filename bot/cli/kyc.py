"""KYC reviews: what waits for a person, what it is about, and the decisions. The same as on the staff's pages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from base.media_store import NotStored
from bot.cli.acting import also, as_staff, by_staff, on_duty, touched
from bot.cli.house import console, moment_utc, of, print_json, refuse
from bot.cli.kyc_renew import renew
from bot.cli.private_file import write_private
from bot.desk import HouseDesk
from bot.wiring import House
from console import kyc_page, words
from console.desk import decide_kyc
from console.kyc_page import Page, Photo
from loyalty import kyc_review
from loyalty.kyc_review import REASONS, CannotReview, Review, UnknownReview, Verdict

_note = click.option("--note", default="", help="For colleagues; kept.")
_as_json = click.option("--json", "as_json", is_flag=True)


@click.group()
def group() -> None:
    """Who members are: what a program could not decide."""


@group.command()
@by_staff("kyc.read")
@_as_json
@click.pass_context
def queue(ctx: click.Context, as_json: bool) -> None:
    """What waits for a person, the longest first, and how long reviews have waited. Numbers are masked."""
    house = of(ctx)
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        rows = [_row(review, now) for review in kyc_review.queue(conn)]
        figures = asdict(kyc_review.figures(conn, now))
    if as_json:
        print_json({"reviews": rows, **figures})
        return
    table = Table("review", "what", "number", "why", "waiting", "approvals")
    for row in rows:
        votes = f"{row['approvals']} of {row['approvals_needed']}"
        table.add_row(row["id"], row["kind"], row["masked"], row["why"], words.seconds(row["age_s"]), votes)
    if rows:
        console().print(table)
    within = f"half within {words.seconds(figures['p50_s'])}, 95 of 100 within {words.seconds(figures['p95_s'])}"
    click.echo(f"{figures['waiting']} wait; {figures['decided']} decided in 30 days, {within}")


@group.command()
@click.argument("review")
@by_staff("kyc.read", keeps=True)
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Write the photo into this new file.")
@_as_json
@click.pass_context
def show(ctx: click.Context, review: str, picture: Path | None, as_json: bool) -> None:
    """One review: what was given, by whom, beside what, and who has voted. On record."""
    house = of(ctx)
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        try:
            found = kyc_review.read(conn, review)
        except UnknownReview as fault:
            raise _unknown(review) from fault
        kyc_review.first_look(conn, review, now)
        touched(conn, "kyc.read", review)
        page = _page(kyc_page.gather(conn, house.keyring, found), now)
        photo = kyc_page.photo(conn, house.keyring, found.check.media_id)
        if picture is not None and photo is not None:
            also(conn, "kyc.read_picture")
            touched(conn, "kyc.read_picture", review)
    if picture is not None:
        _write(house, photo, picture)
    if as_json:
        print_json(page)
        return
    for name, value in page.items():
        for line in value if isinstance(value, list) else [value]:
            if line not in (None, ""):
                shown = ", ".join(_plain(v) for v in line.values() if v is not None) if isinstance(line, dict) else _plain(line)
                click.echo(f"{name.replace('_', ' '):<17} {shown}")


@group.command()
@click.argument("review")
@as_staff("kyc.approve")
@_note
@_as_json
@click.pass_context
def approve(ctx: click.Context, review: str, actor: str, note: str, as_json: bool) -> None:
    """It is right. Where the review asks for two approvals, two different people must."""
    _decide(ctx, review, actor, "approve", "", note, as_json)


@group.command()
@click.argument("review")
@click.option("--reason", required=True, type=click.Choice(REASONS["reject"]))
@as_staff("kyc.reject")
@_note
@_as_json
@click.pass_context
def reject(ctx: click.Context, review: str, reason: str, actor: str, note: str, as_json: bool) -> None:
    """It is not theirs, or not right: the member is told why."""
    _decide(ctx, review, actor, "reject", reason, note, as_json)


@group.command()
@click.argument("review")
@click.option("--reason", required=True, type=click.Choice(REASONS["ask"]))
@as_staff("kyc.ask")
@_note
@_as_json
@click.pass_context
def ask(ctx: click.Context, review: str, reason: str, actor: str, note: str, as_json: bool) -> None:
    """Ask the member to give it again."""
    _decide(ctx, review, actor, "ask", reason, note, as_json)


group.add_command(renew)


def _write(house: House, photo: Photo | None, out: Path) -> None:
    if photo is None:
        raise refuse("no photo was sent, or it is there no more")
    try:
        data = photo.opened(house.media.get(photo.stored_as))
    except NotStored as fault:
        raise refuse("the photo is not in the media store") from fault
    except OSError as fault:
        raise refuse(f"the media store cannot be read: {fault.strerror or type(fault).__name__}") from fault
    write_private(out, data)


def _decide(
    ctx: click.Context, review: str, actor: str, verdict: Verdict, reason: str, note: str, as_json: bool
) -> None:  # fmt: skip
    house = of(ctx)
    desk = HouseDesk(house)
    try:
        with house.engine.begin() as conn:
            by = on_duty(conn, actor, f"kyc.{verdict}")
            done = decide_kyc(desk, conn, review, by, verdict, reason=reason, note=note)
    except UnknownReview as fault:
        raise _unknown(review) from fault
    except CannotReview as fault:
        raise refuse(str(fault)) from fault
    if not done.missing:
        desk.ring(done.conversation_id)
    if as_json:
        print_json({"review": done.review, "state": done.state, "missing": done.missing})
    elif done.missing:
        click.echo(f"{review}: approved by {actor}; a second colleague must approve it")
    else:
        click.echo(f"{review} is {done.state}; the member is told")


def _unknown(review: str) -> click.ClickException:
    return refuse(f"there is no review {review}; ./saathi kyc queue lists those that wait")


def _row(review: Review, now: datetime) -> dict[str, Any]:
    check = review.check
    return {
        "id": review.id, "programme": check.programme_id, "member": check.member_id, "kind": check.kind, "why": review.why,
        "masked": check.masked, "score": check.score, "opened_at": review.opened_at,
        "age_s": int((now - review.opened_at).total_seconds()), "approvals": review.approvals_needed - review.missing,
        "approvals_needed": review.approvals_needed,
    }  # fmt: skip


def _page(page: Page, now: datetime) -> dict[str, Any]:
    review, check, person = page.review, page.check, page.member
    return _row(review, review.decided_at or now) | {
        "state": review.state, "source": check.source, "picture": check.media_id, "given_name": page.given_name,
        "name": person.name, "shop": person.shop, "role": person.role, "phone": person.phone, "given_at": check.created_at,
        "first_opened_at": review.first_opened_at, "decided_at": review.decided_at, "note": review.note,
        "same_as": [{"member": one.check.member_id, "name": one.name, "state": one.check.state} for one in page.rivals],
        "votes": [{"by": v.name, "verdict": v.verdict, "reason": v.reason, "at": v.at} for v in review.votes],
    }  # fmt: skip


def _plain(value: object) -> str:
    return moment_utc(value) if isinstance(value, datetime) else str(value)
