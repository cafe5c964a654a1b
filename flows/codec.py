"""Every value of the conversation to JSON and back. A dataclass is an object tagged with its name; a tuple, a list.

What was stored by an older version of a flow is brought up to date while it is read: change the fields of a state,
raise the flow's version, and add the upcast here together with a frozen old example in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import ModuleType
from typing import Any

from flows import (
    balance,
    bill_events,
    bills,
    details,
    effects,
    enrol,
    events,
    helpers,
    helpers_events,
    invoice,
    kernel,
    kyc,
    kyc_events,
    kyc_states,
    leaving,
    limit_events,
    move,
    move_events,
    my_data,
    my_data_events,
    news,
    payout_status,
    redeem,
    redeem_events,
    redeem_states,
    redeem_upcasts,
    scan,
    session,
    settings,
    shops,
    tax,
    tax_events,
)
from flows.flowbook import BOOK
from flows.session import Session

TAG = "$"
MODULES: tuple[ModuleType, ...] = (
    kernel,
    events,
    bill_events,
    tax_events,
    my_data_events,
    limit_events,
    helpers_events,
    move_events,
    effects,
    session,
    enrol,
    details,
    scan,
    invoice,
    bills,
    balance,
    redeem_events,
    redeem_states,
    redeem,
    payout_status,
    tax,
    kyc_events,
    kyc_states,
    kyc,
    my_data,
    settings,
    helpers,
    shops,
    leaving,
    move,
    news,
)
# (flow, version) -> the JSON of a state of that version as one of the next. A state that is gone becomes another.
UPCASTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {("redeem", 1): redeem_upcasts.to_version_2}
# Events and effects have no version: one that the journal holds under a name or with a field that is gone is read as
# what took its place.
EARLIER: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = redeem_upcasts.EARLIER


class Unreadable(ValueError):
    """JSON that is no value of the conversation: a kind or a version nobody knows."""


def to_json(value: object) -> Any:
    """Any State, Event, Effect or part of one as JSON-able Python."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, tuple | list):
        return [to_json(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(each) for key, each in value.items()}
    if is_dataclass(value) and type(value).__name__ in kinds():
        return {TAG: type(value).__name__} | {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    raise Unreadable(f"{type(value).__name__} is no value of the conversation")


def from_json(raw: Any) -> Any:
    """The value that `to_json` made `raw` from, frames of older versions brought up to date. Raises Unreadable."""
    if isinstance(raw, list):
        return tuple(from_json(each) for each in raw)
    if not isinstance(raw, dict):
        return raw
    if TAG not in raw:
        return {key: from_json(each) for key, each in raw.items()}
    raw = EARLIER[raw[TAG]](raw) if raw[TAG] in EARLIER else raw
    kind = kinds().get(raw[TAG])
    if kind is None:
        raise Unreadable(f"nobody knows the kind {raw[TAG]!r}")
    current = _up_to_date(raw) if kind is session.Frame else raw
    values = {key: from_json(each) if isinstance(each, list | dict) else each for key, each in current.items() if key != TAG}
    known, needed = _shape(raw[TAG])
    if not needed <= values.keys() <= known:
        missing, unknown = sorted(needed - values.keys()), sorted(values.keys() - known)
        raise Unreadable(f"{kind.__name__}: missing {missing}, unknown {unknown}")
    return kind(**values)


def session_to_json(value: Session) -> Any:
    return to_json(value)


def session_from_json(raw: Any) -> Session:
    """The session; an empty one for None, as a new conversation has it."""
    if raw is None:
        return Session()
    value = from_json(raw)
    if not isinstance(value, Session):
        raise Unreadable(f"a session was expected, not {type(value).__name__}")
    return value


@cache
def kinds() -> Mapping[str, type[Any]]:
    """Every dataclass of the conversation by its name; names are unique over all flows."""
    return {
        name: kind
        for module in MODULES
        for name, kind in vars(module).items()
        if isinstance(kind, type) and is_dataclass(kind)
    }


@cache
def _shape(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of a kind's fields, and of those that have no default."""
    kind = kinds()[name]
    needed = (f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING)
    return frozenset(f.name for f in fields(kind)), frozenset(needed)


def _up_to_date(raw: Mapping[str, Any]) -> dict[str, Any]:
    flow, version, state = raw["flow"], raw["version"], raw["state"]
    if flow not in BOOK or version > BOOK[flow].version:
        raise Unreadable(f"nobody knows version {version} of the flow {flow!r}")
    while version < BOOK[flow].version:
        if (flow, version) not in UPCASTS:
            raise Unreadable(f"no upcast for version {version} of the flow {flow!r}")
        state = UPCASTS[flow, version](dict(state))
        version += 1
    return {**raw, "version": version, "state": state}
