"""Helpers: read, invited, removed, gone by themselves; a shop offered to a new owner; an invitation opened and accepted."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import text

from base.days import minute_of
from base.masking import mask_phone
from flows.helpers_events import (
    AcceptInvitation,
    HandoverRefused,
    HelperJoined,
    HelperLeft,
    HelperRemoved,
    HelpersFull,
    HelpersRead,
    HelperTold,
    InvitationAccepted,
    InvitationOpened,
    InvitationRefused,
    Invited,
    InviteHelper,
    LeaveShop,
    LeavingRefused,
    OfferShop,
    OpenInvitation,
    ReadHelpers,
    RemoveHelper,
    ShopLeft,
)
from flows.kernel import Event
from flows.redeem_events import PinAsked, PinLocked
from handlers import authority, ownership, redeem_pin, secrets
from handlers.people import notice
from handlers.turn import ELSEWHERE, Turn
from loyalty import invitations, memberships
from loyalty.invitations import Invitation

_SENDER = text("SELECT address FROM senders WHERE id = :id")
_NAMES = text("""
    SELECT c.id, c.address, i.id AS invitation, i.name FROM contacts c
    LEFT JOIN invitations i ON i.id = ANY(:invitations) AND i.accepted_by = c.id WHERE c.id = ANY(:contacts)""")


def read_helpers(turn: Turn, effect: ReadHelpers, key: str) -> Event | None:
    return HelpersRead(told(turn), len(invitations.open_ones(turn.conn, turn.member_id, turn.now)))


def told(turn: Turn) -> tuple[HelperTold, ...]:
    """The helpers of the shop, the longest first, as the owner calls them."""
    helpers = [one for one in memberships.of_member(turn.conn, turn.member_id) if one.role == "helper"]
    asked = {"contacts": [h.contact_id for h in helpers], "invitations": [h.invitation_id for h in helpers]}
    rows = {row.id: row for row in turn.conn.execute(_NAMES, asked)}
    return tuple(HelperTold(h.contact_id, _called(turn, turn.member_id, rows[h.contact_id])) for h in helpers)


def invite_helper(turn: Turn, effect: InviteHelper, key: str) -> Event | None:
    memberships.lock(turn.conn, turn.member_id)
    authority.owner(turn)
    helpers = sum(one.role == "helper" for one in memberships.of_member(turn.conn, turn.member_id))
    if helpers + len(invitations.open_ones(turn.conn, turn.member_id, turn.now)) >= memberships.HELPERS_MAX:
        return HelpersFull(memberships.HELPERS_MAX)
    return _invite(turn, "helper", effect.name, effect.scans_per_day or None, effect.sees_balance)


def offer_shop(turn: Turn, effect: OfferShop, key: str) -> Event | None:
    """An invitation to own the shop, for whoever knows its PIN; one that was made before leads nowhere any more."""
    memberships.lock(turn.conn, turn.member_id)
    authority.owner(turn)
    match redeem_pin.proved(turn, effect.pin):
        case None:
            invitations.withdraw(turn.conn, turn.member_id, turn.now, "owner")
            return _invite(turn, "owner", "", None, True)
        case PinAsked():
            return HandoverRefused("no_pin")
        case PinLocked():
            return HandoverRefused("locked")
        case _:
            return HandoverRefused("wrong")


def remove_helper(turn: Turn, effect: RemoveHelper, key: str) -> Event | None:
    """At once: a scan of theirs that is under way comes before, everything later finds no membership."""
    name = next((one.name for one in told(turn) if one.helper == effect.helper), "")
    if name and memberships.end(turn.conn, effect.helper, turn.member_id, turn.now):
        ring(turn, ownership.tell_removed(turn.conn, turn.keyring, effect.helper, turn.member_id, key, turn.now))
    return HelperRemoved(name or "•••")


def leave_shop(turn: Turn, effect: LeaveShop, key: str) -> Event | None:
    """At once, as a removal; with what is left they go on, their own shop first. The owner is told by the name they gave."""
    memberships.lock(turn.conn, effect.shop)
    acting = memberships.of_member(turn.conn, effect.shop)
    held = next((one for one in acting if one.contact_id == turn.person), None)
    if held is not None and held.role == "owner":
        return LeavingRefused("owner")
    if held is None or not memberships.end(turn.conn, turn.person, effect.shop, turn.now):
        return LeavingRefused("gone")
    row = turn.conn.execute(_NAMES, {"contacts": [held.contact_id], "invitations": [held.invitation_id]}).one()
    gone = HelperLeft(_called(turn, effect.shop, row))
    for owner in (one.contact_id for one in acting if one.role == "owner"):
        ring(turn, ownership.tell(turn.conn, turn.keyring, owner, held.programme_id, gone, f"{key}/left", turn.now))
    shop = ownership.shop_name(turn.conn, turn.keyring, effect.shop)
    mine = memberships.of_contact(turn.conn, turn.person, held.programme_id)
    turn.shops = len(mine)
    turn.conversation.member_id = mine[0].member_id if mine else None
    if not mine:
        return ShopLeft(shop)
    onward = ownership.shop_name(turn.conn, turn.keyring, mine[0].member_id)
    return ShopLeft(shop, onward, mine[0].role, ownership.role_of(turn.conn, mine[0].member_id), mine[0].sees_balance)


def open_invitation(turn: Turn, effect: OpenInvitation, key: str) -> Event | None:
    """Whose shop it is, for whoever shows a code that is good. Wrong tries are counted, and told apart from nothing."""
    left = invitations.tried(turn.conn, "invitation", _trier(turn), turn.now)
    found = invitations.by_code(turn.conn, turn.keyring, effect.code, turn.conversation.programme_id) if left >= 0 else None
    if found is None or not found.is_open(turn.now):
        return InvitationRefused("unknown" if left >= 0 else "tries")
    invitations.forgive(turn.conn, "invitation", _trier(turn))
    if _is_theirs(turn, found):
        return InvitationRefused("yours")
    shop = ownership.shop_name(turn.conn, turn.keyring, found.member_id)
    agreed = turn.conversation.consented_at is not None
    return InvitationOpened(found.id, found.kind, shop, agreed) if agreed else InvitationOpened(
        found.id, found.kind, shop, False, notice(turn)
    )  # fmt: skip


def accept_invitation(turn: Turn, effect: AcceptInvitation, key: str) -> Event | None:
    """The first who accepts has it: the invitation's row is locked, and looked at once more."""
    if (member_id := invitations.member_of(turn.conn, effect.invitation)) is not None:
        memberships.lock(turn.conn, member_id)
    found = invitations.lock(turn.conn, effect.invitation)
    if found is None or not found.is_open(turn.now) or turn.conversation.consented_at is None:
        return InvitationRefused("unknown")
    contact = turn.person
    if _is_theirs(turn, found):
        return InvitationRefused("yours")
    invitations.accept(turn.conn, found.id, contact, turn.now)
    shop = ownership.shop_name(turn.conn, turn.keyring, found.member_id)
    if found.kind == "owner":
        ring(turn, ownership.hand_over(
            turn.conn, turn.keyring, found.member_id, contact, effect.name, by="handover", key=key, now=turn.now
        ))  # fmt: skip
    else:
        memberships.begin(
            turn.conn, contact, found.member_id, found.programme_id, "helper", turn.now, scans_per_day=found.scans_per_day,
            sees_balance=found.sees_balance, invitation_id=found.id,
        )  # fmt: skip
        _tell_owner(turn, found, key)
    turn.conversation.member_id = found.member_id
    role = ownership.role_of(turn.conn, found.member_id)
    return InvitationAccepted(found.kind, shop, role, found.sees_balance or found.kind == "owner")


