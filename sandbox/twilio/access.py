"""Who may call: HTTP Basic with the account's SID and token, on the account's own paths."""

import time

from flask import Response, jsonify, request

from sandbox.twilio.errors import Refused
from sandbox.world import the_world


def require_account() -> None:
    """Before every request of Twilio's APIs: 401 without the right credentials, 404 for another account's path."""
    settings = the_world().settings
    given = request.authorization
    if not given or (given.username, given.password) != (settings.account_sid, settings.auth_token):
        raise Refused(20003)
    asked = (request.view_args or {}).get("account")
    if asked not in (None, settings.account_sid):
        raise Refused(20404, f"Account {asked}")
    if settings.latency_ms:
        time.sleep(settings.latency_ms / 1000)


def answer_refused(refused: Refused) -> tuple[Response, int]:
    response = jsonify(refused.body())
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response, refused.status
