"""The tax rules as dated data: one TOML file a rule. A fault in a file is named with the file, and nothing is loaded."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from payouts.tax import WHOLE_BP, GrossUp, Rule

_FIELDS: dict[str, type] = {
    "id": str, "section": str, "payment_code": str, "from_day": date, "threshold_paise": int, "rate_bp": int,
    "rate_without_pan_bp": int, "gross_up": str,
}  # fmt: skip


class BadTaxRules(ValueError):
    """What is wrong with the data, every fault of it."""


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Every rule in `folder`, the oldest first. Raises BadTaxRules."""
    faults: list[str] = []
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            rules.append(parse_rule(path.read_text(encoding="utf-8")))
        except ValueError as fault:  # tomllib's, and bytes that are no text, are ones too
            faults.append(f"{path.name}: {fault}")
    for name in ("id", "from_day"):
        seen = [getattr(rule, name) for rule in rules]
        faults += [f"two rules have {name} {twice}" for twice in sorted({one for one in seen if seen.count(one) > 1})]
    if not rules and not faults:
        faults.append(f"{folder} holds no rule")
    if faults:
        raise BadTaxRules("; ".join(faults))
    return tuple(sorted(rules, key=lambda rule: rule.from_day))


def parse_rule(text: str) -> Rule:
    """One rule. Raises ValueError naming every fault."""
    told = tomllib.loads(text)
    faults = [f"{name} is unknown" for name in told.keys() - _FIELDS.keys()]
    faults += [f"{name} is missing" for name in _FIELDS.keys() - told.keys()]
    known = {name: kind for name, kind in _FIELDS.items() if name in told}
    faults += [f"{name} must be {kind.__name__}" for name, kind in known.items() if not _is(told[name], kind)]
    if not faults:
        faults += _out_of_range(told)
    if faults:
        raise ValueError(", ".join(sorted(faults)))
    return Rule(**{**told, "gross_up": GrossUp(told["gross_up"])})


def _is(value: object, kind: type) -> bool:
    return type(value) is kind  # True is no number, and a date with a time is no day


def _out_of_range(told: dict[str, Any]) -> list[str]:
    faults = [f"{name} must not be empty" for name in ("id", "section", "payment_code") if not told[name].strip()]
    rates = ("rate_bp", "rate_without_pan_bp")
    faults += [f"{name} must be from 0 to {WHOLE_BP // 2}" for name in rates if not 0 <= told[name] <= WHOLE_BP // 2]
    if told["threshold_paise"] < 0:
        faults.append("threshold_paise must not be negative")
    if told["gross_up"] not in list(GrossUp):
        faults.append(f"gross_up must be one of {', '.join(GrossUp)}")
    return faults
