"""What a member sends: the message, and the webhook that tells the bot."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from sandbox import ids
from sandbox.courier import Answer
from sandbox.message import Button, Media, Message
from sandbox.phones import Phone
from sandbox.twilio.signing import form_post
from sandbox.world import World

MAX_BYTES = 100 * 1024 * 1024  # WhatsApp's cap for documents, the largest of its caps
MAX_TEXT = 65536
FIELDS = {"text", "button", "of", "media", "content_type", "filename", "raw", "forwarded"}


def compose(world: World, phone: Phone, asked: Mapping[str, Any]) -> Message:
    """The message asked for: {text} | {button, of?} | {media (base64), content_type, filename?, text?}; raw? with each.

    `raw` overrides or adds webhook parameters; a null removes one. ValueError says what was wrong with the request.
    """
    unknown = set(asked) - FIELDS
    if unknown or not set(asked) & {"text", "button", "media", "raw"}:
        raise ValueError(f"give one of text, button or media; known fields: {', '.join(sorted(FIELDS))}")
    text, raw = asked.get("text", ""), asked.get("raw", {})
    if not isinstance(text, str) or len(text) > MAX_TEXT or not isinstance(raw, dict):
        raise ValueError("text must be a string and raw an object")
    now = world.dial.now()
    message = Message(
        sid="", seq=0, number=phone.number, inbound=True, sender=phone.address, recipient=world.settings.sender,
        created_at=now, updated_at=now, sent_at=now, status="received", body=text, ticks=1,
    )  # fmt: skip
    if "button" in asked:
        _tap(world, message, str(asked["button"]), asked.get("of"))
    elif "media" in asked:
        message.media = [_attachment(asked)]
        if not text and not message.media[0].content_type.startswith(("image/", "audio/", "video/")):
            message.body = message.media[0].filename
    message.sid = ids.sid("MM" if message.media or message.tapped else "SM")
    message.overrides = {str(k): "\0" if v is None else str(v) for k, v in raw.items()}
    if asked.get("forwarded"):
        message.overrides.setdefault("Forwarded", "true")
    return message


def receive(world: World, phone: Phone, message: Message) -> "Future[Answer]":
    """Adds the message, which opens the window, and posts its webhook. It stays listed whatever becomes of that."""
    with world.lock:
        phone.last_inbound_at = message.created_at
        form = webhook_form(world, phone, message)
        world.add(message)
    settings = world.settings
    url = f"{settings.public_base_url}/twilio/inbound#{settings.inbound_policy}"
    post = form_post(world, url, form)
    done: Future[Answer] = Future()

    def settle(delivery: "Future[Answer]") -> None:
        answer = delivery.result()
        with world.lock:
            message.refused = answer.refused
            if answer.accepted:
                message.ticks = max(message.ticks, 2)
        world.tell(message)
        done.set_result(answer)

    world.scheduler.soon(lambda: world.webhooks.deliver("twilio.inbound", post).add_done_callback(settle))
    return done


def webhook_form(world: World, phone: Phone, message: Message) -> dict[str, str]:
    """The parameters Twilio posts for this message."""
    settings = world.settings
    form = {
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "ProfileName": phone.profile_name,
        "MessageType": _message_type(message),
        "SmsSid": message.sid,
        "WaId": phone.wa_id,
        "SmsStatus": "received",
        "Body": message.body,
        "To": message.recipient,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": message.sid,
        "AccountSid": settings.account_sid,
        "From": message.sender,
        "ApiVersion": "2010-04-01",
        "ExternalUserId": "whatsapp:" + phone.user_id,
        "ChannelMetadata": _channel_metadata(phone),
    }
    base = f"{settings.own_url}/2010-04-01/Accounts/{settings.account_sid}/Messages/{message.sid}/Media"
    for index, media in enumerate(message.media):
        form[f"MediaUrl{index}"] = f"{base}/{media.sid}"
        form[f"MediaContentType{index}"] = media.content_type
    if message.tapped:
        keys = ("ListId", "ListTitle") if message.tapped_list else ("ButtonPayload", "ButtonText")
        form.update(zip(keys, (message.tapped.id, message.tapped.title), strict=True))
        if message.tapped_list and message.tapped.description:
            form["ListDescription"] = message.tapped.description
        form["OriginalRepliedMessageSid"] = message.replied_sid
        form["OriginalRepliedMessageSender"] = settings.sender
    form.update(message.overrides)
    return {key: value for key, value in form.items() if value != "\0"}


def _message_type(message: Message) -> str:
    if message.tapped:
        return "interactive"
    if message.media:
        kind = message.media[0].content_type.partition("/")[0]
        return kind if kind in ("image", "audio", "video") else "document"
    return "text"


def _channel_metadata(phone: Phone) -> str:
    context = {"ProfileName": phone.profile_name, "WaId": phone.wa_id, "ExternalUserId": phone.user_id}
    data = {"type": "whatsapp", "data": {"context": context}}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _tap(world: World, message: Message, option: str, of: object) -> None:
    """A tap on the newest message that offers this option, or on the message `of`."""
    shown = [m for m in world.by_phone.get(message.number, ()) if not m.inbound and m.buttons and of in (None, m.sid)]
    for candidate in reversed(shown):
        for button in candidate.buttons:
            if button.id == option:
                _answer(message, candidate, button)
                return
    offered = [button.id for button in shown[-1].buttons] if shown else []
    raise ValueError(f"no message offers {option!r}; the last one with options offers {offered}")


def _answer(message: Message, asked_in: Message, button: Button) -> None:
    if button.url:
        raise ValueError(f"{button.id!r} opens an address; WhatsApp tells the business nothing about it")
    message.tapped, message.tapped_list = button, bool(asked_in.picker)
    message.replied_sid, message.body = asked_in.sid, button.title


def _attachment(asked: Mapping[str, Any]) -> Media:
    try:
        data = base64.b64decode(str(asked["media"]), validate=True)
    except binascii.Error:
        raise ValueError("media must be base64") from None
    if len(data) > MAX_BYTES:
        raise ValueError(f"media may have at most {MAX_BYTES} bytes")
    content_type = str(asked.get("content_type", ""))
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+(; ?[\w=.\"-]+)*", content_type, re.ASCII):
        raise ValueError("content_type must be a MIME type such as image/jpeg")
    return Media(ids.sid("ME"), content_type, filename=str(asked.get("filename") or ""), data=data)
