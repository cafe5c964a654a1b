"""Say: words into the outbox, in the member's language, in the lane of the event that they answer."""

from __future__ import annotations

from dataclasses import replace

from flows.effects import DropDelayNews, Say
from flows.kernel import Event
from flows.shops import NAMED
from flows.texts import LOCALES
from handlers import ownership
from handlers.render import render
from handlers.turn import Turn
from payouts.news import delay_key
from whatsapp.outbound import parts
from whatsapp.outbox import Row, drop

HIDDEN = "•••"
# Replies that name the shop where a person acts for several: of points and of what brings them.
ABOUT_POINTS = ("scan.credited", "scan.already_yours", "scan.summary", "invoice.credited", "balance.")


def say(turn: Turn, effect: Say, key: str) -> Event | None:
    """Render now, so that the outbox keeps the words that were sent. A long text leaves as several messages."""
    message = render(_for_whom(turn, effect), turn.known.locale)
    if turn.shops > 1 and effect.key.startswith(ABOUT_POINTS) and not message.buttons:
        shop = ownership.shop_name(turn.conn, turn.keyring, turn.member_id)
        message = replace(message, body=f"{message.body}\n{render(Say(NAMED, {'shop': shop}), turn.known.locale).body}")
    if turn.conversation.locale is None and not message.buttons:
        message = replace(message, body=_in_every_language(turn, effect, message.body))
    for number, part in enumerate(parts(message)):
        turn.out.append(Row(
            key=key if number == 0 else f"{key}/{number}", conversation_id=turn.conversation.id,
            sender_id=turn.conversation.sender_id, contact_id=turn.conversation.contact_id, lane=turn.lane,
            message=part, state=_state(turn), reason="stopped" if _state(turn) == "held" else None,
            not_before=turn.now, created_at=turn.now,
        ))  # fmt: skip
    return None


def _for_whom(turn: Turn, effect: Say) -> Say:
    """A helper who is not to see how many points the shop has does not see it in passing either."""
    if turn.known.acts == "owner" or turn.known.sees_balance or "available" not in effect.values:
        return effect
    return replace(effect, values={**effect.values, "available": HIDDEN})


def drop_delay_news(turn: Turn, effect: DropDelayNews, key: str) -> Event | None:
    turn.conversation.held -= drop(turn.conn, turn.conversation.id, delay_key(effect.payout), turn.now)
    return None


def _in_every_language(turn: Turn, effect: Say, first: str) -> str:
    """For whoever has chosen no language yet. Texts with buttons see to that themselves: their buttons say which."""
    others = [render(effect, locale).body for locale in LOCALES if locale != turn.known.locale]
    return "\n\n".join(dict.fromkeys([first, *others]))


def _state(turn: Turn) -> str:
    """What we begin ourselves waits for whoever said STOP; replies to what they send go on."""
    return "held" if turn.lane != "reply" and turn.conversation.stopped_at else "queued"
