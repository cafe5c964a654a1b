"""Who must prove what before money goes to them, and what is made of a name that differs. Pure.

A programme's rules name roles, kinds and a sum; the strictest that apply count together. What was verified counts until it
is too old; what waits for a check or a person is neither asked for again nor enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StrictStr

from loyalty.products import Part

Kind = Literal["pan", "gstin", "udyam", "destination"]
Role = Literal["electrician", "retailer", "dealer", "distributor"]
Why = Literal["duplicate", "name_differs", "pan_differs", "unreadable", "unavailable", "other"]
KINDS: tuple[Kind, ...] = ("gstin", "pan", "udyam", "destination")  # in the order of asking: a GSTIN holds a PAN
WAITING = ("checking", "review")
TRIES_MAX = 3  # of one kind that did not fit; then a person looks


class KycRule(Part):
    """Members of these roles prove `needs` before they take more than `above_paise`."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=4)]
    needs: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=4)]
    above_paise: Annotated[StrictInt, Field(ge=0)]
    per: Literal["tax_year", "redemption"] = "tax_year"


class Kyc(Part):
    """Whom the programme must know before it pays them; no rules, and nobody is asked for anything."""

    rules: tuple[KycRule, ...] = ()
    same_name_from: Annotated[StrictInt, Field(ge=1, le=100)] = 60  # of 100: from here on two names are one person's
    other_name_below: Annotated[StrictInt, Field(ge=0, le=100)] = 1  # below it a person looks at once; between, we ask again
    valid_days: Annotated[StrictInt, Field(ge=30, le=3_650)] | None = None  # then it must be given anew; None: never
    two_approvals_for: tuple[Why, ...] = ()  # reviews that two different people must approve


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one kind stands. state: missing | checking | verified | ask_again | review | rejected. reason: a word of the
    closed list (migration 0014), or ""."""

    kind: Kind
    state: str
    masked: str = ""
    since: datetime | None = None
    reason: str = ""


def needed(kyc: Kyc, role: str, *, year_paise: int, one_paise: int) -> tuple[Kind, ...]:
    """What a member of this role must have proved to take `one_paise` now, with which the tax year comes to
    `year_paise`."""
    asked = {
        kind
        for rule in kyc.rules if role in rule.roles
        if (year_paise if rule.per == "tax_year" else one_paise) > rule.above_paise
        for kind in rule.needs
    }  # fmt: skip
    return tuple(kind for kind in KINDS if kind in asked)


def ever_needed(kyc: Kyc, role: str) -> tuple[Kind, ...]:
    """What this role may be asked for, whatever the sum."""
    asked = {kind for rule in kyc.rules if role in rule.roles for kind in rule.needs}
    return tuple(kind for kind in KINDS if kind in asked)


def in_force(kyc: Kyc, standing: Standing, verified_at: datetime | None, now: datetime) -> Standing:
    """What was verified too long ago must be given anew."""
    if standing.state != "verified" or kyc.valid_days is None or verified_at is None:
        return standing
    if now < verified_at + timedelta(days=kyc.valid_days):
        return standing
    return Standing(standing.kind, "ask_again", standing.masked, verified_at, "expired")


def unmet(needs: Iterable[Kind], standings: Mapping[Kind, Standing]) -> tuple[tuple[Kind, ...], tuple[Kind, ...]]:
    """Of what is needed: what must still be given, and what was given and waits."""
    open_ = [kind for kind in needs if kind not in standings or standings[kind].state != "verified"]
    waits = tuple(kind for kind in open_ if kind in standings and standings[kind].state in WAITING)
    return tuple(kind for kind in open_ if kind not in waits), waits


def grade(kyc: Kyc, score: int | None, tries: int) -> tuple[str, str]:
    """State and reason for names that are so much alike (None: nothing to compare, so nothing against it) after so many
    tries that did not fit."""
    if score is None or score >= kyc.same_name_from:
        return "verified", ""
    if score < kyc.other_name_below or tries + 1 >= TRIES_MAX:
        return "review", "name_differs"
    return "ask_again", "name_differs"


def grade_place(kyc: Kyc, known: str, score: int | None, tries: int) -> tuple[str, str]:
    """State and reason for a destination of which the provider says `known`: valid | name_differs | invalid | unavailable.
    One that exists and bears no name proves nothing about whose it is."""
    if known == "invalid":
        return "ask_again", "not_found"
    if known not in ("valid", "name_differs") or score is None:
        return "review", "unavailable"
    return grade(kyc, score, tries)


def approvals_needed(kyc: Kyc, why: str) -> int:
    return 2 if why in kyc.two_approvals_for else 1


def faults(raw: object) -> Iterable[str]:
    """What is wrong with the table [kyc] of a programme file beyond the shape of its fields."""
    if not isinstance(raw, dict):
        return
    same, other = raw.get("same_name_from", 60), raw.get("other_name_below", 1)
    if type(same) is int and type(other) is int and other > same:
        yield f"kyc.other_name_below: {other} is more than same_name_from, {same}"
    rules = raw.get("rules")
    seen: dict[tuple[str, str, str], int] = {}
    for number, rule in enumerate(rules if isinstance(rules, list) else [], start=1):
        if not isinstance(rule, dict):
            continue
        per = str(rule.get("per", "tax_year"))
        for role in _words(rule.get("roles")):
            for kind in _words(rule.get("needs")):
                if (first := seen.setdefault((role, kind, per), number)) != number:
                    yield f"kyc.rules[{number}]: {kind} of a {role} per {per} stands at rules[{first}] already"


def _words(raw: object) -> Sequence[StrictStr]:
    return [one for one in raw if isinstance(one, str)] if isinstance(raw, list) else []
