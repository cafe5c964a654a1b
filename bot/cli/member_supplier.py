"""`./saathi member supplier`: whom somebody buys from. Campaigns choose people by it (`parent`, `under`)."""

from __future__ import annotations

import click

from base import audit
from bot.cli.acting import as_staff, on_duty
from bot.cli.house import of, refuse
from bot.cli.member import whose
from loyalty import suppliers

NOBODY = "nobody"


@click.command("supplier")
@click.argument("who", metavar="WHO")
@click.argument("buys_from", metavar="SUPPLIER")
@click.option("--programme", "programme_id", help="Needed only for people in several.")
@as_staff("member.supplier")
@click.pass_context
def supplier(ctx: click.Context, who: str, buys_from: str, programme_id: str | None, actor: str) -> None:
    """Say whom a member buys from: one other member. WHO and SUPPLIER: a phone, or a member's id; as SUPPLIER also `nobody`:
    they buy from nobody we know any more."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "member.supplier").name, house.clock.now(conn)
        programme, member = whose(conn, who, programme_id)
        above = whose(conn, buys_from, programme)[1] if buys_from != NOBODY else None
        try:
            before = suppliers.buys_from(conn, programme, member, above, now)
        except suppliers.InCircle:
            raise refuse(f"{buys_from} buys from {who}, directly or through others: nobody buys from themselves") from None
        if before != above:
            after = {"supplier": above}
            audit.write(conn, actor=by, act="member.supplier", subject=member, at=now, before={"supplier": before}, after=after)
    click.echo(f"{member} buys from {above or 'nobody we know'}")
