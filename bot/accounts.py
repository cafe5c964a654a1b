"""What our people do with whole accounts: merge two, transfer a shop, move a number. Two different people for each of them,
one transaction that locks the members first, and the audit of what was and what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base import audit
from base.staff import Staff
from bot.wiring import House
from flows.helpers_events import AccountsMerged, ShopTakenOver
from flows.move_events import NumberMovedHere
from handlers import ownership
from ledger import chart
from ledger.balance import balance
from ledger.transfers import Transferred, transfer
from loyalty import memberships, merge
from loyalty.programme_rows import current

GOOD_FOR = timedelta(hours=72)  # within which the second colleague agrees
_OPEN = text("""
    SELECT id, asked_by FROM account_orders
    WHERE kind = :kind AND member_id = :member AND object = :object AND done_at IS NULL AND expires_at > :now
      AND NOT EXISTS (SELECT FROM account_changes h WHERE h.member_id IN (:member, :object) AND h.at >= asked_at)
    ORDER BY id LIMIT 1 FOR UPDATE""")
_ASK = text("""
    INSERT INTO account_orders (id, kind, programme_id, member_id, object, reason, asked_by, asked_at, expires_at)
    VALUES (:id, :kind, :programme, :member, :object, :reason, :by, :now, :expires_at)""")
_WAITING = text("""
    SELECT kind, object, asked_by, asked_at, reason FROM account_orders
    WHERE (member_id = :member OR object = :member) AND done_at IS NULL AND expires_at > :now ORDER BY id""")
_DONE = text("UPDATE account_orders SET done_by = :by, done_at = :now WHERE id = :id")
_LEFT = text("""
    SELECT account, sum(remaining)::bigint AS points FROM lots
    WHERE account = ANY(:accounts) AND remaining > 0 AND (expires_at IS NULL OR expires_at > :now) GROUP BY account""")


class CannotDo(Exception):
    """Why not, and what can be done, in one line. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Order:
    """kind: merge | transfer | move. `object`: a member (merge) or a contact."""

    kind: str
    programme_id: str
    member_id: str
    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """`done`: False, a colleague must agree first. `told`: conversations that have something new."""

    done: bool
    told: tuple[str, ...] = ()


def give(house: House, conn: Connection, order: Order, by: Staff) -> Done:
    """Ask for it, or agree to what a colleague has asked for, and do it. Raises CannotDo."""
    members = [order.member_id, order.object] if order.kind == "merge" else [order.member_id]
    memberships.lock(conn, *members)
    now = house.clock.now(conn)
    _check(conn, order, now)
    row = {"kind": order.kind, "member": order.member_id, "object": order.object, "now": now}
    asked = conn.execute(_OPEN, row).one_or_none()
    if asked is None:
        given = row | {"id": house.ids.new("ord"), "programme": order.programme_id, "reason": order.reason, "by": by.name}
        conn.execute(_ASK, given | {"expires_at": now + GOOD_FOR})
        audit.write(
            conn, actor=by.name, act=f"account.ask_{order.kind}", subject=order.member_id, at=now,
            after={"object": order.object}, reason=order.reason,
        )  # fmt: skip
        return Done(False)
    if asked.asked_by == by.name:
        raise CannotDo(f"{by.name} has asked for this; a colleague must agree, with the same command and their own --as")
    before = state(conn, order, now)
    conn.execute(_DONE, {"id": asked.id, "by": by.name, "now": now})
    told = _DO[order.kind](house, conn, order, by.name, f"order-{asked.id}", now)
    audit.write(
        conn, actor=by.name, act=f"account.{order.kind}", subject=order.member_id, at=now, before=before,
        after=state(conn, order, now) | {"asked_by": asked.asked_by}, reason=order.reason,
    )  # fmt: skip
    return Done(True, tuple(told))


def state(conn: Connection, order: Order, now: datetime) -> dict[str, Any]:
    """Who acts for the members of an order, and what they have: for the audit."""
    members = [order.member_id, order.object] if order.kind == "merge" else [order.member_id]
    return {member: _one(conn, order.programme_id, member, now) for member in members}


def waiting(conn: Connection, member_id: str, now: datetime) -> list[dict[str, Any]]:
    """Orders about the member that a second colleague has not agreed to yet."""
    return [dict(row._mapping) for row in conn.execute(_WAITING, {"member": member_id, "now": now})]


