"""Whatever happens to accounts in whatever order: one owner where nothing was merged, one live membership of a kind, no point
lost or made, and nobody acts for what was merged away."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from handlers import ownership
from ledger import points
from ledger.balance import balance
from ledger.transfers import transfer
from ledger.verify import verify
from loyalty import memberships, merge
from tests.effort import EFFORT
from tests.handlers.several import MEENA, NEW, SONU, shop
from tests.house import RAMESH, SUNITA, Home

PEOPLE = (RAMESH, SUNITA, SONU, MEENA, NEW)
KEYS = count()
WHO, SHOP = st.integers(0, len(PEOPLE) - 1), st.integers(0, 1)
STEPS = st.lists(
    st.tuples(st.sampled_from(["help", "leave", "move", "sell", "merge", "scan"]), SHOP, WHO), min_size=1, max_size=12
)


def act(home: Home, conn: Connection, what: str, member: str, contact: str, other: str) -> None:
    now, keyring, key = home.at, home.house.keyring, f"step-{next(KEYS)}"
    memberships.lock(conn, member, other)
    gone = merge.into(conn, member) is not None
    acts = {one.contact_id: one.role for one in memberships.of_member(conn, member)}
    match what:
        case "help" if not gone and contact not in acts:
            memberships.begin(conn, contact, member, "roshni", "helper", now)
        case "leave" if acts.get(contact) == "helper":
            memberships.end(conn, contact, member, now)
        case "move" if not gone:
            ownership.move(conn, keyring, member, contact, by="pin", key=key, now=now, cool_off=timedelta(hours=24))
        case "sell" if not gone:
            ownership.hand_over(conn, keyring, member, contact, "Somebody", by="handover", key=key, now=now)
        case "merge" if not gone and merge.into(conn, other) is None:
            merge.merge(conn, member, other, "meera", now)
            if much := balance(conn, "roshni", member, now).available:
                transfer(conn, key=key, programme_id="roshni", member_id=member, to=other, points=much, happened_at=now,
                         recorded_at=now, facts={})  # fmt: skip
        case "scan":
            points.earn(conn, key=key, programme_id="roshni", member_id=other if gone else member, points=10, expires_at=None,
                        happened_at=now, recorded_at=now, facts={})  # fmt: skip


def holds(conn: Connection, home: Home, members: list[str], earned: int) -> None:
    merged = {member for member in members if merge.into(conn, member) is not None}
    for member in members:
        live = memberships.of_member(conn, member)
        assert len({one.contact_id for one in live}) == len(live)
        if member in merged:
            assert live == []
        elif not merged:
            assert sum(one.role == "owner" for one in live) == 1
        else:
            assert any(one.role == "owner" for one in live)
    seen = text("SELECT a.member_id FROM contacts c, LATERAL acting_as(c.id, 'roshni', NULL) a")
    assert merged.isdisjoint(conn.execute(seen).scalars())
    assert sum(balance(conn, "roshni", member, home.at).available for member in members) == earned
    assert verify(conn) == []


def test_any_history_of_two_shops_and_five_people_holds(at_home: Home) -> None:
    first = [shop(at_home, RAMESH, "One"), shop(at_home, SUNITA, "Two")]
    for who in (SONU, MEENA, NEW):
        at_home.write("hi", who)
    contacts = [at_home.conversation(who).contact_id for who in PEOPLE]

    @settings(max_examples=15 * EFFORT, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def law(steps: list[tuple[str, int, int]]) -> None:
        with at_home.house.engine.connect() as conn:  # rolled back: every example begins with the same two shops
            earned = 0
            for what, which, who in steps:
                earned += 10 * (what == "scan")
                act(at_home, conn, what, first[which], contacts[who], first[1 - which])
                at_home.at += timedelta(seconds=1)
            holds(conn, at_home, first, earned)

    law()
