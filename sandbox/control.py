"""The sandbox's own controls under /sandbox: phones, messages, events, faults, the clock. Open: it is localhost."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.faults import FAULTS, parse_faults
from sandbox.phones import Phone
from sandbox.twilio import callbacks, inbound
from sandbox.world import World, the_world

routes = Blueprint("control", __name__, url_prefix="/sandbox")
LONGEST_POLL_S = 25.0
Answered = Response | tuple[Response, int]


@routes.get("/phones")
def phones() -> Response:
    world = the_world()
    with world.lock:
        return jsonify({"phones": [_phone_json(world, phone) for phone in world.phones.values()]})


@routes.put("/phones/<number>")
def put_phone(number: str) -> Answered:
    """{profile_name?, hidden?, reads_at_once?}: makes the phone or changes it."""
    world, asked = the_world(), _json()
    phone = _phone(world, number)
    unknown = set(asked) - {"profile_name", "hidden", "reads_at_once"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: profile_name, hidden, reads_at_once")
    with world.lock:
        phone.profile_name = str(asked.get("profile_name", phone.profile_name))
        phone.hidden = bool(asked.get("hidden", phone.hidden))
        phone.reads_at_once = bool(asked.get("reads_at_once", phone.reads_at_once))
        shown = _phone_json(world, phone)
    world.events.append("phone", phone.number, details=shown)
    return jsonify(shown)


@routes.post("/phones/<number>/messages")
def write(number: str) -> Answered:
    """The person sends something (see `inbound.compose`). Answers once the webhook is settled; at once with ?wait=0."""
    world = the_world()
    phone = _phone(world, number)
    with world.lock:
        message = inbound.compose(world, phone, _json())
    sending = inbound.receive(world, phone, message)
    shown = message.view()
    if request.args.get("wait", "1") != "0":
        answer = sending.result(timeout=120)
        with world.lock:
            shown = {**message.view(), "webhook": asdict(answer)}
    return jsonify(shown), 201


@routes.post("/phones/<number>/read")
def read(number: str) -> Response:
    world = the_world()
    return jsonify({"read": callbacks.mark_read(world, _phone(world, number).number)})


@routes.get("/messages")
def messages() -> Response:
    """Both directions, oldest first; of one phone, or of all."""
    world = the_world()
    wanted = request.args.get("phone")
    with world.lock:
        found = world.by_phone.get(_phone(world, wanted).number, ()) if wanted else world.messages.values()
        return jsonify({"messages": [message.view() for message in found]})


@routes.get("/events")
def events() -> Response:
    """Long poll: what happened after `after`, waiting up to `timeout_s` (25 at most) for the first event."""
    world = the_world()
    wanted = request.args.get("phone")
    number = _phone(world, wanted).number if wanted else ""
    timeout_s = min(max(request.args.get("timeout_s", LONGEST_POLL_S, type=float), 0.0), LONGEST_POLL_S)
    found, seen = world.events.after(request.args.get("after", 0, type=int), number, timeout_s)
    return jsonify({"events": found, "next": found[-1]["seq"] if found else seen})


@routes.get("/faults")
def faults() -> Response:
    return jsonify({"faults": [asdict(fault) for fault in the_world().faults.pending()], "known": FAULTS})


@routes.post("/faults")
def add_faults() -> Response:
    """One fault or a list adds; an empty list or {"clear": true} clears."""
    world = the_world()
    asked = request.get_json(silent=True)
    if asked == [] or (isinstance(asked, dict) and asked.get("clear")):
        world.faults.clear()
    else:
        world.faults.add(parse_faults(asked))
    return faults()


@routes.delete("/faults")
def clear_faults() -> Response:
    the_world().faults.clear()
    return faults()


@routes.get("/clock")
def clock() -> Response:
    dial = the_world().dial
    return jsonify({"now_s": dial.now(), "ahead_s": dial.ahead_s})


@routes.post("/clock")
def advance() -> Response:
    """{advance_s}: moves the dial forward; whatever comes due happens at once."""
    world, asked = the_world(), _json()
    seconds = asked.get("advance_s")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < 10**9:
        raise ValueError("advance_s must be a number of seconds, not negative")
    world.move_clock(seconds)
    return clock()


@routes.post("/reset")
def reset() -> Response:
    """Forgets everything but content templates; those too with {"contents": true}."""
    asked = request.get_json(silent=True)
    the_world().reset(contents=isinstance(asked, dict) and bool(asked.get("contents")))
    return jsonify({"reset": True})


@routes.get("/media/<sid>")
def media(sid: str) -> Answered:
    """A file for the page, without the API's authorisation."""
    found = the_world().media.get(sid)
    if found is None:
        return jsonify({"error": "no such media"}), 404
    # An uploaded HTML or SVG file would otherwise run as a script of this page.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(found.data, content_type=found.content_type, headers=headers)


@routes.errorhandler(ValueError)
def wrong_request(problem: ValueError) -> Answered:
    return jsonify({"error": str(problem)}), 400


def _json() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise ValueError("the body must be a JSON object")
    return asked


def _phone(world: World, text: str) -> Phone:
    phone = world.phone(text)
    if phone is None:
        raise ValueError(f"not a phone: {text!r}; write it as +919812345678")
    return phone


def _phone_json(world: World, phone: Phone) -> dict[str, Any]:
    now = world.dial.now()
    return {
        "phone": phone.number,
        "profile_name": phone.profile_name,
        "hidden": phone.hidden,
        "address": phone.address,
        "user_id": phone.user_id,
        "reads_at_once": phone.reads_at_once,
        "unread": phone.unread,
        "typing": phone.typing_until > now,
        "window_open": phone.window_open(now),
    }
