"""What the outside world calls: verify, store once, commit; only then answer 200, and take the turn in the same request."""

from __future__ import annotations

from dataclasses import replace

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from base.db import again_if_lost
from base.sealing import CannotOpen
from bot import bells, payout_events, turn
from bot.wiring import House
from handlers.aadhaar import strike_out_aadhaar
from journal import inbox
from loyalty.code_search import find_codes
from loyalty.codes import Code as GenuineCode
from loyalty.codes import read_code
from whatsapp import delivery, inbound, signature

BODY_MAX_BYTES = 8 * 1024 * 1024  # of a webhook: a megabyte of text, percent-encoded, is still answered
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # no content type or no XML is logged as an error

log = structlog.get_logger()
webhooks = Blueprint("webhooks", __name__)


@webhooks.post("/twilio/inbound")
def twilio_inbound() -> Response:
    """A member wrote. 200 once the row is committed, 503 where it could not be, 403 for a signature that is not Twilio's."""
    house = _house()
    form = _form()
    if not _signed(house, form):
        return _forged(house, "twilio/inbound")
    message = inbound.parse(form)
    if isinstance(message, inbound.Malformed):
        log.warning("malformed webhook", why=message.why)
        return _twiml()
    try:
        stored = store(house, message)
    except (inbox.UnknownSender, CannotOpen, SQLAlchemyError) as fault:
        log.error("message not stored", sid=message.sid, fault=type(fault).__name__, why=str(fault)[:200])
        return Response("try again", 503, mimetype="text/plain")
    answer(house, stored.conversation_id)
    return _twiml()


@webhooks.post("/twilio/status")
def twilio_status() -> Response:
    """What became of a message of ours. Rows move only upwards, so repeats and late ones do no harm."""
    house = _house()
    form = _form()
    if not _signed(house, form):
        return _forged(house, "twilio/status")
    report = delivery.parse(request.args, form)
    try:
        held = again_if_lost(lambda: _record(house, report))
    except SQLAlchemyError as fault:
        log.error("status not stored", sid=report.sid, fault=type(fault).__name__)
        return Response("try again", 503, mimetype="text/plain")
    house.metrics.statuses.inc()
    if held is not None:  # a turn may have been turned away by our lock on the conversation: look again
        bells.ring_turn(house, held)
    return Response(status=204)


@webhooks.post("/razorpayx/events")
def razorpayx_events() -> Response:
    """The payout provider reports. Unsigned: 403; stored and settled: 200; not stored: 503, and it comes again."""
    house = _house()
    return payout_events.take(house, request.get_data(cache=False), request.headers)


@webhooks.post("/cashfree/events")
def cashfree_events() -> Response:
    house = _house()
    return payout_events.take_cashfree(house, request.get_data(cache=False), request.headers)


def store(house: House, message: inbound.Inbound) -> inbox.Stored:
    """Commit the message to the inbox, once per MessageSid; an Aadhaar number in it is struck out first."""
    words, name = (strike_out_aadhaar(w, lambda text: _our_codes(house, text)) for w in (message.text, message.profile_name))
    message = replace(message, text=words, profile_name=name)
    stored = again_if_lost(lambda: _put(house, message))
    (house.metrics.inbound if stored.new else house.metrics.repeated).inc()
    return stored


def _put(house: House, message: inbound.Inbound) -> inbox.Stored:
    with house.autocommit.connect() as conn:  # one row is one statement; a new contact's rows may be left half made
        return inbox.put_message(
            conn, sender=message.sender, address=message.address, external=message.external_user_id, key=message.sid,
            message=inbound.to_json(message), sent_at=message.sent_at, clock=house.clock, ids=house.ids, keyring=house.keyring,
        )  # fmt: skip


def answer(house: House, conversation_id: str) -> None:
    """Take the turn now. Whatever goes wrong from here on, the row is safe: the sweeper rings again."""
    try:
        again_if_lost(lambda: turn.run(house, conversation_id))
    except SQLAlchemyError as fault:
        log.error("turn broken off", conversation=conversation_id, fault=type(fault).__name__)


def _record(house: House, report: delivery.Report) -> str | None:
    with house.autocommit.connect() as conn:
        return delivery.record(conn, report, house.clock)


def _our_codes(house: House, words: str) -> list[str]:
    return [code for code in find_codes(words) if isinstance(read_code(house.codes, code), GenuineCode)]


def _signed(house: House, form: MultiDict[str, str]) -> bool:
    path = request.path
    if request.query_string:  # any bytes may stand there: those that are no text are signed by nobody, and are no fault of ours
        path += f"?{request.query_string.decode(errors='replace')}"
    signed = request.get_data(as_text=True) if request.is_json else form
    return signature.check(house.settings.base_url, path, request.headers, signed, house.settings.auth_tokens)


def _form() -> MultiDict[str, str]:
    """The parameters, from a form or from a JSON body of strings; empty where it is neither."""
    if not request.is_json:
        return request.form
    request.get_data(cache=True)  # the signature is over the raw body
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets, by the thousand
        body = None
    return MultiDict({k: str(v) for k, v in body.items() if v is not None} if isinstance(body, dict) else {})


def _forged(house: House, where: str) -> Response:
    house.metrics.forged.inc()
    log.warning("forged request", where=where)
    return Response("signature does not match", 403, mimetype="text/plain")


def _twiml() -> Response:
    return Response(EMPTY_TWIML, mimetype="text/xml")


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house
