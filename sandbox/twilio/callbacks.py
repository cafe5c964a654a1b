"""How an outbound message ages: sent, delivered, read; or undelivered. Each step is a signed status callback."""

from sandbox.message import Message
from sandbox.twilio.errors import message_of
from sandbox.twilio.signing import form_post
from sandbox.world import World


def start_ticking(world: World, message: Message) -> None:
    """Begins the message's way. There is no callback for `queued`: the POST's answer already said that."""
    fault = world.faults.take("twilio.callback", "error")
    if fault and message.error_code is None:
        message.error_code = fault.code or 63024
        message.error_message = message_of(message.error_code)
    if message.error_code is not None:
        steps = ["undelivered"]
    else:
        phone = world.phones[message.number]
        phone.unread += 1
        steps = ["sent", "delivered", "read"] if phone.reads_at_once else ["sent", "delivered"]
    world.scheduler.later(world.settings.tick_ms / 1000, lambda: _tick(world, message, steps))


def mark_read(world: World, number: str) -> int:
    """The person looked: every delivered message of this phone becomes read. Returns how many did."""
    with world.lock:
        phone = world.phones[number]
        phone.unread = 0
        ready = [m for m in world.by_phone.get(number, ()) if not m.inbound and m.status == "delivered"]
        for message in ready:
            message.move("read", world.dial.now())
    for message in ready:
        world.tell(message)
        if message.status_callback:
            _post(world, message, "read", wait=False)
    return len(ready)


def _tick(world: World, message: Message, steps: list[str]) -> None:
    """One step; the next is only planned when the bot has answered, so callbacks of one message keep their order."""
    if world.messages.get(message.sid) is not message:  # deleted, or forgotten by a reset
        return
    step, *rest = steps
    if step == "read":
        if message.status == "read":  # the person looked before their phone said so by itself
            return
        world.phones[message.number].unread = 0
    world.move(message, step)
    if message.status_callback:
        _post(world, message, step)
    if rest:
        world.scheduler.later(world.settings.tick_ms / 1000, lambda: _tick(world, message, rest))


def _post(world: World, message: Message, status: str, wait: bool = True) -> None:
    fields = {
        "ApiVersion": "2010-04-01",
        "AccountSid": world.settings.account_sid,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": message.recipient,
        "From": message.sender,
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": message.recipient.removeprefix("whatsapp:"),
    }
    if status == "read":
        fields["EventType"] = "READ"
    if message.error_code is not None:
        fields["ErrorCode"] = str(message.error_code)
        fields["ErrorMessage"] = message.error_message or ""
    post = form_post(world, message.status_callback, fields)
    if wait:
        world.webhooks.deliver("twilio.callback", post, skip=("error",))
    else:
        world.scheduler.soon(lambda: world.webhooks.deliver("twilio.callback", post, skip=("error",)))
