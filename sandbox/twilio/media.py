"""Files of messages: the authorised address redirects to one that anybody may read for 4 hours."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, redirect
from werkzeug.wrappers import Response as AnyResponse

from sandbox.api_faults import hang_up
from sandbox.dial import rfc2822
from sandbox.faults import Fault
from sandbox.message import Media, Message
from sandbox.twilio.access import require_account
from sandbox.twilio.errors import Refused
from sandbox.twilio.messages import BASE, known
from sandbox.world import World, the_world

routes = Blueprint("twilio_media", __name__)
routes.before_request(require_account)
cdn = Blueprint("media_cdn", __name__)
CHUNKS = 20


@routes.get(BASE + "/Messages/<sid>/Media.json")
def listing(account: str, sid: str) -> Response:
    world = the_world()
    message = known(world, sid)
    return jsonify(
        {"media_list": [_as_json(world, message, m) for m in message.media], "page": 0, "next_page_uri": None}
    )


@routes.get(BASE + "/Messages/<sid>/Media/<media_sid>")
def follow(account: str, sid: str, media_sid: str) -> AnyResponse:
    """307 to the file, or its description when the address ends in .json."""
    world = the_world()
    message = known(world, sid)
    media = _of(message, media_sid.removesuffix(".json"))
    if media_sid.endswith(".json"):
        return jsonify(_as_json(world, message, media))
    return redirect(media.url or world.media_link(media.sid), 307)


@routes.delete(BASE + "/Messages/<sid>/Media/<media_sid>")
def delete(account: str, sid: str, media_sid: str) -> tuple[str, int]:
    world = the_world()
    with world.lock:
        message = known(world, sid)
        media = _of(message, media_sid.removesuffix(".json"))
        message.media.remove(media)
        world.media.pop(media.sid, None)
    return "", 204


@cdn.get("/media-cdn/<token>")
def read(token: str) -> Response:
    world = the_world()
    media_sid, expires_at = world.media_tokens.get(token, ("", 0.0))
    media = world.media.get(media_sid)
    fault = world.faults.take("media")
    if media is None or (fault and fault.kind == "404"):
        return Response("Not Found", 404, content_type="text/plain")
    if world.dial.now() > expires_at:
        return Response("Access denied: the link has expired", 403, content_type="text/plain")
    if fault and fault.kind == "error":
        return Response("error on demand", fault.code or 500, content_type="text/plain")
    if fault and fault.kind == "timeout":
        hang_up(world, fault.seconds(20000))
    if fault and fault.kind == "delay":
        world.stopping.wait(fault.seconds(1000))
    headers = {"Content-Length": str(len(media.data))}
    if media.filename:
        safe = re.sub(r"[^A-Za-z0-9._ -]", "_", media.filename)
        headers["Content-Disposition"] = f'inline; filename="{safe}"'
    return Response(_bytes(world, media, fault), headers=headers, content_type=media.content_type)


def _bytes(world: World, media: Media, fault: Fault | None) -> Iterator[bytes]:
    data = media.data
    if fault and fault.kind == "slow_media":
        step = max(len(data) // CHUNKS, 1)
        for start in range(0, len(data), step):
            world.stopping.wait(fault.seconds(5000) / CHUNKS)
            yield data[start : start + step]
    elif fault and fault.kind == "hang":
        yield data[: len(data) // 2]
        world.stopping.wait(fault.seconds(20000))
        raise ConnectionError("hanging up in the middle of a file, as asked")
    else:
        yield data


def _of(message: Message, media_sid: str) -> Media:
    for media in message.media:
        if media.sid == media_sid:
            return media
    raise Refused(20404, f"Media {media_sid}")


def _as_json(world: World, message: Message, media: Media) -> dict[str, Any]:
    account = world.settings.account_sid
    return {
        "sid": media.sid,
        "account_sid": account,
        "parent_sid": message.sid,
        "content_type": media.content_type,
        "date_created": rfc2822(message.created_at),
        "date_updated": rfc2822(message.created_at),
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{message.sid}/Media/{media.sid}.json",
    }
