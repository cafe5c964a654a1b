"""What people would get, with their own values, and why somebody does not get it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console

from base.days import in_india
from bot import campaign_check
from bot.cli.acting import by_staff, touched
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_found import member_of, programme_option, refusing, row_of
from bot.cli.campaign_shown import trigger_words
from bot.cli.house import console, of, print_json
from bot.cli.programme import chosen
from campaigns import audience as audiences
from campaigns import preview as previews
from campaigns import reasons
from campaigns.preview import Decided, Preview
from campaigns.rows import Row
from campaigns.spec import Campaign
from whatsapp.outbound import Message

_json = click.option("--json", "as_json", is_flag=True)
_phone = "A phone or a member's id"
_WHEN = {"sending": "", "paused": ", once it goes on"}  # of a campaign with a trigger; before it is sent: once it is


@click.command(short_help="What people would get, word for word.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--member", "members", multiple=True, metavar="PHONE", help=f"{_phone}; may be given several times.")
@click.option("--count", default=3, show_default=True, type=click.IntRange(1, 100), help="Without --member: so many.")
@programme_option
@_json
@by_staff("campaign.read", keeps=True)
@click.pass_context
def preview(
    ctx: click.Context, campaign: str, members: tuple[str, ...], count: int, programme_id: str | None, as_json: bool
) -> None:
    """What people would get, word for word, with their real values: these members, or the first of the audience. Nothing is
    sent. Only a campaign that is kept has one: ./saathi campaign check FILE keeps it."""
    house = of(ctx)
    with house.engine.begin() as conn:
        programme, now = chosen(conn, programme_id), house.clock.now(conn)
        row = row_of(conn, programme, campaign)
        ids = [member_of(conn, programme, named) for named in members]
        with refusing():
            whom = campaign_check.audience_of(conn, programme, row.campaign)
        outside = {member: audiences.why_not(conn, whom, member, now) for member in ids}
        ids = ids or audiences.page(conn, whom, now, "", count)
        for member in ids:
            touched(conn, "campaign.read", member)
        shown = previews.previews(conn, house.keyring, row, ids, now)
    if as_json:
        print_json({"campaign": row.id, "previews": [_of(one, outside.get(one.member_id)) for one in shown]})
    elif not shown:
        click.echo("nobody is in the audience")
    else:
        for one in shown:
            put_preview(console(), one, outside.get(one.member_id))


@click.command("why-not", short_help="Why a member does not get it.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--member", "named", required=True, metavar="PHONE", help=f"{_phone}.")
@programme_option
@_json
@by_staff("campaign.read", keeps=True)
@click.pass_context
def why_not(ctx: click.Context, campaign: str, named: str, programme_id: str | None, as_json: bool) -> None:
    """Why a member did not get it, or would not: what was decided about them, whether they are in the audience, and the first
    reason that holds now. The reasons are looked at in one fixed order."""
    house = of(ctx)
    with house.engine.begin() as conn:
        programme, now = chosen(conn, programme_id), house.clock.now(conn)
        row, member = row_of(conn, programme, campaign), member_of(conn, programme, named)
        touched(conn, "campaign.read", member)
        done = previews.decided(conn, row, member)
        past = previews.past(row, member, came=bool(done))
        with refusing():
            outside = audiences.why_not(conn, campaign_check.audience_of(conn, programme, row.campaign), member, now)
        (seen,) = previews.previews(conn, house.keyring, row, [member], now)
    if as_json:
        told = [asdict(one) | {"words": _decided_words(one)} for one in done]
        shown = {"campaign": row.id, "member": member, "decided": told, "past": past, "audience": outside, "now": seen.reason}
        print_json(shown | {"week": seen.week and asdict(seen.week)})
        return
    for line in _in_words(row, done, past, outside, seen):
        click.echo(line)


def put_preview(page: Console, one: Preview, outside: str | None) -> None:
    page.print(f"{one.member_id}  {one.locale}  {f'arm {one.arm}' if one.arm else 'held out: gets nothing, to compare with'}")
    if outside is not None:
        page.print(f"  gets nothing: not in the audience: {outside}", markup=False, soft_wrap=True)
    elif one.reason is not None:
        page.print(f"  gets nothing now: {reasons.words(one.reason)}")
    if one.message is not None:
        put_message(page, one.message)
    for name in one.empty:
        page.print(f"  {{{name}}} is empty for them: they get - for it", "", sep="\n")


def put_message(page: Console, said: Message) -> None:
    _bubble(page, said.body, [button.title for button in said.buttons], said.media, said.link_title, said.link)


def put_words(page: Console, campaign: Campaign) -> None:
    """Every arm in every language, variables as they stand in the file."""
    for arm in campaign.arms:
        for locale, words in arm.words.items():
            page.print(f"arm {arm.name} ({arm.share} of 100), {locale}")
            titles = [button.title for button in words.buttons]
            _bubble(page, words.body, titles, words.media, words.link_title, words.link)


# --- inside ---------------------------------------------------------------------------------------------------------


def _bubble(page: Console, body: str, titles: Sequence[str], media: str, link_title: str, link: str) -> None:
    lines = [f"(picture {media})"] if media else []
    lines += body.split("\n") + [f"[{title}]" for title in titles] + ([f"[{link_title}] {link}"] if link else [])
    page.print("\n".join(f"    │ {line}" for line in lines), "", sep="\n", soft_wrap=True)


def _of(one: Preview, outside: str | None) -> dict[str, Any]:
    said = one.message
    message = None if said is None else {
        "body": said.body, "buttons": [button.title for button in said.buttons], "media": said.media or None,
        "link": said.link or None, "link_title": said.link_title or None,
    }  # fmt: skip
    return {
        "member": one.member_id, "locale": one.locale, "arm": one.arm, "audience": outside, "reason": one.reason,
        "message": message, "empty": one.empty,
    }  # fmt: skip


def _in_words(row: Row, done: list[Decided], past: str | None, outside: str | None, seen: Preview) -> Iterator[str]:
    for one in done:
        about = f" for {one.occasion}" if one.occasion else ""
        yield f"{in_india(one.decided_at)}{about}: {_decided_words(one)}"
    if past is not None:
        yield past
    elif done and row.campaign.trigger is not None:
        yield f"for a day of theirs after {done[0].occasion}: {_now(row, outside, seen)}"
    elif outside is not None or not done:
        yield _now(row, outside, seen)


def _now(row: Row, outside: str | None, seen: Preview) -> str:
    """What holds of somebody to whom it may come."""
    if outside is not None:
        return f"not in the audience: {outside}"
    if seen.reason is not None:
        why = f"{seen.reason}, that is, {reasons.words(seen.reason)}{_week(row, seen)}"
        return f"in the audience, and would be left out now: {why}"
    if seen.arm is None:
        return "in the audience, and held out, to compare with"
    if row.campaign.trigger is not None:
        on = trigger_words(row.campaign.trigger)
        return f"in the audience, and gets it {on}{_WHEN.get(row.state, ', once it is sent')}"
    return f"in the audience, and would get it {'when it goes on' if row.state == 'paused' else 'now'}"


def _week(row: Row, seen: Preview) -> str:
    """The figures, where they are the reason."""
    week = seen.week
    if week is None or seen.reason not in ("capped", "attention"):
        return ""
    had = f": {week.had} of {week.per_week} within seven days"
    left = f", and one of {row.campaign.priority} priority leaves alone whoever has had {week.allowed}"
    return had + (left if seen.reason == "attention" else "")


def _decided_words(one: Decided) -> str:
    if one.outcome == "left_out":
        return f"left out: {one.reason}, that is, {reasons.words(one.reason)}"
    if one.outcome == "holdout":
        return "held out: gets nothing, to compare with"
    why = f" ({one.message_why})" if one.message_why else ""
    sent = f", sent {in_india(one.sent_at)}" if one.sent_at else ""
    return f"queued, arm {one.arm}, {one.locale}; the message is {one.message or 'gone'}{why}{sent}"
