"""A campaign in JSON and in tables: what `campaign list` and `campaign status` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from base.days import in_india, wall_time
from base.money import grouped, rupees
from bot.cli.house import console
from campaigns import reasons
from campaigns.blanks import LOOKED_AT, Blanks
from campaigns.forecast import Forecast
from campaigns.price import always_charged
from campaigns.progress import STEPS, Progress
from campaigns.rows import Row
from campaigns.spec import Campaign, Schedule, Trigger

STYLES = {"sending": "green", "scheduled": "cyan", "paused": "yellow", "stopped": "red", "failed": "red"}
DAY = "day"
_WAITS = {
    "quiet": "for the morning, or the end of a holiday", "tier": "for WhatsApp's limit of people a day",
    "budget": "to see what the messages under way cost",
}  # fmt: skip
_TRIGGERS = {
    "kyc": "their KYC was verified", "last_scan": "their last scan", "enrolled": "they joined",
    "first_scan": "their first scan", "points_expire": "points of theirs run out",
}  # fmt: skip


def summary(row: Row) -> dict[str, Any]:
    """One of a list."""
    return {
        "campaign": row.id, "name": row.campaign.name, "state": row.state, "category": row.category,
        "priority": row.campaign.priority, "made_by": row.created_by, "made_at": row.created_at, "approved_by": row.approved_by,
        "sent_by": row.sent_by, "starts_at": row.starts_at, "ends_at": row.ends_at, "began_at": row.began_at,
        "ended_at": row.ended_at, "why": row.why or None, "trigger": trigger_words(row.campaign.trigger), "size": row.size,
        "walked": row.planned, "waits_for": row.waits_for or None, "waits_until": row.waits_until,
    }  # fmt: skip


def standing(row: Row, progress: Progress, eta: datetime | None) -> dict[str, Any]:
    """The same with how its messages fare."""
    return {
        **summary(row), "queued": progress.queued, "holdout": progress.holdout, "left_out": dict(progress.left_out),
        "messages": dict(progress.steps), "failed": dict(progress.failed), "expired": dict(progress.expired),
        "per_second": progress.per_second, "eta": eta,
        "days": [{"day": one.day.isoformat(), "queued": one.queued, "left_out": one.left_out} for one in progress.days],
    }  # fmt: skip


def trigger_words(trigger: Trigger | None) -> str | None:
    """`3 days after their KYC was verified`; None: sent once."""
    if trigger is None:
        return None
    on = _TRIGGERS[trigger.on]
    if trigger.days == 0:
        return f"when {on}" if trigger.on in ("points_expire", "enrolled", "kyc") else f"at {on}"
    days = abs(trigger.days)
    return f"{days} {DAY if days == 1 else 'days'} {'after' if trigger.days > 0 else 'before'} {on}"


def hours_words(schedule: Schedule) -> str:
    """When in a day it leaves: `leaves between 09:00 and 21:00 in India, on no holiday`."""
    opens, closes = schedule.quiet_until, schedule.quiet_from
    next_day = " of the next day" if opens > closes else ""
    hours = "at any hour" if opens == closes else f"between {opens:%H:%M} and {closes:%H:%M}{next_day} in India"
    return f"leaves {hours}, on no holiday"


def listed(rows: Sequence[Row]) -> None:
    table = Table("campaign", "name", "state", "made by", "approved by", "starts (India)", "goes on", "walked", "of")
    for row in rows:
        starts = wall_time(row.starts_at) if row.starts_at else ""
        table.add_row(
            row.id, row.campaign.name, state_words(row.state), row.created_by, row.approved_by or "", starts,
            trigger_words(row.campaign.trigger) or "", grouped(row.planned), grouped(row.size),
        )  # fmt: skip
    console().print(table)


def state_words(state: str) -> Text:
    return Text(state, style=STYLES.get(state, ""))


def picture(shown: Mapping[str, Any]) -> Table:
    """`standing` as one table for people; also what the live view draws again and again."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column()
    for name, value in _lines(shown):
        table.add_row(name, value)
    return table


def in_one_line(shown: Mapping[str, Any]) -> str:
    """For a log: no colour, no drawing."""
    messages = shown["messages"]
    told = ", ".join(f"{step} {messages[step]}" for step in STEPS if messages[step])
    eta = f", done about {in_india(shown['eta'])}" if shown["eta"] else ""
    of = f"walked {shown['walked']} of {shown['size']}"
    return f"{shown['campaign']} {shown['state']}: {of}; {told or 'no message yet'}; {shown['per_second']}/s{eta}"


