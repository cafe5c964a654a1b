"""A new number: proved by the PIN, or by a word from the old phone. Every answer to a number alone is the same.

Tries are counted twice, by who tries and by what is tried at: one stranger cannot try many numbers, many strangers cannot
try one PIN often. They are counted apart from the PIN's own, so that nobody locks a member's money from outside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from base.masking import mask_phone
from flows.kernel import Event
from flows.move_events import (
    AnswerMove,
    AskOldPhone,
    MoveAnswered,
    MoveRefused,
    MoveWanted,
    NumberMoved,
    NumberMovedHere,
    OldPhoneAsked,
    ProveMove,
)
from handlers import ownership, redeem_pin
from handlers.helpers import ring
from handlers.turn import Turn
from loyalty import invitations, memberships

ANSWER_WITHIN = timedelta(hours=24)

# The account of whoever wrote from this number, and is its owner now.
_OLD = text("""
    SELECT m.contact_id, m.member_id FROM contacts c
         JOIN memberships m ON m.contact_id = coalesce(c.merged_into, c.id) AND m.role = 'owner' AND m.until IS NULL
    WHERE c.id = coalesce((SELECT k.id FROM contacts k WHERE k.address = :address),
                          (SELECT k.contact_id FROM contact_addresses k WHERE k.address = :address))
      AND m.programme_id = :programme ORDER BY m.since, m.member_id LIMIT 1""")
_ASK = text("""
    INSERT INTO account_moves (id, member_id, from_contact, to_contact, asked_at, expires_at)
    VALUES (:id, :member, :old, :new, :now, :expires_at)""")
_MEMBER = text("SELECT member_id FROM account_moves WHERE id = :id")
_LOCK = text("""
    SELECT m.id, m.member_id, coalesce(o.merged_into, o.id) AS from_contact, coalesce(n.merged_into, n.id) AS to_contact,
           m.expires_at, m.answered_at
    FROM account_moves m JOIN contacts o ON o.id = m.from_contact JOIN contacts n ON n.id = m.to_contact
    WHERE m.id = :id FOR UPDATE OF m""")
_ANSWERED = text("UPDATE account_moves SET answered_at = :now WHERE id = :id")


def prove_move(turn: Turn, effect: ProveMove, key: str) -> Event | None:
    old = _allowed(turn, effect.mobile)
    if isinstance(old, MoveRefused) or old is None:
        redeem_pin.spend(turn, effect.pin)  # nowhere kept, right or wrong
        return old or MoveRefused("unproved")
    memberships.lock(turn.conn, old.member_id)
    as_owner = replace(turn, conversation=replace(turn.conversation, member_id=old.member_id))
    if not redeem_pin.is_owners(as_owner, redeem_pin.spend(turn, effect.pin)):
        return MoveRefused("unproved")
    if memberships.hold(turn.conn, old.contact_id, old.member_id) is None:  # moved by somebody else this very moment
        return MoveRefused("unproved")
    invitations.forgive(turn.conn, "move", f"member/{old.member_id}")  # not who tried: an account of one's own would buy tries
    ring(turn, ownership.move(
        turn.conn, turn.keyring, old.member_id, turn.person, by="pin", key=key, now=turn.now,
        cool_off=_cool_off(turn),
    ))  # fmt: skip
    turn.conversation.member_id = old.member_id
    shop = ownership.shop_name(turn.conn, turn.keyring, old.member_id)
    return NumberMoved(shop, ownership.role_of(turn.conn, old.member_id))


def ask_old_phone(turn: Turn, effect: AskOldPhone, key: str) -> Event | None:
    old = _allowed(turn, effect.mobile)
    if isinstance(old, MoveRefused):
        return old
    if old is not None:
        move = turn.ids.new("mov")
        turn.conn.execute(_ASK, {
            "id": move, "member": old.member_id, "old": old.contact_id, "new": turn.person, "now": turn.now,
            "expires_at": turn.now + ANSWER_WITHIN,
        })  # fmt: skip
        wanted = MoveWanted(move, mask_phone(turn.conversation.address))
        programme = turn.conversation.programme_id
        ring(turn, ownership.tell(turn.conn, turn.keyring, old.contact_id, programme, wanted, f"{key}/wanted", turn.now))
    return OldPhoneAsked()


def answer_move(turn: Turn, effect: AnswerMove, key: str) -> Event | None:
    """From the old phone, within a day, once, by whoever still owns the account there."""
    if (member_id := turn.conn.execute(_MEMBER, {"id": effect.move}).scalar_one_or_none()) is not None:
        memberships.lock(turn.conn, member_id)  # before the row, as whoever moves it otherwise does
    asked = turn.conn.execute(_LOCK, {"id": effect.move}).one_or_none()
    ours = asked is not None and asked.from_contact == turn.person and asked.answered_at is None
    if asked is None or not ours or asked.expires_at <= turn.now:
        return MoveAnswered("over")
    turn.conn.execute(_ANSWERED, {"id": asked.id, "now": turn.now})
    if not effect.agreed:
        return MoveAnswered("kept")
    held = memberships.hold(turn.conn, turn.person, asked.member_id)
    if held is None or held.role != "owner":
        return MoveAnswered("over")
    ownership.move(
        turn.conn, turn.keyring, asked.member_id, asked.to_contact, by="old_phone", key=key, now=turn.now,
        cool_off=_cool_off(turn), knows=True,
    )  # fmt: skip
    shop = ownership.shop_name(turn.conn, turn.keyring, asked.member_id)
    here = NumberMovedHere(shop)
    ring(turn, ownership.tell(turn.conn, turn.keyring, asked.to_contact, held.programme_id, here, f"{key}/here", turn.now))
    return MoveAnswered("moved")


def _allowed(turn: Turn, mobile: str) -> Any:
    """The account of the number; None where there is none that could move; MoveRefused after too many tries."""
    number = {"address": f"whatsapp:{mobile}", "programme": turn.conversation.programme_id}
    found = turn.conn.execute(_OLD, number).one_or_none()
    old = found if found is not None and found.contact_id != turn.person else None
    left = [invitations.tried(turn.conn, "move", subject, turn.now) for subject in _subjects(turn, old)]
    if left[0] < 0:
        return MoveRefused("tries")
    return old if min(left) >= 0 else None  # tried at too often, by others: told like a number that nobody has


def _subjects(turn: Turn, old: Any) -> list[str]:
    """Who tries, and what is tried at."""
    return [f"contact/{turn.person}", *([f"member/{old.member_id}"] if old is not None else [])]


def _cool_off(turn: Turn) -> timedelta:
    return timedelta(hours=turn.programme.redeem.cool_off_hours)


