"""Reading a campaign's file (TOML): a Campaign, or every fault in it at once, each with its key and remedy.

What only the database knows (whether the audience is anybody, the templates approved, the picture there) is looked at
by `campaign check`. config/campaigns/sample.toml shows every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast, get_args

from base import toml_file
from base.toml_file import NotToml
from campaigns.expression import BadCondition, parse
from campaigns.field_table import ALIASES, FIELDS
from campaigns.file_words import arms_of, placeholders
from campaigns.spec import ID, ID_MEANT, Arm, Budget, Campaign, Category, Event, Experiment, Goal, Priority, Schedule, Trigger
from campaigns.toml_table import Table, short

FILE_BYTES_MAX = 256_000
FAULTS_MAX = 50  # beyond that it is something else; the rest is counted
CATEGORIES: tuple[str, ...] = get_args(Category)
PRIORITIES: tuple[str, ...] = get_args(Priority)
EVENTS: tuple[str, ...] = get_args(Event)
DATES = ("kyc", "last_scan", "enrolled", "points_expire", "first_scan")  # what a trigger can be on
AHEAD = ("points_expire",)  # the dates that are known before they come
NAME_MAX = 80
AUDIENCE_MAX = 4_000
DAYS_MAX = 365
HOLDOUT_MAX = 90


class BadCampaign(ValueError):
    """The file cannot be used. `faults`: one line each, `key: what is wrong`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read(source: Path | bytes, now: datetime | None = None) -> Campaign:
    """The campaign in a file, or in a file's bytes. Raises BadCampaign, naming every fault at once; with `now` also that its
    end has gone by, which alone is no fault of the file."""
    top = Table(_toml(source if isinstance(source, bytes) else _bytes(source)))
    campaign = _campaign(top)
    if faults := top.faults + _together(campaign, top):
        faults += gone_by(campaign, now) if now is not None else []
        more = len(faults) - FAULTS_MAX
        raise BadCampaign(faults[:FAULTS_MAX] + ([f"and {more} more faults"] if more > 0 else []))
    return campaign


def gone_by(campaign: Campaign, now: datetime) -> list[str]:
    end = campaign.schedule.end
    return ["schedule.end: has gone by"] if end is not None and end <= now else []


# --- inside ---------------------------------------------------------------------------------------------------------


def _campaign(top: Table) -> Campaign:
    arms = arms_of(top)
    campaign = Campaign(
        id=top.text("id", shape=ID, meant=ID_MEANT),
        name=top.text("name", most=NAME_MAX),
        category=cast("Category", top.choice("category", CATEGORIES)),
        arms=arms,
        audience=_audience(top),
        saved=top.text("saved", ""),
        listed=top.flag("listed", False),
        fallback=_fallback(top, arms),
        variables=_variables(top),
        priority=cast("Priority", top.choice("priority", PRIORITIES, "normal")),
        schedule=_schedule(top),
        goal=_goal(top),
        budget=_budget(top),
        experiment=_experiment(top),
        trigger=_trigger(top),
    )
    top.done()
    return campaign


def _fallback(top: Table, arms: tuple[Arm, ...]) -> str:
    """Empty: whoever's own language has no words is left out."""
    fallback = top.text("fallback", "en", blank=True)
    spoken = {locale for arm in arms for locale in arm.words}
    if fallback and spoken and fallback not in spoken:
        top.fault("fallback", f'there are no words in {fallback}: write one of {", ".join(sorted(spoken))}, or "" for nobody')
    return fallback


def _variables(top: Table) -> Mapping[str, str]:
    table = top.table("variables")
    if table is None:
        return {}
    found = {}
    for name in table.each():
        said = table.text(name)
        found[name] = ALIASES.get(said, said)
        if said and not (found[name] in FIELDS and FIELDS[found[name]].variable):
            may = [field.name for field in FIELDS.values() if field.variable]
            near = get_close_matches(said, may, n=1)
            hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(may)}"
            table.fault(name, f"no message can say {short(said)}; {hint}")
    return found


def _audience(top: Table) -> str:
    words = top.text("audience", "", most=AUDIENCE_MAX).strip()
    if words:
        try:
            parse(words)
        except BadCondition as wrong:
            top.fault("audience", str(wrong))
    return words


def _schedule(top: Table) -> Schedule:
    table = top.table("schedule")
    if table is None:
        return Schedule()
    plain = Schedule()
    made = Schedule(
        table.moment("start"), table.moment("end"),
        table.clock("quiet_from", plain.quiet_from), table.clock("quiet_until", plain.quiet_until),
    )  # fmt: skip
    if made.start and made.end and made.end <= made.start:
        table.fault("end", "is not after start")
    if made.quiet_from == made.quiet_until:
        table.fault("quiet_until", "is the same as quiet_from, which could mean never or always: write another time")
    table.done()
    return made


def _goal(top: Table) -> Goal | None:
    table = top.table("goal")
    if table is None:
        return None
    goal = Goal(cast("Event", table.choice("event", EVENTS)), table.whole("within_days", 7, least=1, most=90))
    table.done()
    return goal


def _budget(top: Table) -> Budget:
    table = top.table("budget")
    if table is None:
        return Budget()
    most_messages = table.whole("most_messages", least=1) if table.has("most_messages") else None
    most_paise = table.whole("most_paise", least=1) if table.has("most_paise") else None
    budget = Budget(most_messages, most_paise, table.whole("paise_per_message", 0, most=10_000))
    if most_paise is not None and budget.paise_per_message == 0:
        table.fault("paise_per_message", "is missing, and most_paise counts by it")
    table.done()
    return budget


def _experiment(top: Table) -> Experiment:
    table = top.table("experiment")
    if table is None:
        return Experiment()
    made = Experiment(table.whole("holdout", 0, most=HOLDOUT_MAX), table.text("salt", "", most=NAME_MAX))
    table.done()
    return made


def _trigger(top: Table) -> Trigger | None:
    table = top.table("trigger")
    if table is None:
        return None
    trigger = Trigger(table.choice("on", DATES), table.whole("days", 0, least=-DAYS_MAX, most=DAYS_MAX))
    if trigger.days < 0 and trigger.on not in AHEAD:
        table.fault("days", f"nobody knows {trigger.on} before it comes: write 0 or more")
    if trigger.days > 0 and trigger.on in AHEAD:  # nothing that still has points is found then
        table.fault("days", "what ran out is gone, and nobody is found by it: write 0 or less")
    table.done()
    return trigger


def _together(campaign: Campaign, top: Table) -> list[str]:
    """What is wrong only beside something else."""
    faults = []
    if not (campaign.audience or campaign.saved or campaign.listed) and campaign.trigger is None:
        faults.append("audience: is missing; write a condition, the name of a saved one (saved), or listed = true")
    for where, name in placeholders(campaign.arms):
        if name not in campaign.variables:
            faults.append(f"{where}: {{{name}}} is none of the variables; add it to [variables]")
    experiment = campaign.experiment.holdout > 0 or len(campaign.arms) > 1
    if experiment and not top.has("goal"):
        faults.append("goal: is missing, and without one nobody can tell which arm did better")
    return faults


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except OSError as fault:
        raise BadCampaign([f"the file cannot be read: {fault.strerror}"]) from fault


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return toml_file.tables(data, FILE_BYTES_MAX, "a campaign's")
    except NotToml as fault:
        raise BadCampaign([str(fault)]) from fault
