"""POST /razorpayx/events: the payout provider reports."""

from __future__ import annotations

import structlog
from flask import Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers

from bot import turn
from bot.payout_tasks import tell
from bot.wiring import House
from payouts.events import Taking, take_event

log = structlog.get_logger()


def take(house: House, raw: bytes, headers: Headers) -> Response:
    """403 for a signature that is not the provider's; 200 once it is stored; 503 where it is not, and it comes again."""
    try:
        with house.engine.begin() as conn:
            taken = take_event(
                conn, raw, signature=headers.get("X-Razorpay-Signature"), event_id=headers.get("x-razorpay-event-id"),
                secrets=(house.settings.razorpayx_webhook_secret,), now=house.clock.now(conn), tell=tell(house),
            )  # fmt: skip
    except SQLAlchemyError as fault:
        log.error("payout event not stored", fault=type(fault).__name__)
        return Response("try again", 503, mimetype="text/plain")
    if taken.how is Taking.FORGED:
        house.metrics.forged.inc()
        return Response("signature does not match", 403, mimetype="text/plain")
    if taken.told is not None:
        try:
            turn.run(house, taken.told)
        except SQLAlchemyError as fault:  # the happening is stored: the sweeper rings again
            log.error("turn broken off", conversation=taken.told, fault=type(fault).__name__)
    return Response("ok", 200, mimetype="text/plain")
