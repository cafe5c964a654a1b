"""What the bot sends: checks Twilio makes when a message is posted, and the message that comes of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from sandbox import ids
from sandbox.message import Media, Message
from sandbox.phones import Phone
from sandbox.twilio.content import TEXT_BODY, Rendered, fill_in
from sandbox.twilio.errors import Refused, message_of
from sandbox.world import World


def compose(world: World, form: "MultiDict[str, str]") -> Message:
    """The message a POST to Messages.json makes, not yet added to the world; Refused for what Twilio would refuse.

    Free form outside the 24 h window is accepted and marked to fail with 63016, as Twilio does.
    """
    phone = _recipient(world, form)
    body, content_sid = form.get("Body", ""), form.get("ContentSid", "")
    urls = [url for url in form.getlist("MediaUrl") if url]
    now = world.dial.now()
    approved = False
    if content_sid:
        rendered, approved = _from_content(world, form, body, urls)
    else:
        if not body.strip() and not urls:
            raise Refused(21619)
        if len(body) > TEXT_BODY:
            raise Refused(21617)
        rendered = Rendered(body=body, media_urls=urls)
    message = Message(
        sid=ids.sid("MM" if rendered.media_urls or content_sid else "SM"),
        seq=0,
        number=phone.number,
        inbound=False,
        sender=world.settings.sender,
        recipient=form["To"],
        created_at=now,
        updated_at=now,
        body=rendered.body,
        buttons=rendered.buttons,
        picker=rendered.picker,
        media=[Media(ids.sid("ME"), _guess_type(url), url=url) for url in _checked_urls(rendered.media_urls)],
        content_sid=content_sid,
        template=approved,
        status_callback=_checked_callback(form.get("StatusCallback", "")),
    )
    if not approved and not phone.window_open(now):
        message.error_code, message.error_message = 63016, message_of(63016)
    return message


def _recipient(world: World, form: "MultiDict[str, str]") -> Phone:
    to, sender = form.get("To", ""), form.get("From", "")
    if not to:
        raise Refused(21604)
    if not sender:
        raise Refused(21603)
    if to.startswith("whatsapp:") != sender.startswith("whatsapp:"):
        raise Refused(21910)
    if sender != world.settings.sender:
        raise Refused(63007, sender)
    phone = world.phone(to) if to.startswith(("whatsapp:+", "whatsapp:IN.")) else None
    if phone is None or to == sender:
        raise Refused(21211, to)
    return phone


def _from_content(world: World, form: "MultiDict[str, str]", body: str, urls: Sequence[str]) -> tuple[Rendered, bool]:
    if body or urls:
        raise Refused(20001, "a message with a ContentSid takes neither Body nor MediaUrl")
    content = world.contents.get(form["ContentSid"])
    if content is None:
        raise Refused(21655, form["ContentSid"])
    approved = content.approved(world.dial.now())
    variables = form.get("ContentVariables", "")
    return fill_in(content, variables, approved, bool(world.settings.session_newlines)), approved


def _checked_urls(urls: Sequence[str]) -> Sequence[str]:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(21620, url)
    return urls


def _checked_callback(url: str) -> str:
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname or len(url) > 4000:
            raise Refused(21609, url)
    return url


def _guess_type(url: str) -> str:
    endings = {".png": "image/png", ".pdf": "application/pdf", ".webp": "image/webp", ".mp4": "video/mp4"}
    path = urlsplit(url).path.lower()
    return next((kind for ending, kind in endings.items() if path.endswith(ending)), "image/jpeg")
