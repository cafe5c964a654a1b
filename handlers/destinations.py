"""Where a member's money can go: what is saved, whether a new one will do and from when on, what is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

from base.days import minute_of
from flows.effects import CheckDestination, ForgetDestination, JoinAccount
from flows.kernel import Event
from flows.redeem_events import Destination, DestinationAccepted, DestinationRefused
from handlers import authority, limits, secrets
from handlers.turn import Turn
from loyalty import memberships
from loyalty.vpa import fits_razorpayx
from payouts.destination import BadDestination, Vpa, bank_account, masked, parse, plain_of
from payouts.news import ACCOUNT_REASONS, VPA_REASONS

SHOWN_MAX = 10  # of a member's; more are kept, and the oldest not offered

# Offered is what was paid to, and what was given to be paid to later. One that the bank did not know is never offered
# again: the member was told to give another.
_SAVED = text("""
    SELECT d.token, d.kind, d.usable_at
    FROM destinations d JOIN secrets s ON s.token = d.token
    WHERE d.member_id = :member AND d.forgotten_at IS NULL
      AND (s.used_at IS NOT NULL OR d.usable_at > d.saved_at OR EXISTS (
          SELECT FROM kyc_checks k WHERE k.member_id = d.member_id AND k.kind = 'destination' AND k.token = d.token
             AND k.state IN ('checking', 'review', 'verified')))
      AND NOT EXISTS (SELECT 1 FROM payouts p WHERE p.member_id = :member AND p.secret_token = d.token
                      AND p.state = 'failed' AND p.reason = ANY(:unknown))
    ORDER BY coalesce(s.used_at, d.usable_at) DESC, d.token LIMIT :most""")
_KEPT = text("""
    SELECT d.token, d.kind, d.usable_at FROM destinations d JOIN secrets s ON s.token = d.token
    WHERE d.member_id = :member AND d.forgotten_at IS NULL AND d.kind = :kind
      AND (s.used_at IS NOT NULL OR d.usable_at > d.saved_at OR EXISTS (
          SELECT FROM kyc_checks k WHERE k.member_id = d.member_id AND k.kind = 'destination' AND k.token = d.token
             AND k.state IN ('checking', 'review', 'verified')))
      AND NOT EXISTS (SELECT FROM destination_checks c WHERE c.token = d.token AND c.state = 'invalid')""")
# Whoever has had no money yet has nothing that a thief could redirect; a payout that failed went nowhere. An account that
# has just come into other hands may be a thief's.
_EVER_PAID = text("""
    SELECT EXISTS (SELECT FROM payouts WHERE member_id = :member AND state NOT IN ('failed', 'reversed'))
        OR EXISTS (SELECT FROM account_changes WHERE member_id = :member AND kind = 'moved' AND at > :since)""")
_SAVE = text("""
    INSERT INTO destinations (token, member_id, kind, saved_at, usable_at)
    VALUES (:token, :member, :kind, :now, :usable_at)""")
_OF = text("""
    SELECT d.usable_at FROM destinations d JOIN secrets s ON s.token = d.token
    WHERE d.token = :token AND d.member_id = :member AND d.forgotten_at IS NULL""")
_FORGET = text("""
    UPDATE destinations SET forgotten_at = :now
    WHERE token = :token AND member_id = :member AND forgotten_at IS NULL RETURNING token""")
# A payout whose request is not made yet still has to open it; the sweep takes it away afterwards.
_ERASE = text("""
    DELETE FROM secrets s WHERE s.token = :token AND NOT EXISTS (
        SELECT FROM payouts p WHERE p.secret_token = s.token AND p.request IS NULL AND p.settled_at IS NULL)""")


@dataclass(frozen=True, slots=True)
class Saved:
    """`usable`: those that money can go to now, the last used first; `cooling`: those that wait."""

    usable: tuple[Destination, ...]
    cooling: tuple[Destination, ...]


def saved(turn: Turn) -> Saved:
    given = {"member": turn.member_id, "unknown": list(VPA_REASONS | ACCOUNT_REASONS), "most": SHOWN_MAX}
    usable, cooling = [], []
    seen: set[str] = set()  # one that was typed anew each time, before typing it again found it, is offered once
    for row in turn.conn.execute(_SAVED, given):
        secret = secrets.open_secret(turn.conn, turn.keyring, row.token)
        if (same := secret.plain.casefold()) in seen:
            continue
        seen.add(same)
        shown = masked(parse(secret.kind, secret.plain))
        if row.usable_at <= turn.now:
            usable.append(Destination(row.token, shown, row.kind))
        else:
            cooling.append(Destination(row.token, shown, row.kind, minute_of(row.usable_at, up=True)))
    return Saved(tuple(usable), tuple(cooling))


def shown_of(turn: Turn, token: str) -> str:
    """The destination behind the token, masked."""
    secret = secrets.open_secret(turn.conn, turn.keyring, token)
    return masked(parse(secret.kind, secret.plain))


def usable_from(turn: Turn, token: str) -> datetime | None:
    """From when on the member's money can go there; None where it is no destination of theirs (any more)."""
    found: datetime | None = turn.conn.execute(_OF, {"token": token, "member": turn.member_id}).scalar_one_or_none()
    return found


