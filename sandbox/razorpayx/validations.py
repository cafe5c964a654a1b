"""Fund account validation: is this VPA or bank account real, and whose is it."""

from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox import ids
from sandbox.razorpayx.access import asked_json, notes_of, require_keys
from sandbox.razorpayx.beneficiaries import known, make_nested
from sandbox.razorpayx.book import Json
from sandbox.razorpayx.errors import ACCOUNT_REQUIRED, RazorpayRefused
from sandbox.razorpayx.outcomes import validation_of
from sandbox.razorpayx.webhook import post_event
from sandbox.world import World, the_world

routes = Blueprint("razorpayx_validations", __name__)
routes.before_request(require_keys)
DETAILS = {
    "created": ("Validation request is created", "internal", "validation_request_created"),
    "completed": ("Validation request is completed", "beneficiary_bank", "validation_completed"),
    "failed": ("A temporary technical issue at the partner bank. Please retry.", "gateway", "gateway_technical_error"),
}


@routes.post("/v1/fund_accounts/validations")
def create() -> Response:
    """Plain ({account_number, fund_account: {id}}) or composite ({source_account_number, fund_account: {...}})."""
    world, asked = the_world(), asked_json()
    if not (asked.get("account_number") or asked.get("source_account_number")):
        raise RazorpayRefused(ACCOUNT_REQUIRED, "account_number")
    given = asked.get("fund_account")
    with world.lock:
        if isinstance(given, dict) and "id" in given:
            account = known(world.book.fund_accounts, str(given["id"]))
        else:
            account = make_nested(world, given)
        validation = _make(world, asked, account)
        shown = dict(validation)
    world.scheduler.later(world.settings.payout_ms / 1000, lambda: _complete(world, validation["id"]))
    return jsonify(shown)


@routes.get("/v1/fund_accounts/validations/<id>")
def fetch(id: str) -> Response:
    return jsonify(known(the_world().book.validations, id))


def _make(world: World, asked: dict[str, Any], account: Json) -> Json:
    contact = world.book.contacts[account["contact_id"]]
    validation: Json = {
        "id": ids.razorpay_id("fav"),
        "entity": "fund_account.validation",
        "status": "created",
        "utr": None,
        "validation_results": _results(None, None, None),
        "status_details": _details("created"),
        "reference_id": asked.get("reference_id"),
        "notes": notes_of(asked),
        "fund_account": {**account, "contact": contact},
        "created_at": int(world.dial.now()),
    }
    world.book.validations[validation["id"]] = validation
    return validation


def _complete(world: World, id: str) -> None:
    with world.lock:
        validation = world.book.validations.get(id)
        if validation is None:  # forgotten by a reset
            return
        account = validation["fund_account"]
        name = account["contact"]["name"] or ""
        outcome = validation_of(account.get("vpa", {}).get("address", ""), name)
        if outcome is None:
            return
        status, account_status, registered_name, score = outcome
        validation |= {
            "status": status,
            "utr": ids.utr() if status == "completed" else None,
            "validation_results": _results(account_status, registered_name, score),
            "status_details": _details(status),
        }
        shown = dict(validation)
    post_event(world, f"fund_account.validation.{status}", {"fund_account.validation": {"entity": shown}})


def _results(account_status: str | None, registered_name: str | None, score: int | None) -> Json:
    details = {"active": "The beneficiary account is valid", "invalid": "The beneficiary account is not valid"}
    return {
        "account_status": account_status,
        "registered_name": registered_name,
        "details": details.get(account_status or ""),
        "name_match_score": score,
    }


def _details(status: str) -> Json:
    return dict(zip(("description", "source", "reason"), DETAILS[status], strict=True))
