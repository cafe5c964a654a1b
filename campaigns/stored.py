"""A campaign as JSON, as its row keeps it, and back. Pure; what was stored once is read for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time
from typing import Any

from campaigns.spec import Arm, Budget, Button, Campaign, Experiment, Goal, Schedule, Trigger, Words


def to_json(campaign: Campaign) -> dict[str, Any]:
    raw: dict[str, Any] = _plain(asdict(campaign))
    return raw


def from_json(raw: Mapping[str, Any]) -> Campaign:
    goal, trigger, schedule = raw["goal"], raw["trigger"], raw["schedule"]
    return Campaign(
        id=raw["id"], name=raw["name"], category=raw["category"], arms=tuple(_arm(one) for one in raw["arms"]),
        audience=raw["audience"], saved=raw["saved"], listed=raw["listed"], fallback=raw["fallback"],
        variables=dict(raw["variables"]), priority=raw["priority"],
        schedule=Schedule(
            _moment(schedule["start"]), _moment(schedule["end"]),
            time.fromisoformat(schedule["quiet_from"]), time.fromisoformat(schedule["quiet_until"]),
        ),
        goal=None if goal is None else Goal(**goal), budget=Budget(**raw["budget"]),
        experiment=Experiment(**raw["experiment"]), trigger=None if trigger is None else Trigger(**trigger),
    )  # fmt: skip


def written(campaign: Campaign) -> str:
    """As the row keeps it: the same letters for the same campaign."""
    return json.dumps(to_json(campaign), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def hash_of(campaign: Campaign) -> str:
    return hashlib.sha256(written(campaign).encode()).hexdigest()


def _arm(raw: Mapping[str, Any]) -> Arm:
    return Arm(raw["name"], raw["share"], {locale: _words(one) for locale, one in raw["words"].items()})


def _words(raw: Mapping[str, Any]) -> Words:
    buttons = tuple(Button(**one) for one in raw["buttons"])
    return Words(raw["body"], buttons, raw["media"], raw["link"], raw["link_title"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case tuple() | list():
            return [_plain(inner) for inner in value]
        case datetime() | time():
            return value.isoformat()
    return value
