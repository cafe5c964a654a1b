"""The sandbox's control over WhatsApp's verdict on templates. Open: it is localhost."""

from flask import Blueprint, Response, jsonify, request

from sandbox.twilio.content import APPROVAL_STATES, Content
from sandbox.world import World, the_world

routes = Blueprint("content_control", __name__, url_prefix="/sandbox/contents")
Answered = Response | tuple[Response, int]


@routes.get("")
def listing() -> Response:
    world = the_world()
    with world.lock:
        return jsonify({"contents": [_shown(world, content) for content in world.contents.values()]})


@routes.put("/<sid>/approval")
def rule(sid: str) -> Answered:
    """{status: pending|approved|rejected|paused|disabled, reason?} for one that was submitted; `all` for every one."""
    world, asked = the_world(), request.get_json(silent=True)
    if not isinstance(asked, dict) or asked.get("status") not in APPROVAL_STATES or set(asked) - {"status", "reason"}:
        raise ValueError(f"give status, one of {', '.join(APPROVAL_STATES)}, and perhaps a reason")
    with world.lock:
        submitted = [one for one in world.contents.values() if one.approval and sid in ("all", one.sid)]
        for content in submitted:
            content.rule(asked["status"], str(asked.get("reason") or ""))
        shown = [_shown(world, content) for content in submitted]
    if not shown and sid != "all":
        return jsonify({"error": f"{sid} is no content that was submitted for approval"}), 404
    return jsonify({"contents": shown})


@routes.errorhandler(ValueError)
def wrong_request(problem: ValueError) -> Answered:
    return jsonify({"error": str(problem)}), 400


def _shown(world: World, content: Content) -> dict[str, str]:
    asked = content.approval
    return {
        "sid": content.sid, "friendly_name": content.friendly_name, "language": content.language,
        "template": asked.name if asked else "",
        "status": asked.status(world.dial.now()) if asked else "unsubmitted",
    }  # fmt: skip
