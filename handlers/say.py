"""Say: words into the outbox, in the member's language, in the lane of the event that they answer."""

from __future__ import annotations

from flows.effects import Say
from flows.kernel import Event
from handlers.render import render
from handlers.turn import Turn
from whatsapp.outbound import parts
from whatsapp.outbox import Row


def say(turn: Turn, effect: Say, key: str) -> Event | None:
    """Render now, so that the outbox keeps the words that were sent. A long text leaves as several messages."""
    message = render(effect, turn.known.locale)
    for number, part in enumerate(parts(message)):
        turn.out.append(Row(
            key=key if number == 0 else f"{key}/{number}", conversation_id=turn.conversation.id,
            sender_id=turn.conversation.sender_id, contact_id=turn.conversation.contact_id, lane=turn.lane,
            message=part, state=_state(turn), reason="stopped" if _state(turn) == "held" else None,
            not_before=turn.now, created_at=turn.now,
        ))  # fmt: skip
    return None


def _state(turn: Turn) -> str:
    """What we begin ourselves waits for whoever said STOP; replies to what they send go on."""
    return "held" if turn.lane != "reply" and turn.conversation.stopped_at else "queued"
