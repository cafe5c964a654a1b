"""The account itself, and the typing indicator."""

from flask import Blueprint, Response, jsonify, request

from sandbox.dial import rfc2822
from sandbox.twilio.access import require_account
from sandbox.twilio.errors import Refused
from sandbox.twilio.messages import known
from sandbox.world import the_world

routes = Blueprint("twilio_account", __name__)
routes.before_request(require_account)
TYPING_S = 25.0


@routes.get("/2010-04-01/Accounts/<account>.json")
def fetch(account: str) -> Response:
    uri = f"/2010-04-01/Accounts/{account}"
    return jsonify(
        {
            "sid": account,
            "owner_account_sid": account,
            "auth_token": "",
            "friendly_name": "Sandbox",
            "status": "active",
            "type": "Full",
            "date_created": rfc2822(1_700_000_000),
            "date_updated": rfc2822(1_700_000_000),
            "subresource_uris": {"messages": f"{uri}/Messages.json"},
            "uri": f"{uri}.json",
        }
    )


@routes.post("/v2/Indicators/Typing.json")
def typing() -> Response:
    """Shows typing for 25 s or until the next message, and turns what the person sent blue."""
    world = the_world()
    if request.form.get("channel") != "whatsapp":
        raise Refused(20001, "channel must be whatsapp")
    with world.lock:
        message = known(world, request.form.get("messageId", ""))
        if not message.inbound:
            raise Refused(20001, "messageId must be a message that was received")
        world.phones[message.number].typing_until = world.dial.now() + TYPING_S
        read = [
            m
            for m in world.by_phone[message.number]
            if m.inbound and m.created_at <= message.created_at and m.ticks < 3
        ]
        for each in read:
            each.ticks = 3
    for each in read:
        world.tell(each)
    world.events.append("typing", message.number, seconds=TYPING_S)
    return jsonify({"success": True})
