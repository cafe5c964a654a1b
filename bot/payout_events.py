"""POST /razorpayx/events, POST /cashfree/events: a payout provider reports."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Response
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers

from bot import turn
from bot.payout_tasks import tell
from bot.wiring import House
from payouts.cashfree_words import verify_webhook as verify_cashfree
from payouts.events import Taken, Taking, take_cashfree_event, take_event
from payouts.razorpayx_events import verify_webhook as verify_razorpayx

log = structlog.get_logger()


def take(house: House, raw: bytes, headers: Headers) -> Response:
    """403 for a signature that is not the provider's; 200 once it is stored; 503 where it is not, and it comes again."""

    def taking(conn: Connection) -> Taken:
        return take_event(
            conn, raw, signature=headers.get("X-Razorpay-Signature"), event_id=headers.get("x-razorpay-event-id"),
            secrets=_secret(house, "razorpayx_webhook_secret"), now=house.clock.now(conn), tell=tell(house),
        )  # fmt: skip

    secrets = _secret(house, "razorpayx_webhook_secret")
    return _answer(house, taking) if verify_razorpayx(secrets, raw, headers.get("X-Razorpay-Signature")) else _forged(house)


def take_cashfree(house: House, raw: bytes, headers: Headers) -> Response:
    """The same of Cashfree, which signs with the client secret."""

    def taking(conn: Connection) -> Taken:
        return take_cashfree_event(
            conn, raw, signature=headers.get("x-webhook-signature"), timestamp=headers.get("x-webhook-timestamp"),
            secrets=_secret(house, "cashfree_client_secret"), now=house.clock.now(conn), tell=tell(house),
        )  # fmt: skip

    secrets = _secret(house, "cashfree_client_secret")
    signed = verify_cashfree(secrets, raw, headers.get("x-webhook-signature"), headers.get("x-webhook-timestamp"))
    return _answer(house, taking) if signed else _forged(house)


def _forged(house: House) -> Response:
    """Before anything of ours is asked: a stranger's request costs one hash, and no connection."""
    house.metrics.forged.inc()
    return Response("signature does not match", 403, mimetype="text/plain")


def _secret(house: House, name: str) -> tuple[str, ...]:
    """What somebody has set. A development value is known to everyone, so in a real house it signs nothing."""
    settings = house.settings
    return (getattr(settings, name),) if settings.development or name in settings.model_fields_set else ()


def _answer(house: House, taking: Callable[[Connection], Taken]) -> Response:
    try:
        with house.engine.begin() as conn:
            taken = taking(conn)
    except SQLAlchemyError as fault:
        log.error("payout event not stored", fault=type(fault).__name__)
        return Response("try again", 503, mimetype="text/plain")
    if taken.how is Taking.FORGED:
        return _forged(house)
    if taken.told is not None:
        try:
            turn.run(house, taken.told)
        except SQLAlchemyError as fault:  # the happening is stored: the sweeper rings again
            log.error("turn broken off", conversation=taken.told, fault=type(fault).__name__)
    return Response("ok", 200, mimetype="text/plain")
