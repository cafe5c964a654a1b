"""Payouts: made once per idempotency key, then moved along by `outcomes`."""

import hashlib
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox import ids
from sandbox.api_faults import after_accepting, before_accepting
from sandbox.razorpayx import errors
from sandbox.razorpayx.access import asked_json, notes_of, require_keys
from sandbox.razorpayx.beneficiaries import known, make_nested
from sandbox.razorpayx.book import Payout, payout_json
from sandbox.razorpayx.errors import RazorpayRefused, refusal_with
from sandbox.razorpayx.outcomes import CANCELLED, NEXT, REVERSAL, Step, payout_steps
from sandbox.razorpayx.webhook import post_event
from sandbox.world import World, the_world

routes = Blueprint("razorpayx_payouts", __name__)
routes.before_request(require_keys)
MODES = {"vpa": ("UPI",), "bank_account": ("IMPS", "NEFT", "RTGS")}
MODE_LIMITS = {"UPI": 1_00_000_00, "IMPS": 5_00_000_00}  # paise
EVENTS = {"processing": "initiated"}  # the others are named as their status


@routes.post("/v1/payouts")
def create() -> Response:
    """A retry with the same key and the same bytes gets the same payout in its latest state."""
    world = the_world()
    key = _checked_key(request.headers.get("X-Payout-Idempotency", ""))
    digest = hashlib.sha256(request.get_data()).hexdigest()
    fault = world.faults.take("razorpayx.payouts")
    refuse_with = before_accepting(world, fault)
    if refuse_with is not None:
        raise refusal_with(refuse_with)
    with world.lock:
        seen = world.book.keys.get(key)
        if seen and seen[0] != digest:
            raise RazorpayRefused(errors.KEY_REUSED, "X-Payout-Idempotency")
        if seen:
            payout = world.book.payouts[seen[1]]
        else:
            payout = _make(world, asked_json(), reversal=bool(fault and fault.kind == "reversal"))
            world.book.keys[key] = (digest, payout.id)
        shown = payout_json(world.book, payout)
    if not seen:
        announce(world, payout)
    after_accepting(world, fault)
    return jsonify(shown)


@routes.get("/v1/payouts/<id>")
def fetch(id: str) -> Response:
    world = the_world()
    with world.lock:
        return jsonify(payout_json(world.book, _known(world, id)))


@routes.get("/v1/payouts")
def listing() -> Response:
    """Newest first; account_number is required, as in the documents."""
    world, args = the_world(), request.args
    if not args.get("account_number"):
        raise RazorpayRefused(errors.ACCOUNT_REQUIRED, "account_number")
    count, skip = min(max(args.get("count", 10, type=int), 1), 100), max(args.get("skip", 0, type=int), 0)
    since, until = args.get("from", 0, type=int), args.get("to", 2**40, type=int)
    wanted = {k: args[k] for k in ("account_number", "reference_id", "fund_account_id", "mode") if k in args}
    with world.lock:
        found = [
            payout
            for payout in reversed(world.book.payouts.values())
            if all(getattr(payout, name) == value for name, value in wanted.items())
            and args.get("status", payout.step.status) == payout.step.status
            and since <= payout.created_at <= until
        ]
        items = [payout_json(world.book, payout) for payout in found[skip : skip + count]]
    return jsonify({"entity": "collection", "count": len(items), "items": items})


@routes.post("/v1/payouts/<id>/cancel")
def cancel(id: str) -> Response:
    world = the_world()
    with world.lock:
        payout = _known(world, id)
        if payout.step.status != "queued":
            raise RazorpayRefused(f"Payout cannot be cancelled in {payout.step.status} state")
        payout.by_hand = CANCELLED
        return jsonify(payout_json(world.book, payout))


def settle(world: World, payout: Payout, step: Step) -> bool:
    """Moves a payout by hand (a bank that answers days later). False when its state allows no such move."""
    with world.lock:
        if step.status not in NEXT.get(payout.step.status, ()):
            return False
        _enter(payout, step)
    _tell(world, payout)
    return True


def announce(world: World, payout: Payout) -> None:
    """Tells of the first state and plans the next one."""
    _tell(world, payout)
    _plan(world, payout)


