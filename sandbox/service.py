"""What the page asks of the service itself, handed on so that it has one origin: the state of a phone's conversation, another
time for both of us, the conversation as a .chat page.

A service that does not offer it (none, another one, one that faces the real world) is told as `offered: false` with the why.
"""

import json
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, request

from sandbox.world import World, the_world

routes = Blueprint("service", __name__, url_prefix="/sandbox/service")
HEADER = "X-Saathi-Sandbox"  # the service answers nobody without it, and no page elsewhere can send it
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BEHIND_S = 0.5  # what an answer may take
LAST_YEAR = 2200  # the service's clock goes a hundred years ahead at most; further on, dates would leave the calendar
ANSWER_S, ANSWER_MAX_BYTES = 30.0, 16 * 1024 * 1024
Answered = Response | tuple[Response, int]


class NotOffered(Exception):
    """There is nobody who could tell or do it; why."""


class Refused(Exception):
    """The service does not do it; its own words."""


@routes.before_request
def only_our_page() -> Answered | None:
    """We speak for whoever asks, and the service listens: so it is to be our own page, on this machine."""
    hosts = [f"//{request.headers.get('Host', '')}", *request.headers.getlist("Origin")]
    elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    if elsewhere or request.remote_addr not in LOOPBACK or not all(_host(url) in LOOPBACK for url in hosts):
        return jsonify({"error": "this is for the page on the sandbox's own machine"}), 403
    return None


@routes.get("/conversation")
def conversation() -> Answered:
    """?phone=…[&turn=N]: what the service tells of it, with `offered: true`."""
    turn = request.args.get("turn")
    return _told("conversation", {"turn": turn} if turn else {})


@routes.get("/chat")
def chat() -> Answered:
    """?phone=…: {page, from_turn, otherwise}."""
    return _told("chat", {})


@routes.post("/clock")
def clock() -> Answered:
    """{"advance_s": n} or {"past": time}: the service's time, and ours to where it is then; ours alone where it offers none."""
    world, asked = the_world(), request.get_json(silent=True)
    if not isinstance(asked, dict):
        return jsonify({"error": "the body must be a JSON object"}), 400
    try:
        now = _ask(world, "POST", "/dev/clock", json.dumps(asked).encode()).get("now")
        behind_s = _moment(now) - world.dial.now()  # usually nothing: it turns ours as well, if it knows of us
    except Refused as refused:
        return jsonify({"error": str(refused)}), 409
    except NotOffered as fault:
        now, behind_s = None, asked.get("advance_s")
        if type(behind_s) is not int or not 0 < behind_s < 10**9:
            return jsonify({"error": f"time stays: {fault}"}), 409
    if behind_s > BEHIND_S:
        world.move_clock(behind_s)
    return jsonify({"ahead_s": world.dial.ahead_s, "service_moved": now is not None})


def _told(what: str, query: dict[str, str]) -> Answered:
    world = the_world()
    phone = world.phone(request.args.get("phone", ""))
    if phone is None:
        return jsonify({"error": "not a phone; write it as +919812345678"}), 400
    addresses = [("address", phone.address), ("address", f"whatsapp:{phone.user_id}")]
    try:
        told = _ask(world, "GET", f"/dev/{what}?{urlencode([*addresses, *query.items()])}")
    except (NotOffered, Refused) as fault:
        return jsonify({"offered": False, "why": str(fault)})
    return jsonify({**told, "offered": True})


def _ask(world: World, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """What the service answers. Raises NotOffered, Refused."""
    base = urlsplit(world.settings.bot_url)
    kind = HTTPSConnection if base.scheme == "https" else HTTPConnection
    connection = kind(base.hostname or "", base.port, timeout=ANSWER_S)
    try:
        connection.request(method, path, body, {HEADER: "1", "Content-Type": "application/json"})
        answer = connection.getresponse()
        status, words = answer.status, answer.read(ANSWER_MAX_BYTES)
    except (OSError, HTTPException) as fault:
        raise NotOffered(f"the service at {world.settings.bot_url} does not answer ({type(fault).__name__})") from fault
    finally:
        connection.close()
    if status in (204, 404):
        raise NotOffered("the service tells nothing of itself here: it does so in development, on this machine")
    try:
        told = json.loads(words)
    except ValueError:
        told = None
    if status == 200 and isinstance(told, dict):
        return told
    why = told.get("error") if isinstance(told, dict) else None
    raise Refused(str(why or f"the service answered {status}, which says nothing"))


def _moment(written: Any) -> float:
    """Seconds since 1970. Raises Refused."""
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < LAST_YEAR:
        raise Refused("the service does not say what time it is now")
    return moment.timestamp()


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address in half a bracket
        return ""
