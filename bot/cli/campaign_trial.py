"""A test of a campaign on colleagues' phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import click
from sqlalchemy import Connection

from base import audit, staff
from bot import campaign_trial
from bot.campaign_trial import CannotTest
from bot.cli.acting import as_staff, on_duty
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_found import programme_option, row_of
from bot.cli.house import of, print_json, refuse
from bot.cli.member import addresses
from bot.cli.programme import chosen
from campaigns import rows
from campaigns.rows import Row
from campaigns.spec import Arm

PHONES_MAX = 20  # a test is for colleagues


@click.command("test", short_help="Send it to colleagues, marked as a test.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--to", "phones", multiple=True, required=True, metavar="PHONE", help="A colleague's; several times for several.")
@click.option("--arm", help="Only this arm; all of them otherwise.")
@click.option("--locale", help="In this language; the colleague's own otherwise.")
@programme_option
@click.option("--json", "as_json", is_flag=True)
@as_staff("campaign.write")
@click.pass_context
def trial(
    ctx: click.Context, campaign: str, phones: tuple[str, ...], arm: str | None, locale: str | None, programme_id: str | None,
    as_json: bool, actor: str,
) -> None:  # fmt: skip
    """Send every arm to colleagues, whose phones an admin has named (`staff phone`): marked as a test and counted nowhere.
    They must have written to this number within 24 hours. Before WhatsApp's approval buttons come as a numbered list."""
    if len(phones) > PHONES_MAX:
        raise click.UsageError(f"a test goes to {PHONES_MAX} phones at most")
    house = of(ctx)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "campaign.write").name, house.clock.now(conn)
        row = row_of(conn, chosen(conn, programme_id), campaign)
        arms = _arms(row, arm, locale)
        asked = {phone: addresses(phone) for phone in phones}
        names = _colleagues(conn, asked)
        done = campaign_trial.put(house, conn, row, asked, arms, locale, by, now)
        if isinstance(done, CannotTest):
            raise refuse(f"nothing was sent: {done.words}")
        subject = rows.subject(row)
        audit.write(conn, actor=by, act="campaign.write", subject=subject, at=now, after={"tested": names}, reason="test")
    if as_json:
        print_json({"campaign": row.id, "sent": [asdict(one) for one in done]})
    else:
        click.echo("\n".join(f"{one.phone} gets arm {one.arm} in {one.locale}, marked as a test" for one in done))


def _colleagues(conn: Connection, asked: Mapping[str, Sequence[str]]) -> list[str]:
    """Whose phones they are: words that nobody has approved yet go to no member."""
    known = staff.phones(conn)
    names = {phone: known.get(tried[0].removeprefix("whatsapp:")) for phone, tried in asked.items()}
    if strangers := [phone for phone, name in names.items() if name is None]:
        raise refuse(
            f"nothing was sent: {', '.join(strangers)} is no colleague's phone; an admin names theirs: "
            "./saathi staff phone NAME PHONE"
        )
    return sorted({name for name in names.values() if name is not None})


def _arms(row: Row, name: str | None, locale: str | None) -> list[Arm]:
    campaign = row.campaign
    if locale is not None and locale not in campaign.arms[0].words:
        raise refuse(f"{row.id} has no words in {locale}: there are {', '.join(campaign.arms[0].words)}")
    found = [one for one in campaign.arms if name in (None, one.name)]
    if not found:
        raise refuse(f"{row.id} has no arm {name}: there is {', '.join(one.name for one in campaign.arms)}")
    return found
