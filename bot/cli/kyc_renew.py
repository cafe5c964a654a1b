"""What was verified once must be given anew: a name was changed, or somebody of ours has reason to ask."""

from __future__ import annotations

import click

from base import audit
from bot.cli.account_find import account_of
from bot.cli.acting import as_staff, on_duty
from bot.cli.house import of, print_json, refuse
from bot.desk import HouseDesk
from flows.codec import to_json
from flows.kyc_events import KycAskedAgain
from journal import inbox
from loyalty import kyc
from loyalty.kyc_rules import Kind

KINDS: tuple[Kind, ...] = ("pan", "gstin", "udyam", "destination")
REASONS = ("name_changed", "asked")


@click.command()
@click.argument("phone")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this; may be repeated. Left out: all.")
@click.option("--reason", required=True, type=click.Choice(REASONS))
@click.option("--note", default="", help="For colleagues; kept.")
@click.option("--programme", "programme_id", help="Needed only for someone in several.")
@as_staff("kyc.renew")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def renew(
    ctx: click.Context, phone: str, kinds: tuple[Kind, ...], reason: str, note: str, programme_id: str | None, actor: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Ask a member again for what was verified: it counts no more until they have given it anew. They are told."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by, (member, _) = on_duty(conn, actor, "kyc.renew"), account_of(conn, phone, programme_id)
        now, before = house.clock.now(conn), kyc.current(conn, member)
        again = kyc.reopen(conn, member, kinds or KINDS, reason=reason, by=by.name, now=now)
        if not again:
            raise refuse(f"nothing of {phone} that could be asked for again is verified; ./saathi member show tells what is")
        act = audit.write(
            conn, actor=by.name, act="kyc.renew", subject=member, at=now, before=dict.fromkeys(again, "verified"),
            after=dict.fromkeys(again, "ask_again"), reason=note or reason,
        )  # fmt: skip
        told_in = {kind: kyc.told_in(conn, before[kind]) for kind in again}
        for kind in again:
            event = to_json(KycAskedAgain(kind, before[kind].masked, reason))
            inbox.put_happening(conn, told_in[kind], f"audit-{act}/{kind}", event, now, house.keyring)
    for conversation in set(told_in.values()):
        HouseDesk(house).ring(conversation)
    if as_json:
        print_json({"member": member, "asked_again": list(again)})
    else:
        click.echo(f"{phone} is asked again for: {', '.join(again)}")
