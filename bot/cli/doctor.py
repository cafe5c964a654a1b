"""The doctor: one line for each thing that must be right, with the remedy where it is not."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot import preflight
from bot.cli.house import of, print_json
from bot.wiring import House
from config.settings import read

if TYPE_CHECKING:
    from bot.doctor import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look at everything the service needs. Exits 1 when anything is wrong."""
    findings = _findings(ctx)
    healthy = all(finding.ok for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "checks": [asdict(finding) for finding in findings]})
    else:
        for one in findings:
            told = one.found if one.ok else f"{one.found}. Remedy: {one.remedy}"
            click.echo(f"{'ok   ' if one.ok else 'WRONG'} {one.name:<12} {told}")
    ctx.exit(0 if healthy else 1)


def _findings(ctx: click.Context) -> list[Finding]:
    from bot.doctor import examine, without_house

    if not isinstance(ctx.find_root().obj, House):
        settings, malformed = read()
        broken = [*malformed, *preflight.unusable(settings)]
        embedded = not (settings.database_url and settings.redis_url)
        if broken or (embedded and settings.faults()):  # then no server is started to look further
            return without_house([*broken, *settings.faults()])
    try:
        house = of(ctx)
    except Exception as fault:  # whatever keeps the house from being made is what the doctor is asked for
        return without_house([str(fault) or type(fault).__name__])
    return examine(house)
