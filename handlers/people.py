"""Who the person is: language, consents, enrolment, shop, mobile."""

from __future__ import annotations

import json

from sqlalchemy import text

from flows.effects import Enrol, RecordConsent, SaveMobile, SaveShop, SetLanguage
from flows.events import Enrolled
from flows.kernel import Event
from flows.session import Notice
from handlers.turn import Turn

_CONSENT = text("""
    INSERT INTO consents (contact_id, programme_id, kind, given, version, locale, message_sid, at)
    VALUES (:contact, :programme, :kind, :given, :version, :locale, :sid, :now)""")
# What they said from an address that was found to be theirs later: from there nobody can take it back any more.
_AGAIN = {
    kind: text(f"""
        UPDATE conversations v SET {field} = NULL FROM contacts k
        WHERE k.merged_into = :contact AND v.contact_id = k.id AND v.sender_id = :sender AND v.{field} IS NOT NULL""")
    for kind, field in (("messages", "stopped_at"), ("marketing", "marketing_stopped_at"))
}
_MEMBER = text("""
    INSERT INTO members (id, programme_id, role, pin_code, state, data_key, details, shop_known, mobile_known, created_at)
    VALUES (:id, :programme, :role, :pin_code, :state, :key, :details, false, :mobile_known, :now)""")
_MEMBERSHIP = text("""
    INSERT INTO memberships (contact_id, member_id, programme_id, role, since)
    VALUES (:contact, :member, :programme, 'owner', :now)""")
_DETAILS = text("SELECT data_key, details FROM members WHERE id = :id FOR UPDATE")
_SAVE = text("""
    UPDATE members SET details = :details, shop_known = shop_known OR :shop, mobile_known = mobile_known OR :mobile
    WHERE id = :id""")


def set_language(turn: Turn, effect: SetLanguage, key: str) -> Event | None:
    turn.conversation.locale = effect.locale
    return None


def record_consent(turn: Turn, effect: RecordConsent, key: str) -> Event | None:
    """Keep the evidence, and what follows from it on the conversation."""
    conversation = turn.conversation
    turn.conn.execute(_CONSENT, {
        "contact": conversation.contact_id, "programme": conversation.programme_id, "kind": effect.kind,
        "given": effect.given, "version": effect.version, "locale": effect.locale, "sid": turn.event_key,
        "now": turn.now,
    })  # fmt: skip
    match effect.kind:
        case "notice":
            conversation.consented_at = turn.now if effect.given else None
        case "messages":
            conversation.stopped_at = None if effect.given else turn.now
        case "marketing":
            conversation.marketing_stopped_at = None if effect.given else turn.now
        case other:
            raise ValueError(f"no consent is called {other}")
    if effect.given and effect.kind in _AGAIN:
        turn.conn.execute(_AGAIN[effect.kind], {"contact": conversation.contact_id, "sender": conversation.sender_id})
    return None


def enrol(turn: Turn, effect: Enrol, key: str) -> Event | None:
    """Make the member and the contact its owner."""
    member = turn.ids.new("mbr")
    wrapped = turn.keyring.wrap_new(member)
    visible = phone_of(turn.conversation.address)
    details = {"name": effect.name, "shop": "", "mobile": visible}
    sealed = turn.keyring.unwrap(wrapped, member).seal(json.dumps(details).encode(), f"members/{member}")
    turn.conn.execute(_MEMBER, {
        "id": member, "programme": turn.conversation.programme_id, "role": effect.role, "pin_code": effect.pin_code,
        "state": effect.state, "key": wrapped, "details": sealed, "mobile_known": bool(visible), "now": turn.now,
    })  # fmt: skip
    turn.conn.execute(_MEMBERSHIP, {
        "contact": turn.conversation.contact_id, "member": member, "programme": turn.conversation.programme_id,
        "now": turn.now,
    })  # fmt: skip
    turn.conversation.member_id = member
    turn.shops += 1
    return Enrolled(effect.name, effect.role)


def notice(turn: Turn) -> Notice:
    """The notice that whoever is not a member yet agrees to."""
    told = turn.programme.notice
    return Notice(told.version, dict(told.links))


def save_shop(turn: Turn, effect: SaveShop, key: str) -> Event | None:
    _save(turn, "shop", effect.shop)
    return None


def save_mobile(turn: Turn, effect: SaveMobile, key: str) -> Event | None:
    _save(turn, "mobile", effect.mobile)
    return None


def phone_of(address: str) -> str:
    """The phone in a WhatsApp address; empty where the person hides it."""
    bare = address.removeprefix("whatsapp:")
    return bare if bare.startswith("+") and bare[1:].isdecimal() else ""


def _save(turn: Turn, field: str, value: str) -> None:
    member = turn.member_id
    row = turn.conn.execute(_DETAILS, {"id": member}).one()
    sealer = turn.keyring.unwrap(row.data_key, member)
    details = json.loads(sealer.open(row.details, f"members/{member}"))
    details[field] = value
    sealed = sealer.seal(json.dumps(details).encode(), f"members/{member}")
    turn.conn.execute(_SAVE, {"id": member, "details": sealed, "shop": field == "shop", "mobile": field == "mobile"})
