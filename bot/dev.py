"""What the sandbox's page asks the service: where a conversation stands, another time, a golden of it. Development only.

These routes exist where `clock advance` is allowed and nowhere else (bot/app.py), and answer this machine's programs alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, request

from bot import dial, due, replay_reads
from bot.dev_view import standing
from bot.edge import LOOPBACK
from bot.wiring import House
from journal.replay import Turn, Window
from journal.replay_find import Found

HEADER = "X-Saathi-Sandbox"  # no page elsewhere can send it: a browser asks us first, and we answer no such question
TURNS_MAX = 2_000  # of a golden
FORWARD_MAX_S = 366 * 86_400  # at once
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

dev = Blueprint("dev", __name__, url_prefix="/dev")


@dev.before_request
def only_from_here() -> Response | None:
    return None if _is_from_here() else Response("not found\n", 404, mimetype="text/plain")


@dev.get("/conversation")
def conversation() -> Response:
    """?address=…&address=…[&turn=N]: the state, its variables and the last effects, of the newest turn or of that one;
    what is due next. Without a conversation its `turns` is 0."""
    house, number = _house(), request.args.get("turn", 2**62, type=int)
    with house.engine.connect() as conn:
        now, found = house.clock.now(conn), _found(house, conn)
        turns = replay_reads.turns(house, conn, found, Window(1, until=max(min(number, 2**62), 0))) if found else []
        coming = due.following(conn, found, now) if found else None
    following = {"what": coming.what, "words": due.WORDS[coming.what], "at": coming.at.isoformat()} if coming else None
    shown = standing(turns[-1] if turns else None)
    return jsonify({"now": now.isoformat(), "turns": found.turns if found else 0, "next": following, **shown})


@dev.post("/clock")
def clock() -> tuple[Response, int] | Response:
    """{"advance_s": 3600} or {"past": "2026-01-05T10:00:00+00:00"}: everybody's time moves on; 409 and why where it cannot."""
    house, asked = _house(), request.get_json(silent=True)
    try:
        now = _moved(house, asked if isinstance(asked, dict) else {})
    except ValueError as fault:
        return jsonify({"error": str(fault)}), 400
    except dial.CannotTurn as fault:
        return jsonify({"error": str(fault)}), 409
    return jsonify({"now": now.isoformat()})


@dev.get("/chat")
def chat() -> Response:
    """?address=…: the conversation as a golden page without its person, from its oldest turn whose words are there.
    `page` is empty where there is none; `otherwise`: turns that the flows answer otherwise now, or for what was masked."""
    from bot.golden import golden

    house = _house()
    with house.engine.connect() as conn:
        found = _found(house, conn)
        turns = replay_reads.turns(house, conn, found, Window(TURNS_MAX)) if found else []
    kept = _readable(turns)
    if not kept:
        return jsonify({"page": "", "from_turn": 0, "otherwise": []})
    made = golden([(turn.turn, turn.at, turn.entries) for turn in kept])
    return jsonify({"page": made.page, "from_turn": kept[0].turn, "otherwise": list(made.otherwise)})


def _is_from_here() -> bool:
    """This machine's own program: an address alone proves nothing, for a browser on this machine does what pages from
    anywhere ask of it, also under a name that they let point here."""
    if request.remote_addr not in LOOPBACK or request.headers.get(HEADER) != "1":
        return False
    if any(name in request.headers for name in _PROXIED):
        return False
    hosts = [f"//{request.headers.get('Host', '')}", *request.headers.getlist("Origin")]
    return all(_host(url) in LOOPBACK for url in hosts)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address in half a bracket
        return ""


def _moved(house: House, asked: Mapping[str, Any]) -> datetime:
    """Raises ValueError, CannotTurn."""
    match dict(asked):
        case {"advance_s": int(seconds), **rest} if not rest and type(seconds) is int and 0 < seconds <= FORWARD_MAX_S:
            return dial.forward(house, seconds)
        case {"past": str(written), **rest} if not rest:
            moment = datetime.fromisoformat(written)
            if moment.tzinfo is not None:
                return dial.past(house, moment)
    raise ValueError(f'write {{"advance_s": 1 to {FORWARD_MAX_S}}}, or {{"past": a time with its zone}}')


def _found(house: House, conn: Any) -> Found | None:
    addresses = [address for address in request.args.getlist("address")[:4] if 0 < len(address) <= 200 and "\0" not in address]
    return replay_reads.find(house, conn, "", addresses) if addresses else None


def _readable(turns: list[Turn]) -> list[Turn]:
    """The newest ones without a gap: a golden cannot leave out what it does not know."""
    gone = [place for place, turn in enumerate(turns) if not turn.entries]
    return turns[gone[-1] + 1 :] if gone else turns


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house
