"""A member's page for reading: what there is and nothing else, one screen for one question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from base.masking import visible
from base.money import grouped, rupees
from bot.cli.house import moment_utc
from bot.member_page import LISTS

TITLES = {
    "shops": "acts for", "acting": "who acts for this account",
    "messages": "messages, newest first", "parked": "parked: nobody has answered these", "tasks": "work that is not done",
    "claims": "bills", "movements": "points, newest first", "lots": "points by expiry", "payouts": "money out",
}  # fmt: skip
_FIRST = ("written_at", "at", "created_at", "claimed_at", "requested_at", "received_at")  # what a line begins with


def in_words(page: Mapping[str, Any]) -> str:
    """A line for each thing that is there, then each list under its title. Nothing in it is a terminal's command."""
    shown = {name.replace("_", " "): value for name, value in page.items() if not isinstance(value, dict | list)}
    at, has, tax = page["at"], page.get("points"), page.get("tax")
    shown["in the middle of"] = f"{at['flow']}.{at['state']}" if at["flow"] else None
    if has:
        shown["points"] = f"{grouped(has['available'])} available, {grouped(has['held'])} held"
        if has["expiring"]:
            shown["expiring"] = f"{grouped(has['expiring'])} on {_said('', has['expiring_at'])}"
    if tax:
        sums = f"benefits {rupees(tax['benefits_paise'])}, tax {rupees(tax['tax_paise'])}"
        shown[f"tax year {tax['year']}"] = f"{sums}, PAN {tax['pan'] or 'not given'}"
    lines = [f"{name:<22} {_said('', value)}" for name, value in shown.items() if value not in (None, "")]
    for name in (*(name for name in page if name in LISTS and name != "movements"), "movements"):
        if page.get(name):
            lines += ["", f"{TITLES.get(name, name)}:", *_lines(page[name])]
    return visible("\n".join(lines))  # a shop may be called anything


def _lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = []
    for row in rows:
        first = next((name for name in _FIRST if name in row), None)
        flat = {name: value for name, value in row.items() if name not in (first, "facts")} | dict(row.get("facts", {}))
        told = ((name, value) for name, value in flat.items() if value not in (None, "", []))
        rest = [f"{name.replace('_paise', '')} {_said(name, value)}" for name, value in told]
        lines.append("  " + (f"{_said('', row[first])}  " if first else "") + ", ".join(rest))
    return lines


def _said(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return moment_utc(value)
    if isinstance(value, list):
        return "+".join(str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return rupees(value) if name.endswith("_paise") and isinstance(value, int) else str(value)