def _is_theirs(turn: Turn, found: Invitation) -> bool:
    """Whether they act for the shop already. A helper may become its owner."""
    mine = [one.role for one in memberships.of_member(turn.conn, found.member_id) if one.contact_id == turn.person]
    return "owner" in mine or (bool(mine) and found.kind == "helper")


def ring(turn: Turn, conversations: list[str]) -> None:
    """Have these looked at as soon as this turn is committed."""
    turn.tasks += [(ELSEWHERE, conversation) for conversation in conversations]


def _invite(turn: Turn, kind: str, name: str, scans_per_day: int | None, sees_balance: bool) -> Invited:
    invitation = turn.ids.new("inv")
    sealed = secrets.member_sealer(turn).seal(name.encode(), f"invitations/{invitation}") if name else None
    code, until = invitations.put(
        turn.conn, turn.keyring, invitation, programme_id=turn.conversation.programme_id, member_id=turn.member_id, kind=kind,
        name=sealed, scans_per_day=scans_per_day, sees_balance=sees_balance, by=turn.person, now=turn.now,
    )  # fmt: skip
    return told_code(code, turn.conn.execute(_SENDER, {"id": turn.conversation.sender_id}).scalar_one(), until)


def told_code(code: str, sender: str, until: datetime) -> Invited:
    """The code as people copy it, and the link that opens WhatsApp with the ready text."""
    shown = f"{code[:4]}-{code[4:]}"
    number = sender.removeprefix("whatsapp:").lstrip("+")
    return Invited(shown, f"https://wa.me/{number}?text={quote(f'JOIN {shown}')}", minute_of(until))


def _tell_owner(turn: Turn, accepted: Invitation, key: str) -> None:
    owner = next((one for one in memberships.of_member(turn.conn, accepted.member_id) if one.role == "owner"), None)
    if owner is None:
        return
    name = _name_in(turn, accepted.member_id, accepted.id, accepted.name) or mask_phone(turn.conversation.address)
    ring(turn, ownership.tell(
        turn.conn, turn.keyring, owner.contact_id, accepted.programme_id, HelperJoined(name), f"{key}/joined", turn.now
    ))  # fmt: skip


def _called(turn: Turn, member_id: str, row: object) -> str:
    named = _name_in(turn, member_id, row.invitation, row.name) if row.name is not None else ""  # type: ignore[attr-defined]  # a row
    return named or mask_phone(row.address)  # type: ignore[attr-defined]  # a row


def _name_in(turn: Turn, member_id: str, invitation_id: str, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    return ownership.sealer(turn.conn, turn.keyring, member_id).open(sealed, f"invitations/{invitation_id}").decode()


def _trier(turn: Turn) -> str:
    return f"contact/{turn.person}"


