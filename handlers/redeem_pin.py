"""The member's PIN: proposed, set and proved. Wrong tries are counted in the database, under a lock on the PIN's row, so
that several phones of one member have no more tries than one. Each proof costs some 50 ms or more of processor."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from base import pin
from base.days import minute_of
from flows.effects import ProposePin, SetPin
from flows.kernel import Event
from flows.redeem_events import PinAsked, PinDiffers, PinLocked, PinProposed, PinSet, PinTooEasy, PinWrong
from handlers import authority, secrets
from handlers.people import phone_of
from handlers.turn import Turn
from loyalty import memberships

_READ = text("SELECT sealed, proposed, wrong, locked_until FROM member_pins WHERE member_id = :member FOR NO KEY UPDATE")
_PROPOSE = text("""
    INSERT INTO member_pins (member_id, proposed, wrong) VALUES (:member, :proposed, 0)
    ON CONFLICT (member_id) DO UPDATE SET proposed = excluded.proposed""")
_SET = text("""
    UPDATE member_pins SET sealed = proposed, proposed = NULL, wrong = 0, locked_until = NULL, set_at = :now
    WHERE member_id = :member""")
_TRIED = text("UPDATE member_pins SET wrong = :wrong, locked_until = :locked_until WHERE member_id = :member")
_REHASH = text("UPDATE member_pins SET sealed = :sealed WHERE member_id = :member")
_MEMBER = text("SELECT data_key, details, pin_code FROM members WHERE id = :member")


def wanted(turn: Turn, worth_paise: int) -> bool:
    """Whether the programme asks for the PIN before money of this worth goes out."""
    redeem = turn.programme.redeem
    return redeem.pin == "always" or (redeem.pin == "above" and worth_paise > redeem.pin_above_paise)


def locked(turn: Turn) -> Event | None:
    """What is to be told where wrong tries have locked the member's money; else None."""
    return _lock(turn, _row(turn))


def proved(turn: Turn, token: str) -> Event | None:
    """None where the PIN behind the token is the member's; else what is to be told. The token is spent either way."""
    typed = spend(turn, token) if token else None
    row = _row(turn)
    if (lock := _lock(turn, row)) is not None:
        return lock
    if row is None or row.sealed is None:
        return PinAsked(known=False)
    if typed is None:
        return PinAsked(known=True)
    phc = _opened(turn, row.sealed)
    if not pin.matches(typed, phc):
        return _wrong(turn, row.wrong + 1)
    if row.wrong or row.locked_until:
        turn.conn.execute(_TRIED, {"member": turn.member_id, "wrong": 0, "locked_until": None})
    if pin.outdated(phc):
        turn.conn.execute(_REHASH, {"member": turn.member_id, "sealed": _sealed(turn, pin.hashed(typed))})
    return None


def is_owners(turn: Turn, typed: str) -> bool:
    """Whether it is the member's PIN, asked by somebody who is no member yet: nothing is counted here, so that nobody
    locks money from outside; the caller counts. False while the PIN is locked or where there is none."""
    row = _row(turn)
    if row is None or row.sealed is None or _lock(turn, row) is not None:
        return False
    return pin.matches(typed, _opened(turn, row.sealed))


def propose_pin(turn: Turn, effect: ProposePin, key: str) -> Event | None:
    typed = spend(turn, effect.token)
    member = turn.conn.execute(_MEMBER, {"member": turn.member_id}).one()
    details = json.loads(turn.keyring.unwrap(member.data_key, turn.member_id).open(member.details, f"members/{turn.member_id}"))
    phones = (details.get("mobile", ""), phone_of(turn.conversation.address))
    if why := pin.weakness(typed, phones, (member.pin_code,)):
        return PinTooEasy(why)
    turn.conn.execute(_PROPOSE, {"member": turn.member_id, "proposed": _sealed(turn, pin.hashed(typed))})
    return PinProposed()


def set_pin(turn: Turn, effect: SetPin, key: str) -> Event | None:
    """The token stays for the redemption that waits. A PIN that another phone of the member has set meanwhile stands:
    what was typed here is then proved against that one. Only the owner of this very moment: one who has just sold the shop
    would lock the new owner out."""
    memberships.lock(turn.conn, turn.member_id)  # before the PIN's row, as a redemption does
    authority.owner(turn)
    row = _row(turn)
    if row is not None and row.sealed is not None:
        return PinSet()
    typed = secrets.open_secret(turn.conn, turn.keyring, effect.token).plain
    if row is None or row.proposed is None or not pin.matches(typed, _opened(turn, row.proposed)):
        return PinDiffers()
    turn.conn.execute(_SET, {"member": turn.member_id, "now": turn.now})
    return PinSet()


def _wrong(turn: Turn, tries: int) -> Event:
    redeem = turn.programme.redeem
    if tries < redeem.pin_tries:
        turn.conn.execute(_TRIED, {"member": turn.member_id, "wrong": tries, "locked_until": None})
        return PinWrong(redeem.pin_tries - tries)
    until = turn.now + timedelta(hours=redeem.pin_lock_hours)
    turn.conn.execute(_TRIED, {"member": turn.member_id, "wrong": 0, "locked_until": until})
    return PinLocked(minute_of(until, up=True))


def _lock(turn: Turn, row: Any) -> PinLocked | None:
    if row is None or row.locked_until is None or row.locked_until <= turn.now:
        return None
    return PinLocked(minute_of(row.locked_until, up=True))


def _row(turn: Turn) -> Any:
    return turn.conn.execute(_READ, {"member": turn.member_id}).one_or_none()


def spend(turn: Turn, token: str) -> str:
    """The PIN behind the token, which is gone afterwards: it is nowhere kept when the turn commits."""
    typed = secrets.open_secret(turn.conn, turn.keyring, token).plain
    secrets.forget(turn, token)
    return typed


def _sealed(turn: Turn, phc: str) -> bytes:
    return secrets.member_sealer(turn).seal(phc.encode(), _place(turn))


def _opened(turn: Turn, sealed: bytes) -> str:
    return secrets.member_sealer(turn).open(sealed, _place(turn)).decode()


def _place(turn: Turn) -> str:
    return f"member_pins/{turn.member_id}"
