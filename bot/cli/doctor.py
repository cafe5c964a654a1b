"""The doctor: one line for each thing that must be right, with the remedy where it is not."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot.cli.house import of, print_json


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look at everything the service needs. Exits 1 when anything is wrong."""
    from bot.doctor import examine, without_house

    try:
        house = of(ctx)
    except Exception as fault:  # whatever keeps the house from being made is what the doctor is asked for
        findings = without_house(fault)
    else:
        findings = examine(house)
    healthy = all(finding.ok for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "checks": [asdict(finding) for finding in findings]})
    else:
        for one in findings:
            told = one.found if one.ok else f"{one.found}. Remedy: {one.remedy}"
            click.echo(f"{'ok   ' if one.ok else 'WRONG'} {one.name:<12} {told}")
    ctx.exit(0 if healthy else 1)
