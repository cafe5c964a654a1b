"""A member with points, and a programme that can be changed, for the tests of redeeming."""

from __future__ import annotations

from typing import Any

from loyalty.kyc_rules import Kyc, KycRule
from loyalty.programme_rows import current, publish
from tests.house import RAMESH, SUNITA, Home

FIRST, SECOND = "ramesh@okaxis", "suresh@ybl"


def rules(home: Home, **redeem: Any) -> None:
    """The sample programme, with these fields of [redeem] changed."""
    with home.house.engine.begin() as conn:
        programme = current(conn, "roshni").programme
        publish(conn, programme.model_copy(update={"redeem": programme.redeem.model_copy(update=redeem)}), home.at)


def knowing(home: Home, *rules: KycRule, **more: Any) -> None:
    """The sample programme with these rules of [kyc] and no others: with none, nobody is asked who they are."""
    with home.house.engine.begin() as conn:
        programme = current(conn, "roshni").programme
        publish(conn, programme.model_copy(update={"kyc": Kyc(rules=rules, **more)}), home.at)


def ready(home: Home, coupons: int = 10, who: str = RAMESH) -> None:
    """Enrolled, with 100 points for each coupon."""
    home.enrol(who)
    for code in home.codes(coupons):
        home.write(code, who)


def second_phone(home: Home, who: str = SUNITA) -> None:
    """From now on this phone, which has enrolled, acts as another owner's of Ramesh's account."""
    home.change(
        """INSERT INTO memberships (contact_id, member_id, programme_id, role, since)
           SELECT k.id, m.member_id, m.programme_id, 'owner', m.since FROM memberships m
           JOIN contacts c ON c.id = m.contact_id AND c.address = :first, contacts k WHERE k.address = :who""",
        first=RAMESH, who=who,
    )  # fmt: skip
    home.change(
        """UPDATE conversations SET member_id = (SELECT v.member_id FROM conversations v JOIN contacts c ON c.id = v.contact_id
           WHERE c.address = :first) WHERE contact_id = (SELECT id FROM contacts WHERE address = :who)""",
        first=RAMESH, who=who,
    )  # fmt: skip


def say(home: Home, *words: str, who: str = RAMESH) -> str:
    """What was told last, as a text key."""
    for each in words:
        home.write(each, who)
    return home.told(who)[-1]