def left_over(house: House) -> int:
    """Points that came back to a member after it was merged (a payout that failed) go where the others went; how many
    members had some."""
    with house.engine.begin() as conn:
        now, merges = house.clock.now(conn), merge.all_merges(conn)
        programmes = _programmes(conn, [one for pair in merges for one in pair])
        accounts = {chart.available(programmes[from_id], from_id): (from_id, into_id) for from_id, into_id in merges}
        rows = conn.execute(_LEFT, {"accounts": list(accounts), "now": now}).all()
        for row in sorted(rows, key=lambda row: str(row.account)):
            from_id, into_id = accounts[row.account]
            memberships.lock(conn, from_id, into_id)
            _bring_over(conn, programmes[from_id], from_id, into_id, f"merge/{from_id}/{now.isoformat()}", now)
    return len(rows)


def _check(conn: Connection, order: Order, now: datetime) -> None:
    if merge.into(conn, order.member_id) is not None:
        raise CannotDo(f"{order.member_id} was merged into {merge.into(conn, order.member_id)}; nobody acts for it any more")
    if order.kind != "merge":
        return
    if order.member_id == order.object:
        raise CannotDo("these are one account already")
    if merge.into(conn, order.object) is not None:
        raise CannotDo(f"{order.object} was merged into {merge.into(conn, order.object)}: name that one")
    if (owed := balance(conn, order.programme_id, order.member_id, now).owed) > 0:
        raise CannotDo(f"{order.member_id} owes {owed} points; settle that by hand first, or they would be lost")


def _merge(house: House, conn: Connection, order: Order, by: str, key: str, now: datetime) -> list[str]:
    merge.merge(conn, order.member_id, order.object, by, now)
    points = _bring_over(conn, order.programme_id, order.member_id, order.object, f"merge/{key}", now)
    told: list[str] = []
    for one in memberships.of_member(conn, order.object):
        if one.role == "owner":
            event = AccountsMerged(points)
            told += ownership.tell(conn, house.keyring, one.contact_id, order.programme_id, event, f"{key}/merged", now)
    return told


def _bring_over(conn: Connection, programme_id: str, from_id: str, into_id: str, key: str, now: datetime) -> int:
    """All the points that the one has free, with the expiry they have; what is held stays for its payout."""
    points = balance(conn, programme_id, from_id, now).available
    if points:
        moved = transfer(
            conn, key=key, programme_id=programme_id, member_id=from_id, to=into_id, points=points, happened_at=now,
            recorded_at=now, facts={"merged": from_id, "into": into_id},
        )  # fmt: skip
        assert isinstance(moved, Transferred), moved  # both members' rows are ours
    return points


def _transfer(house: House, conn: Connection, order: Order, by: str, key: str, now: datetime) -> list[str]:
    told = ownership.hand_over(conn, house.keyring, order.member_id, order.object, "", by=by, key=key, now=now)
    event = ShopTakenOver(ownership.shop_name(conn, house.keyring, order.member_id))
    return told + ownership.tell(conn, house.keyring, order.object, order.programme_id, event, f"{key}/taken", now)


def _move(house: House, conn: Connection, order: Order, by: str, key: str, now: datetime) -> list[str]:
    cool_off = timedelta(hours=current(conn, order.programme_id).programme.redeem.cool_off_hours)
    told = ownership.move(conn, house.keyring, order.member_id, order.object, by=by, key=key, now=now, cool_off=cool_off)
    event = NumberMovedHere(ownership.shop_name(conn, house.keyring, order.member_id))
    return told + ownership.tell(conn, house.keyring, order.object, order.programme_id, event, f"{key}/here", now)


def _one(conn: Connection, programme_id: str, member_id: str, now: datetime) -> Mapping[str, Any]:
    has = balance(conn, programme_id, member_id, now)
    acts = {one.contact_id: one.role for one in memberships.of_member(conn, member_id)}
    return {"acting": acts, "available": has.available, "held": has.held}


def _programmes(conn: Connection, members: list[str]) -> dict[str, str]:
    rows = conn.execute(text("SELECT id, programme_id FROM members WHERE id = ANY(:ids)"), {"ids": members})
    return {row.id: row.programme_id for row in rows}


_DO = {"merge": _merge, "transfer": _transfer, "move": _move}
