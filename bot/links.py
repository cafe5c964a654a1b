"""GET /l/<token>: the link of a campaign's message. It counts the click and leads on to the address in the campaign's file."""

from __future__ import annotations

import structlog
from flask import Response, redirect, request
from sqlalchemy.exc import SQLAlchemyError

from bot.wiring import House
from campaigns import clicks

log = structlog.get_logger()


def serve(house: House, token: str) -> Response:
    """302 to where the message's link leads, 404 for a token that is none of ours, 503 without the database."""
    agent = request.headers.get("User-Agent", "")
    try:
        with house.engine.begin() as conn:
            now = house.clock.now(conn)
            leads_to = clicks.follow(conn, token, agent=agent, opened=request.method == "GET", now=now)
    except SQLAlchemyError as fault:
        log.error("link not followed", fault=type(fault).__name__)
        return Response("try again\n", 503, mimetype="text/plain")
    if leads_to is None:
        return Response("not found\n", 404, mimetype="text/plain")
    answer = redirect(leads_to)
    assert isinstance(answer, Response)
    return answer
