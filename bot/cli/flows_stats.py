"""`./saathi flows stats`: a period's figures as a table, as JSON, or written on the drawings."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Column, Table

from base.days import day_of, end_of, start_of
from bot.cli.acting import by_staff
from bot.cli.house import console, of, print_json, refuse
from bot.flow_stats import Stats, collect
from flows.diagram import BEGIN
from flows.flowbook import BOOK
from flows.picture import Figures, sheet, svg

DAYS = 30  # where no --from is given
ROWS_SHOWN = 40


@click.command()
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day, India's; 30 days ago where left out.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, India's; today where left out.")
@click.option("--flow", "flows", multiple=True, type=click.Choice(sorted(BOOK)), help="Only this one; may be repeated.")
@click.option("--svg", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it into this file.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("flows.read")
@click.pass_context
def stats(
    ctx: click.Context, since: datetime | None, until: datetime | None, flows: tuple[str, ...], picture: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """How people went through the flows: counts, median time, questions put again, who left; and what was not understood."""
    house = of(ctx)
    chosen = flows or tuple(BOOK)
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        last = until.date() if until else day_of(now)
        first = since.date() if since else last - timedelta(days=DAYS - 1)
        if first > last:
            raise refuse(f"--from {first} is after --to {last}")
        found = collect(conn, house.keyring, start_of(first), end_of(last), now)
    page = _page(found, chosen) | {"from": first.isoformat(), "to": last.isoformat()}
    if picture:
        _draw(picture, page, chosen)
    if as_json:
        print_json(page)
        return
    _print(page)
    if picture:
        click.echo(f"drawn into {picture}")


def _page(found: Stats, chosen: tuple[str, ...]) -> dict[str, Any]:
    edges = [
        {"flow": flow, "from": came, "to": goes, "count": one.count, "median_s": one.median_s, "left": one.left}
        for (flow, came, goes), one in sorted(found.edges.items(), key=lambda item: (-item[1].count, item[0]))
        if flow in chosen
    ]
    missed = [
        {"flow": flow, "state": state, "count": count}
        for (flow, state), count in sorted(found.not_understood.items(), key=lambda item: (-item[1], item[0]))
    ]
    unknown = [{"words": words, "count": count, "people": people} for words, count, people in found.unknown()]
    sums: dict[str, Any] = {"turns": found.turns, "unread": found.unread}
    sums |= {"archived_months": len(found.archived), "archived": list(found.archived)}
    return sums | {"edges": edges, "not_understood": missed, "unknown": unknown}


def _print(page: dict[str, Any]) -> None:
    click.echo(f"{page['from']} to {page['to']}: {page['turns']} turns, {page['unread']} of them past reading")
    if page["archived"]:
        click.echo(f"not counted, because archived: {', '.join(page['archived'])}", err=True)
    right = [Column(heading, justify="right") for heading in ("count", "median", "left")]
    table = Table("flow", "from", "to", *right)
    for edge in page["edges"]:
        to = "again" if edge["from"] == edge["to"] else edge["to"]
        table.add_row(edge["flow"], edge["from"], to, str(edge["count"]), _took(edge["median_s"]), str(edge["left"] or ""))
    console().print(table)
    for missed in page["not_understood"]:
        where = f"{missed['flow']}.{missed['state']}" if missed["flow"] else "with nothing asked"
        click.echo(f"not understood {missed['count']} times: {where}")
    for unknown in page["unknown"][:ROWS_SHOWN]:
        click.echo(f"  {unknown['words']!r}: {unknown['count']} times, {unknown['people']} people")


def _draw(path: Path, page: dict[str, Any], chosen: tuple[str, ...]) -> None:
    pictures = []
    for name in chosen:
        own = [edge for edge in page["edges"] if edge["flow"] == name]
        arrows = {(e["from"], e["to"]): _label(e) for e in own if e["from"] != e["to"]}
        again = {e["from"]: f"again {e['count']}" for e in own if e["from"] == e["to"]}
        left: dict[str, int] = {}
        for edge in own:
            left[edge["to"]] = left.get(edge["to"], 0) + edge["left"]
        boxes = again | {state: f"{again.get(state, '')} left {n}".strip() for state, n in left.items() if n}
        pictures.append(svg(BOOK[name], Figures(arrows, boxes)))
    try:
        path.write_text(sheet(pictures, f"{page['from']} to {page['to']}"), encoding="utf-8")
    except OSError as fault:
        raise refuse(f"{path} cannot be written: {fault.strerror}") from fault


def _label(edge: dict[str, Any]) -> str:
    took = _took(edge["median_s"]) if edge["from"] != BEGIN else ""
    return f"{edge['count']} · {took}" if took else str(edge["count"])


def _took(seconds: float | None) -> str:
    """40 s, 3 min, 2 h, 4 d: what a reader remembers."""
    if seconds is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