def reason_table(left_out: Mapping[str, int], heading: str = "left out") -> Table:
    table = Table("people", heading, "that is")
    for reason in (*reasons.REASONS, *sorted(left_out.keys() - set(reasons.REASONS))):
        if left_out.get(reason):
            table.add_row(grouped(left_out[reason]), reason, reasons.words(reason))
    return table


def put_forecast(page: Console, row: Row, seen: Forecast) -> None:
    """For people: how many, what it costs, who is left out."""
    trigger = row.campaign.trigger
    gets = "would get it now" if trigger is None else f"could get it from when it is sent, each {trigger_words(trigger)}"
    page.print(f"in the audience: {grouped(seen.size)}; {gets}: {grouped(seen.reach)}", soft_wrap=True)
    if seen.holdout:
        page.print(f"held out, to compare with: {grouped(seen.holdout)}")
    page.print(f"cost: {_cost(row.campaign, seen)}", soft_wrap=True)
    waits = f"; now it would wait until {in_india(seen.waits_until)}" if seen.waits_until else ""
    page.print(f"{hours_words(row.campaign.schedule)}{waits}", soft_wrap=True)
    if seen.left_out:
        page.print(reason_table(seen.left_out))


def put_blanks(page: Console, found: Blanks) -> None:
    """For people: which variables are empty, of how many; nothing where none is."""
    whole = "" if found.looked_at < LOOKED_AT else "the first "
    for name, count in found.variables.items():
        of = f"{whole}{grouped(found.looked_at)} looked at"
        page.print(f"{{{name}}} is empty for {grouped(count)} of {of}: they get - for it", soft_wrap=True)


# --- inside ---------------------------------------------------------------------------------------------------------


def _cost(campaign: Campaign, seen: Forecast) -> str:
    if not campaign.budget.paise_per_message:
        return "not known: the file names no paise_per_message under [budget]"
    most, always = None if seen.most_paise is None else rupees(seen.most_paise), always_charged(campaign.category)
    if campaign.trigger is not None:
        each = f"{rupees(campaign.budget.paise_per_message)} for each"
        each += "" if always else " who has not written within 24 hours when their day comes"
        return f"{each}; {f'{most} at most, by its budget' if most else 'how many that will be nobody knows'}"
    if always:
        return f"{rupees(seen.cost_paise)}, for {grouped(seen.templates)}"
    left = f"{rupees(seen.cost_paise)} if it left now, for {grouped(seen.templates)} who have not written within 24 hours"
    return f"{left}; {most} at most, when nobody has any more"


def _lines(shown: Mapping[str, Any]) -> list[tuple[str, str | Text]]:
    messages = shown["messages"]
    lines: list[tuple[str, str | Text]] = [
        (shown["campaign"], shown["name"]), ("state", _state(shown)),
        ("made by", f"{shown['made_by']}, approved by {shown['approved_by'] or 'nobody yet'}"),
    ]  # fmt: skip
    if shown["trigger"]:
        lines.append(("goes on", f"to each member {shown['trigger']}"))
    elif shown["size"]:
        percent = 100 * shown["walked"] // shown["size"]
        lines.append(("walked", f"{grouped(shown['walked'])} of {grouped(shown['size'])} people ({percent} %)"))
    if shown["waits_for"]:
        until = f" until {in_india(shown['waits_until'])}" if shown["waits_until"] else ""
        lines.append(("waits", f"{_WAITS.get(shown['waits_for'], shown['waits_for'])}{until}"))
    kept_out = sum(shown["left_out"].values())
    lines.append(("people", f"get it: {shown['queued']}, left out: {kept_out}, held out to compare: {shown['holdout']}"))
    lines.append(("messages", ", ".join(f"{step} {messages[step]}" for step in STEPS if messages[step]) or "none yet"))
    lines += [(name, _counts(shown[name])) for name in ("failed", "expired") if shown[name]]
    if shown["state"] == "sending":
        eta = f", done about {in_india(shown['eta'])}" if shown["eta"] and not shown["trigger"] else ""
        lines.append(("pace", f"{shown['per_second']} a second{eta}"))
    lines += [(one["day"], f"{one['queued']} queued, {one['left_out']} left out") for one in shown["days"]]
    return lines


def _state(shown: Mapping[str, Any]) -> Text:
    words = state_words(shown["state"])
    since = {"scheduled": "starts_at", "done": "ended_at", "stopped": "ended_at", "sending": "began_at"}.get(shown["state"])
    if since and shown[since]:
        words.append(f" {'from' if since == 'starts_at' else 'since'} {in_india(shown[since])}", style="")
    return words.append(f": {shown['why']}", style="") if shown["why"] else words


def _counts(counts: Mapping[str, int]) -> Text:
    return Text(", ".join(f"{code} {number}" for code, number in sorted(counts.items(), key=lambda one: -one[1])), style="red")
