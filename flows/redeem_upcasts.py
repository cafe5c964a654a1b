"""What redemptions stored before they knew bank accounts, tax and a PIN, as what they are now. Works on raw JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Raw = dict[str, Any]
TAG = "$"
KEPT = ("token", "masked")  # of what was a SavedVpa and is a Destination


def to_version_2(state: Raw) -> Raw:
    """States of version 1. Whoever was at the last yes is asked again where it shall go: the tax was not shown to them."""
    terms = _terms(state.get("terms"))
    match state[TAG]:
        case "OfferVpa" | "Confirm" as was:
            given = _destination(state["saved" if was == "OfferVpa" else "vpa"])
            others = [one for one in terms["saved"] if one["token"] != given["token"]]
            return {TAG: "OfferSaved", "terms": terms | {"saved": [given, *others]}, "points": state["points"]}
        case "CheckingVpa":
            return {**state, TAG: "CheckingDestination", "terms": terms}
        case "Requesting":
            return {TAG: "ReadingTerms", "points": state["points"]}
        case "AskPoints" | "AskVpa":
            return {**state, "terms": terms}
        case _:
            return state


def _terms(raw: Raw | None) -> Raw:
    if raw is None or isinstance(raw.get("saved"), list):
        return raw or {}
    saved = raw.get("saved")
    return {**raw, "saved": [_destination(saved)] if saved else []}


def _destination(raw: Raw) -> Raw:
    return {TAG: "Destination"} | {name: raw[name] for name in KEPT}


def _renamed(name: str) -> Callable[[Raw], Raw]:
    return lambda raw: {**raw, TAG: name}


def _terms_read(raw: Raw) -> Raw:
    """RedeemTermsRead knew one UPI id, `vpa`."""
    if "vpa" not in raw:
        return raw
    saved = [_destination(raw["vpa"])] if raw["vpa"] else []
    return {name: value for name, value in raw.items() if name != "vpa"} | {"saved": saved}


EARLIER: Mapping[str, Callable[[Raw], Raw]] = {
    "SavedVpa": _renamed("Destination"),
    "VpaAccepted": _renamed("DestinationAccepted"),
    "VpaRefused": _renamed("DestinationRefused"),
    "CheckVpa": _renamed("CheckDestination"),
    "RedeemTermsRead": _terms_read,
}