def _plan(world: World, payout: Payout) -> None:
    if payout.at + 1 < len(payout.steps):
        world.scheduler.later(world.settings.payout_ms / 1000, lambda: _advance(world, payout))


def _advance(world: World, payout: Payout) -> None:
    with world.lock:
        forgotten = world.book.payouts.get(payout.id) is not payout  # by a reset
        if forgotten or payout.by_hand:  # settled by hand meanwhile: the script ends here
            return
        payout.at += 1
        _enter(payout, None)
    _tell(world, payout)
    _plan(world, payout)


def _enter(payout: Payout, by_hand: Step | None) -> None:
    payout.by_hand = by_hand
    if payout.step.status == "processed" and payout.utr is None:
        payout.utr = ids.utr()


def _tell(world: World, payout: Payout) -> None:
    with world.lock:
        shown = payout_json(world.book, payout)
    world.events.append("payout", payout=shown)
    name = EVENTS.get(shown["status"], shown["status"])
    world.scheduler.soon(lambda: post_event(world, f"payout.{name}", {"payout": {"entity": shown}}))


def _make(world: World, asked: dict[str, Any], reversal: bool) -> Payout:
    account_number, amount = asked.get("account_number"), asked.get("amount")
    if not account_number or not isinstance(account_number, str):
        raise RazorpayRefused(errors.ACCOUNT_REQUIRED, "account_number")
    if type(amount) is not int or amount < 100:
        raise RazorpayRefused("The amount must be at least 100.", "amount")
    if asked.get("currency") != "INR":
        raise RazorpayRefused("The currency must be INR", "currency")
    if not asked.get("purpose") or not isinstance(asked["purpose"], str):
        raise RazorpayRefused("The purpose field is required", "purpose")
    narration, reference_id = asked.get("narration") or "", asked.get("reference_id")
    if not isinstance(narration, str) or not re.fullmatch(r"[A-Za-z0-9 ]{0,30}", narration, re.ASCII):
        raise RazorpayRefused("The narration takes at most 30 letters, digits and spaces", "narration")
    if reference_id is not None and (not isinstance(reference_id, str) or len(reference_id) > 40):
        raise RazorpayRefused("The reference id may not be greater than 40 characters.", "reference_id")
    notes = notes_of(asked)
    composite = "fund_account" in asked
    mode = str(asked.get("mode"))
    _check_mode(mode, amount)
    if composite:
        account = make_nested(world, asked["fund_account"])
    else:
        account = known(world.book.fund_accounts, str(asked.get("fund_account_id")))
    if mode not in MODES[account["account_type"]]:
        raise RazorpayRefused(f"The mode {mode} does not fit a {account['account_type']}", "mode")
    vpa = account.get("vpa", {}).get("address", "")
    payout = Payout(
        ids.razorpay_id("pout"), account_number, account["id"], amount, mode, asked["purpose"], reference_id, narration,
        notes, int(world.dial.now()), REVERSAL if reversal else payout_steps(vpa), composite,
    )  # fmt: skip
    world.book.payouts[payout.id] = payout
    return payout


def _check_mode(mode: str, amount: int) -> None:
    if mode not in {known_mode for modes in MODES.values() for known_mode in modes}:
        raise RazorpayRefused("The mode must be one of UPI, IMPS, NEFT, RTGS", "mode")
    if amount > MODE_LIMITS.get(mode, amount):
        raise RazorpayRefused(f"The amount exceeds the limit of {mode}", "amount")


def _checked_key(key: str) -> str:
    if not key:
        raise RazorpayRefused(errors.KEY_MISSING, "X-Payout-Idempotency")
    if not re.fullmatch(r"[A-Za-z0-9 _-]{4,36}", key, re.ASCII):
        raise RazorpayRefused(
            "The idempotency key takes 4 to 36 letters, digits, hyphens, underscores and spaces", "X-Payout-Idempotency"
        )
    return key


def _known(world: World, id: str) -> Payout:
    if id not in world.book.payouts:
        raise RazorpayRefused(errors.ID_UNKNOWN)
    return world.book.payouts[id]
