"""The Content API: templates and their approval by WhatsApp."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox import ids
from sandbox.dial import iso
from sandbox.twilio.access import require_account
from sandbox.twilio.content import CATEGORIES, Approval, Content, check_approvable, check_types
from sandbox.twilio.errors import Refused
from sandbox.world import World, the_world

routes = Blueprint("twilio_content", __name__)
routes.before_request(require_account)


@routes.post("/v1/Content")
def create() -> tuple[Response, int]:
    world, asked = the_world(), _json()
    variables = asked.get("variables") or {}
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise Refused(20001, "variables must be an object of strings")
    if not isinstance(asked.get("language"), str) or not asked["language"]:
        raise Refused(20001, "language is required")
    content = Content(
        ids.sid("HX"), str(asked.get("friendly_name") or ""), asked["language"], variables,
        check_types(asked.get("types")), world.dial.now(),
    )  # fmt: skip
    with world.lock:
        world.contents[content.sid] = content
    return jsonify(_content_json(world, content)), 201


@routes.get("/v1/Content")
def listing() -> Response:
    return _page("/v1/Content", _content_json)


@routes.get("/v1/ContentAndApprovals")
def listing_with_approvals() -> Response:
    return _page(
        "/v1/ContentAndApprovals", lambda w, c: {**_content_json(w, c), "approval_requests": _approval_json(w, c)}
    )


@routes.get("/v1/Content/<sid>")
def fetch(sid: str) -> Response:
    world = the_world()
    return jsonify(_content_json(world, _known(world, sid)))


@routes.delete("/v1/Content/<sid>")
def delete(sid: str) -> tuple[str, int]:
    world = the_world()
    with world.lock:
        del world.contents[_known(world, sid).sid]
    return "", 204


@routes.post("/v1/Content/<sid>/ApprovalRequests/whatsapp")
def ask_approval(sid: str) -> tuple[Response, int]:
    """Approved after `approval_ms`; a name with `please_reject` in it is rejected instead."""
    world, asked = the_world(), _json()
    content = _known(world, sid)
    name, category = str(asked.get("name") or ""), str(asked.get("category") or "")
    if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise Refused(20001, "name takes lower-case letters, digits and underscores only")
    if category not in CATEGORIES:
        raise Refused(20001, f"category must be one of {', '.join(CATEGORIES)}")
    if content.approval:
        raise Refused(20409, "this content was submitted before")
    check_approvable(content)
    with world.lock:
        if any(
            c.approval and c.approval.name == name and c.language == content.language for c in world.contents.values()
        ):
            raise Refused(20409, f"a template named {name} exists in {content.language}")
        content.approval = Approval(
            name, category, bool(asked.get("allow_category_change", True)),
            world.dial.now() + world.settings.approval_ms / 1000,
            "INVALID_FORMAT" if "please_reject" in name else "",
        )  # fmt: skip
    return jsonify({**_approval_json(world, content), "status": "received", "rejection_reason": ""}), 201


@routes.get("/v1/Content/<sid>/ApprovalRequests")
def fetch_approval(sid: str) -> Response:
    world = the_world()
    content = _known(world, sid)
    whatsapp = {"type": "whatsapp", **_approval_json(world, content)}
    url = f"{world.settings.own_url}/v1/Content/{content.sid}/ApprovalRequests"
    return jsonify({"sid": content.sid, "account_sid": world.settings.account_sid, "whatsapp": whatsapp, "url": url})


def _json() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise Refused(20001, "the body must be a JSON object")
    return asked


def _known(world: World, sid: str) -> Content:
    content = world.contents.get(sid)
    if content is None:
        raise Refused(20404, f"Content {sid}")
    return content


def _content_json(world: World, content: Content) -> dict[str, Any]:
    url = f"{world.settings.own_url}/v1/Content/{content.sid}"
    return {
        "sid": content.sid,
        "account_sid": world.settings.account_sid,
        "friendly_name": content.friendly_name,
        "language": content.language,
        "variables": content.variables,
        "types": content.types,
        "url": url,
        "date_created": iso(content.created_at),
        "date_updated": iso(content.created_at),
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }


def _approval_json(world: World, content: Content) -> dict[str, Any]:
    asked = content.approval
    status = asked.status(world.dial.now()) if asked else "unsubmitted"
    return {
        "name": asked.name if asked else "",
        "category": asked.category if asked else "",
        "content_type": content.shown_type,
        "status": status,
        "rejection_reason": asked.rejection_reason if asked and status == "rejected" else "",
        "allow_category_change": asked.allow_category_change if asked else True,
    }


def _page(path: str, as_json: Any) -> Response:
    world = the_world()
    size = min(max(request.args.get("PageSize", 50, type=int), 1), 1000)
    page = max(request.args.get("Page", 0, type=int), 0)
    with world.lock:
        contents = list(world.contents.values())
    shown = contents[page * size : (page + 1) * size]

    def url(number: int) -> str:
        return f"{world.settings.own_url}{path}?PageSize={size}&Page={number}"

    meta = {
        "page": page,
        "page_size": size,
        "first_page_url": url(0),
        "previous_page_url": url(page - 1) if page else None,
        "url": url(page),
        "next_page_url": url(page + 1) if len(contents) > (page + 1) * size else None,
        "key": "contents",
    }
    return jsonify({"contents": [as_json(world, content) for content in shown], "meta": meta})
