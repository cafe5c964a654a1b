"""The payouts worker's job, and what the payouts package needs of the house: the vault, and how members are told."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import NoResultFound

from base.sealing import CannotOpen, Sealer
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.codec import to_json
from flows.kernel import Event
from handlers.secrets import open_secret
from journal import inbox
from loyalty import programme_rows
from payouts import steps
from payouts.approval import Limits
from payouts.destination import Destination, parse
from payouts.news import Tell

_DETAILS = text("SELECT details FROM members WHERE id = :id")
_MOVED = text("""
    SELECT v.id FROM payouts p
         JOIN account_changes h ON h.member_id = p.member_id AND h.kind = 'moved' AND h.at >= p.requested_at
         JOIN conversations v ON v.contact_id = h.to_contact AND v.programme_id = p.programme_id
    WHERE p.id = :payout ORDER BY h.id DESC, v.id LIMIT 1""")
_MEMBER_KEY = text("SELECT data_key FROM members WHERE id = :id")


def pay(house: House, task: Task) -> Ended | Later:
    """Take the payout as far as it goes now; its own `next_at` says when to look again."""
    recorded = steps.pay(paying(house), str(task.payload["payout"]))
    return Ended(recorded.state) if recorded.next_at is None else Later(recorded.next_at)


def paying(house: House) -> steps.House:
    """What paying needs of the world."""
    return steps.House(
        house.engine, house.clock, house.payouts, HouseVault(house), tell(house), limits, house.rails, house.checker
    )


def limits(conn: Connection, programme_id: str) -> Limits:
    """Above which amounts the programme in force wants an approval."""
    redeem = programme_rows.current(conn, programme_id).programme.redeem
    return Limits(redeem.payout_approval_above_paise, redeem.payout_two_approvals_above_paise)


def tell(house: House) -> Tell:
    """Store the news in the conversation's inbox, in the transaction that settles; where the account has another number
    since, in the one that it has now: the old phone may be anybody's."""

    def put(conn: Connection, conversation_id: str, key: str, event: Event, now: datetime) -> object:
        moved = conn.execute(_MOVED, {"payout": getattr(event, "payout", "")}).scalar_one_or_none()
        conversation_id = moved or conversation_id
        return inbox.put_happening(conn, conversation_id, key, to_json(event), now, house.keyring)

    return put


class HouseVault:
    """Secrets and sealers out of the service's rows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def destination(self, conn: Connection, token: str) -> Destination | None:
        try:
            secret = open_secret(conn, self._house.keyring, token)
        except (CannotOpen, NoResultFound):  # erased: its key, or its row
            return None
        return parse(secret.kind, secret.plain)

    def names(self, conn: Connection, member_id: str) -> tuple[str, ...]:
        sealer = self.sealer(conn, member_id)
        sealed = conn.execute(_DETAILS, {"id": member_id}).scalar_one_or_none()
        if sealer is None or not sealed:
            return ()
        told = json.loads(sealer.open(sealed, f"members/{member_id}"))
        return tuple(name for name in (told.get("name"), told.get("shop")) if name)

    def sealer(self, conn: Connection, member_id: str) -> Sealer | None:
        wrapped = conn.execute(_MEMBER_KEY, {"id": member_id}).scalar_one_or_none()
        return None if wrapped is None else self._house.keyring.unwrap(wrapped, member_id)
