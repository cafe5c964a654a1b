"""A shop with its owner and people around it, for the tests of who may do what."""

from __future__ import annotations

import re

from bot import turn
from loyalty import memberships
from loyalty.memberships import Membership
from tests.handlers.redeeming import FIRST, rules
from tests.house import RAMESH, Home

SONU, MEENA, NEW = "whatsapp:+919811111111", "whatsapp:+919822222222", "whatsapp:+919833333333"
PIN = "4826"


def settle(home: Home) -> None:
    """Take every turn that waits, as the bells or the sweeper would have it."""
    waiting = "SELECT DISTINCT conversation_id AS id FROM inbox WHERE handled_at IS NULL AND parked_at IS NULL ORDER BY 1"
    for _ in range(10):
        if not (rows := home.rows(waiting)):
            return
        for row in rows:
            turn.run(home.house, row.id)
    raise AssertionError("there is always something new")


def say(home: Home, who: str, *words: str) -> str:
    """What they are told last, once everything has settled."""
    for each in words:
        home.write(each, who)
        settle(home)
    return home.told(who)[-1]


def shop(home: Home, who: str = RAMESH, name: str = "Gupta Electricals") -> str:
    """A retailer's shop; its member."""
    for words in ("hi", "I agree", "Ramesh Kumar", "Retailer", "411001", name):
        home.write(words, who)
    member: str = home.conversation(who).member_id
    return member


def invited(home: Home, *limits: str, owner: str = RAMESH) -> str:
    """The ready text that the owner has for a helper."""
    say(home, owner, "add helper", "Sonu", *(limits or ("all", "yes")))
    return ready_text(home, owner)


def ready_text(home: Home, owner: str = RAMESH) -> str:
    body = home.said(owner)[-1].body
    found = re.search(r"JOIN ([A-Z2-9]{4}-[A-Z2-9]{4})", body)
    assert found, body
    assert f"https://wa.me/14155238886?text=JOIN%20{found[1]}" in body
    return f"JOIN {found[1]}"


def helps(home: Home, *limits: str, who: str = SONU) -> str:
    """Somebody new becomes a helper; what they are told last."""
    return say(home, who, invited(home, *limits), "I agree", "yes")


def with_pin(home: Home, who: str = RAMESH) -> None:
    """The owner has points, a destination and a PIN."""
    rules(home, pin="always", least_points=100)
    for code in home.codes(10):
        home.write(code, who)
    for words in ("redeem 100", FIRST, "yes", PIN, PIN):
        say(home, who, words)
    assert home.count("SELECT count(*) FROM member_pins WHERE sealed IS NOT NULL") == 1


def live(home: Home, member: str) -> list[Membership]:
    with home.house.engine.connect() as conn:
        return memberships.of_member(conn, member)


def address_of(home: Home, contact: str) -> str:
    return str(home.rows("SELECT address FROM contacts WHERE id = :id", id=contact)[0].address)


def acting(home: Home, member: str) -> dict[str, str]:
    """Who acts for the member, by address."""
    return {address_of(home, one.contact_id): one.role for one in live(home, member)}


