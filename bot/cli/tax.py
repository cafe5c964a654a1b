"""Tax on benefits: a member's tax year, and the statement of deductions for filing."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.table import Column, Table

from base import audit
from base.days import day_of
from base.money import rupees
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import console, moment, of, print_json, refuse
from bot.cli.member import member_of
from bot.cli.private_file import write_private
from payouts import passbook, tax_statement
from payouts.tax import quarter_days, rule_on, tax_year


class TaxYear(click.ParamType[str]):
    """2026-27"""

    name = "YEAR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        given = str(value)
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", given, re.ASCII) or int(given[5:]) != (int(given[:4]) + 1) % 100:
            self.fail(f"{given} is no tax year: write it as 2026-27", param, ctx)
        return given


@click.group()
def group() -> None:
    """Tax on benefits."""


@group.command()
@click.argument("phone")
@click.option("--year", type=TaxYear(), help="This one where it is left out.")
@by_staff("tax.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, phone: str, year: str | None, as_json: bool) -> None:
    """The tax year of a member and of everyone with the same PAN: what it comes to, and every entry. PANs are masked."""
    house = of(ctx)
    with house.engine.begin() as conn:
        member = member_of(conn, phone)
        touched(conn, "tax.read", member)
        now = house.clock.now(conn)
        chosen = year or tax_year(now)
        who = passbook.person(conn, member)
        so_far = passbook.so_far(conn, who, chosen)
        rows = [asdict(entry) for entry in passbook.entries(conn, who, chosen)]
    rule = rule_on(house.tax_rules, day_of(now))
    page = {
        "member": member, "pan": who.masked, "tax_year": chosen, "total_paise": so_far.total_paise,
        "taxed_paise": so_far.taxed_paise, "tax_paise": so_far.tax_paise, "threshold_paise": rule.threshold_paise,
        "rate_bp": rule.rate_without_pan_bp if who.masked is None else rule.rate_bp, "rule": rule.id, "entries": rows,
    }  # fmt: skip
    print_json(page) if as_json else _print(page)


@group.command()
@click.option("--year", required=True, type=TaxYear(), help="The tax year, as 2026-27.")
@click.option("--quarter", required=True, type=click.IntRange(1, 4), help="1: April to June.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.option("--json", "as_json", is_flag=True)
@as_staff("tax.export")
@click.pass_context
def export(ctx: click.Context, year: str, quarter: int, out: Path, as_json: bool, actor: str) -> None:
    """The deductions of a quarter as CSV, with PANs in full: for finance, and kept in the audit log."""
    house = of(ctx)
    if out.exists():
        raise refuse(f"{out} is there already; choose another name, so that no statement is written over")
    with house.engine.begin() as conn:
        staff = on_duty(conn, actor, "tax.export")
        try:
            statement = tax_statement.read(conn, house.keyring, *quarter_days(year, quarter))
        except tax_statement.NoStatement as fault:
            raise refuse(f"{fault}; ./saathi ledger verify shows more, and nothing was written") from fault
        pending = {"payouts": statement.pending, "tax_paise": statement.pending_tax_paise}
        summary = {"lines": len(statement.lines), "tax_paise": statement.tax_paise, "pending": pending}
        audit.write(
            conn, actor=staff.name, act="tax.export", subject=f"{year}/Q{quarter}", at=house.clock.now(conn), after=summary
        )
    write_private(out, tax_statement.as_csv(statement, house.tax_rules).encode("utf-8-sig"))
    without = sum(line.without_pan for line in statement.lines)
    told = {"year": year, "quarter": quarter, "file": str(out), **summary, "without_pan": without}
    if as_json:
        print_json(told)
        return
    click.echo(f"wrote {out}: {len(statement.lines)} lines, {rupees(statement.tax_paise)} of tax, {without} without a PAN")
    if statement.pending:
        tax_pending = rupees(statement.pending_tax_paise)
        click.echo(f"not complete: {statement.pending} payouts of the quarter ({tax_pending} of tax) are still on their way")


def _print(page: dict[str, Any]) -> None:
    click.echo(f"{page['member']}  PAN {page['pan'] or 'not given'}  tax year {page['tax_year']}")
    sums = f"benefits {rupees(page['total_paise'])}, tax {rupees(page['tax_paise'])}"
    click.echo(f"{sums}; above {rupees(page['threshold_paise'])}: {page['rate_bp'] / 100:g}%")
    right = [Column(heading, justify="right") for heading in ("benefit", "taxed", "tax")]
    table = Table("at (UTC)", "payout", "member", *right, "takes back")
    for row in page["entries"]:
        sums_of_row = (rupees(row[f"{name}_paise"]) for name in ("gross", "taxed", "tax"))
        table.add_row(moment(row["at"]), row["payout_id"], row["member_id"], *sums_of_row, "yes" if row["corrects"] else "")
    console().print(table)
