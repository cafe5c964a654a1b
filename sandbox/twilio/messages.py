"""The Messages resource of the 2010-04-01 API."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from sandbox.api_faults import after_accepting, before_accepting
from sandbox.dial import rfc2822
from sandbox.message import Message
from sandbox.twilio.access import require_account
from sandbox.twilio.callbacks import start_ticking
from sandbox.twilio.errors import Refused, refusal_for
from sandbox.twilio.outbound import compose
from sandbox.world import World, the_world

routes = Blueprint("twilio_messages", __name__)
routes.before_request(require_account)
BASE = "/2010-04-01/Accounts/<account>"


@routes.post(BASE + "/Messages.json")
def send(account: str) -> tuple[Response, int]:
    world = the_world()
    fault = world.faults.take("twilio.messages")
    refuse_with = before_accepting(world, fault)
    if refuse_with is not None:
        raise refusal_for(refuse_with)
    with world.lock:
        message = compose(world, request.form)
        accepted = as_json(world, message)  # before a tick can move it: the first answer always says queued
        phone = world.phones[message.number]
        phone.typing_until = 0.0
        world.add(message)
    start_ticking(world, message)
    after_accepting(world, fault)
    return jsonify(accepted), 201


@routes.get(BASE + "/Messages.json")
def listing(account: str) -> Response:
    """Newest first. A page token names the last message seen, so messages that arrive meanwhile shift nothing."""
    world = the_world()
    args = request.args
    size = min(max(args.get("PageSize", 50, type=int), 1), 1000)
    page = max(args.get("Page", 0, type=int), 0)
    token = args.get("PageToken", "").removeprefix("PA")
    after, before = _instant(args.get("DateSent>")), _instant(args.get("DateSent<"))
    day = args.get("DateSent")
    if day:
        after = _instant(day[:10])
        before = None if after is None else after + 86400
    found: list[Message] = []
    with world.lock:
        for message in _newest_first(world, token, 0 if token else page * size, args.get("To"), args.get("From")):
            if after is not None and message.created_at < int(after):
                break
            if before is not None and message.created_at > before:
                continue
            found.append(message)
            if len(found) > size:
                break
        shown = [as_json(world, message) for message in found[:size]]
    more = found[size - 1].sid if len(found) > size else ""
    return jsonify(_page_json(account, shown, page, size, more))


@routes.get(BASE + "/Messages/<sid>.json")
def fetch(account: str, sid: str) -> Response:
    world = the_world()
    return jsonify(as_json(world, known(world, sid)))


@routes.delete(BASE + "/Messages/<sid>.json")
def delete(account: str, sid: str) -> tuple[str, int]:
    world = the_world()
    with world.lock:
        message = known(world, sid)
        del world.messages[sid]
        for media in message.media:
            world.media.pop(media.sid, None)
    return "", 204


def known(world: World, sid: str) -> Message:
    message = world.messages.get(sid)
    if message is None:
        raise Refused(20404, f"Message {sid}")
    return message


def as_json(world: World, message: Message) -> dict[str, Any]:
    """A message as api.v2010.account.message describes it."""
    path = f"/2010-04-01/Accounts/{world.settings.account_sid}/Messages/{message.sid}"
    sent_at = message.created_at if message.inbound else message.sent_at
    return {
        "account_sid": world.settings.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": rfc2822(message.created_at),
        "date_sent": rfc2822(sent_at) if sent_at else None,
        "date_updated": rfc2822(message.updated_at),
        "direction": "inbound" if message.inbound else "outbound-api",
        "error_code": message.error_code if message.status in ("failed", "undelivered") else None,
        "error_message": message.error_message if message.status in ("failed", "undelivered") else None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": str(len(message.media)),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.recipient,
        "uri": f"{path}.json",
    }


def _newest_first(world: World, token: str, skip: int, to: str | None, sender: str | None) -> Iterator[Message]:
    waiting = bool(token)
    for message in reversed(world.messages.values()):
        if waiting:
            waiting = message.sid != token
            continue
        if (to and message.recipient != to) or (sender and message.sender != sender):
            continue
        if skip > 0:
            skip -= 1
            continue
        yield message


def _instant(text: str | None) -> float | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Refused(20001, f"not a date: {text}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _page_json(account: str, shown: list[dict[str, Any]], page: int, size: int, more: str) -> dict[str, Any]:
    path = f"/2010-04-01/Accounts/{account}/Messages.json"
    kept = [(k, v) for k, v in request.args.items() if k not in ("Page", "PageToken", "PageSize")]

    def uri(number: int, token: str = "") -> str:
        paging = [("PageSize", str(size)), ("Page", str(number))] + ([("PageToken", "PA" + token)] if token else [])
        return f"{path}?{urlencode(kept + paging)}"

    return {
        "messages": shown,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": uri(page, request.args.get("PageToken", "").removeprefix("PA")),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1, more) if more else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }
