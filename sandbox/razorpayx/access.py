"""Who may call, and reading what they sent."""

import time
from typing import Any

from flask import request

from sandbox.razorpayx.errors import RazorpayRefused
from sandbox.world import the_world


def require_keys() -> None:
    """HTTP Basic with key id and key secret."""
    settings = the_world().settings
    given = request.authorization
    if not given or (given.username, given.password) != (settings.razorpay_key_id, settings.razorpay_key_secret):
        raise RazorpayRefused("Authentication failed", status=401)
    if settings.latency_ms:
        time.sleep(settings.latency_ms / 1000)


def asked_json() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise RazorpayRefused("The request body must be a JSON object")
    return asked


def notes_of(asked: dict[str, Any]) -> Any:
    """At most 15 pairs of at most 256 characters; an empty list when none were given, as in the documents."""
    notes = asked.get("notes") or []
    if notes and (not isinstance(notes, dict) or len(notes) > 15 or any(len(str(v)) > 256 for v in notes.values())):
        raise RazorpayRefused("notes may have at most 15 pairs of at most 256 characters", "notes")
    return notes