def check_destination(turn: Turn, effect: CheckDestination, key: str) -> Event | None:
    """Whether our provider can pay to it: narrower than what UPI allows. Nothing is ever "fixed"."""
    secret = secrets.open_secret(turn.conn, turn.keyring, effect.token)
    return _taken(turn, effect.token, secret, effect.token)


def join_account(turn: Turn, effect: JoinAccount, key: str) -> Event | None:
    """The account's number was sealed by itself: with its IFSC and name it becomes one secret, and goes."""
    try:
        number = secrets.open_secret(turn.conn, turn.keyring, effect.account).plain
        account = bank_account(number, effect.ifsc, effect.holder)
    except (NoResultFound, BadDestination):  # the number was given a day ago and more: erased
        return DestinationRefused("bank")
    secrets.forget(turn, effect.account)
    token = secrets.put(turn, "bank", plain_of(account), account.number[-4:])
    return _taken(turn, token, secrets.Secret("bank", plain_of(account)), effect.account)


def forget_destination(turn: Turn, effect: ForgetDestination, key: str) -> Event | None:
    if usable_from(turn, effect.token) is None:
        return None
    secret = secrets.open_secret(turn.conn, turn.keyring, effect.token)
    for token in {effect.token, *(row.token for row in _kept(turn, secret))}:
        turn.conn.execute(_FORGET, {"token": token, "member": turn.member_id, "now": turn.now})
        turn.conn.execute(_ERASE, {"token": token})
    return None


def _taken(turn: Turn, token: str, secret: secrets.Secret, given: str) -> Event:
    """Save it, or find it saved already: typing a known one again neither doubles it nor makes it wait. Only for the owner of
    this very moment: one who has just sold the shop would leave a place of theirs in it."""
    memberships.lock(turn.conn, turn.member_id)
    authority.owner(turn)
    known = _kept(turn, secret)
    if not known and (until := limits.count(turn, "destinations")) is not None:
        return DestinationRefused(secret.kind, minute_of(until, up=True))
    try:
        to = parse(secret.kind, secret.plain)
    except BadDestination:
        return DestinationRefused(secret.kind)
    if isinstance(to, Vpa) and not fits_razorpayx(to.address):
        return DestinationRefused(secret.kind)
    if known:
        if known[0].token != token:
            secrets.forget(turn, token)
        return _accepted(turn, known[0].token, masked(to), secret.kind, known[0].usable_at, given)
    usable_at, cool_off = turn.now, timedelta(hours=turn.programme.redeem.cool_off_hours)
    if turn.conn.execute(_EVER_PAID, {"member": turn.member_id, "since": turn.now - cool_off}).scalar_one():
        usable_at += cool_off
    new = {"token": token, "member": turn.member_id, "kind": secret.kind, "now": turn.now, "usable_at": usable_at}
    turn.conn.execute(_SAVE, new)
    return _accepted(turn, token, masked(to), secret.kind, usable_at, given)


def _kept(turn: Turn, secret: secrets.Secret) -> list[Any]:
    """The member's destinations that are the same as this one."""
    rows = turn.conn.execute(_KEPT, {"member": turn.member_id, "kind": secret.kind}).all()
    opened = ((row, secrets.open_secret(turn.conn, turn.keyring, row.token).plain) for row in rows)
    return [row for row, plain in opened if plain.casefold() == secret.plain.casefold()]


def _accepted(turn: Turn, token: str, shown: str, kind: str, usable_at: datetime, given: str) -> Event:
    waits = minute_of(usable_at, up=True) if usable_at > turn.now else ""
    return DestinationAccepted(token, shown, kind, waits, given if given != token else "")
