"""The PIN: set twice, proved once a redemption, counted, locked, reset; and found nowhere, not even sealed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import text

from base import pin as pins
from journal import inbox, record
from tests.handlers.redeeming import FIRST, ready, rules, say, second_phone
from tests.house import RAMESH, SUNITA, Home

PIN, WRONG = "7395", "8264"


def secured(home: Home, **how: Any) -> None:
    ready(home)
    rules(home, **{"pin": "always", **how})


def with_pin(home: Home, **how: Any) -> None:
    secured(home, **how)
    assert say(home, "redeem 100", FIRST, "yes", PIN, PIN) == "redeem.on_its_way"


def asked(home: Home) -> str:
    return say(home, "redeem 100", "yes", "yes")


def payouts(home: Home) -> int:
    return home.count("SELECT count(*) FROM payouts")


def test_a_pin_is_typed_twice_and_then_asked_for_each_time(at_home: Home) -> None:
    secured(at_home)
    assert say(at_home, "redeem 100", FIRST, "yes") == "pin.choose"
    assert say(at_home, PIN) == "pin.repeat"
    assert payouts(at_home) == 0
    say(at_home, PIN)
    assert at_home.told()[-2:] == ["pin.set", "redeem.on_its_way"]
    assert asked(at_home) == "pin.ask"
    assert payouts(at_home) == 1
    assert say(at_home, PIN) == "redeem.on_its_way"
    assert payouts(at_home) == 2


@pytest.mark.parametrize(("how", "points", "key"), [
    ({"pin": "off"}, "900", "redeem.on_its_way"), ({"pin": "above", "pin_above_paise": 20_000}, "200", "redeem.on_its_way"),
    ({"pin": "above", "pin_above_paise": 20_000}, "201", "pin.choose"), ({"pin": "always"}, "50", "pin.choose"),
])  # fmt: skip
def test_the_programme_says_when_it_is_asked_for(at_home: Home, how: dict[str, Any], points: str, key: str) -> None:
    secured(at_home, **how)
    assert say(at_home, f"redeem {points}", FIRST, "yes") == key


@pytest.mark.parametrize(("typed", "key"), [
    ("1234", "pin.easy.sequence"), ("0000", "pin.easy.repeated"), ("5678", "pin.easy.sequence"), ("411001", "pin.easy.area"),
    ("123", "pin.malformed"), ("1234567", "pin.malformed"), ("my pin", "pin.malformed"), ("७३९५", "pin.repeat"),
    ("9812", "pin.easy.phone"), ("back", "redeem.confirm"), ("234123412346", "pin.malformed"),
    ("ramesh@okaxis", "pin.malformed"),
])  # fmt: skip
def test_what_is_no_good_pin_is_told_kindly(at_home: Home, typed: str, key: str) -> None:
    secured(at_home)
    assert say(at_home, "redeem 100", FIRST, "yes", typed) == key
    assert at_home.count("SELECT count(*) FROM secrets WHERE kind = 'pin'") == 0


def test_two_that_differ_set_nothing(at_home: Home) -> None:
    secured(at_home)
    assert say(at_home, "redeem 100", FIRST, "yes", PIN, WRONG) == "pin.differs"
    assert at_home.count("SELECT count(*) FROM member_pins WHERE sealed IS NOT NULL") == 0
    assert say(at_home, WRONG, WRONG) == "redeem.on_its_way"
    assert asked(at_home) == "pin.ask"
    assert say(at_home, PIN) == "pin.wrong"


def test_wrong_tries_lock_for_a_day_and_the_right_pin_does_not_open_it(at_home: Home) -> None:
    with_pin(at_home)
    asked(at_home)
    for left in (4, 3, 2, 1):
        assert say(at_home, WRONG) == "pin.wrong"
        assert at_home.said()[-1].values["left"] == str(left)
    assert say(at_home, WRONG) == "pin.locked"
    assert "6 Jan, 10:00" in at_home.said()[-1].body
    assert asked(at_home) == "pin.locked", "neither does asking anew"
    at_home.forward(hours=23)
    assert asked(at_home) == "pin.locked"
    at_home.forward(hours=1)
    assert asked(at_home) == "pin.ask"
    assert say(at_home, PIN) == "redeem.on_its_way"
    assert payouts(at_home) == 2


def test_tries_are_counted_over_redemptions_and_phones_and_the_right_one_clears_them(at_home: Home) -> None:
    with_pin(at_home, pin_tries=3)
    at_home.enrol(SUNITA)
    second_phone(at_home)
    asked(at_home)
    say(at_home, WRONG, "cancel")
    asked(at_home)
    assert say(at_home, WRONG) == "pin.wrong"
    assert at_home.said()[-1].values["left"] == "1"
    assert say(at_home, PIN) == "redeem.on_its_way"
    asked(at_home)
    say(at_home, WRONG)
    assert at_home.said()[-1].values["left"] == "2"
    say(at_home, "redeem 100", "yes", "yes", WRONG, who=SUNITA)
    assert at_home.said(SUNITA)[-1].values["left"] == "1"
    assert say(at_home, WRONG, who=SUNITA) == "pin.locked"
    assert say(at_home, PIN) == "pin.locked", "the other phone is locked as well"


def test_a_pin_that_another_phone_set_meanwhile_stands(at_home: Home) -> None:
    secured(at_home)
    at_home.enrol(SUNITA)
    second_phone(at_home)
    say(at_home, "redeem 100", FIRST, "yes")
    say(at_home, "redeem 100", FIRST, "yes", WRONG, who=SUNITA)
    assert say(at_home, PIN, PIN) == "redeem.on_its_way"
    assert say(at_home, WRONG, who=SUNITA) == "pin.wrong"
    assert payouts(at_home) == 1


def test_a_pin_is_kept_nowhere_in_the_clear_nor_sealed_in_message_or_journal(at_home: Home) -> None:
    secured(at_home)
    typed = ("739518", "7395 18", "is 739518 ok?")
    say(at_home, "redeem 100", FIRST, "yes", *typed[:2])
    assert at_home.told()[-1] == "redeem.on_its_way"
    asked(at_home)
    say(at_home, "739519", typed[2], "739518")
    assert at_home.told()[-1] == "redeem.on_its_way"
    sealer = sealer_of(at_home)
    messages = [inbox.opened(sealer, row.key, row.sealed) for row in at_home.rows("SELECT key, sealed FROM inbox")]
    told = [message.body for message in at_home.said()]
    everything = json.dumps([messages, told, entries(at_home)], ensure_ascii=False, default=repr) + at_home.every_row()
    for secret in ("739518", "7395 18", "739519"):
        assert secret not in everything
    assert sum(message.get("text") == "▮▮▮▮" for message in messages) == 5
    assert at_home.count("SELECT count(*) FROM secrets WHERE kind = 'pin'") == 0


def test_a_pin_typed_where_none_is_asked_for_is_what_it_looks_like(at_home: Home) -> None:
    with_pin(at_home)
    assert say(at_home, "redeem", "739") == "redeem.offer.one"


def test_an_outdated_hash_is_renewed_when_the_pin_is_next_typed(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with_pin(at_home)
    member = at_home.rows("SELECT id, data_key FROM members")[0]
    sealer, place = at_home.house.keyring.unwrap(member.data_key, member.id), f"member_pins/{member.id}"
    old = Argon2id(salt=b"s" * 16, length=32, iterations=1, lanes=1, memory_cost=32).derive_phc_encoded(PIN.encode())
    at_home.change("UPDATE member_pins SET sealed = :sealed", sealed=sealer.seal(old.encode(), place))
    asked(at_home)
    assert say(at_home, PIN) == "redeem.on_its_way"
    now = sealer.open(at_home.rows("SELECT sealed FROM member_pins")[0].sealed, place).decode()
    assert now.startswith("$argon2id$v=19$m=64,t=1,p=1$") and pins.matches(PIN, now)


def test_a_turn_that_breaks_off_counts_no_try_and_keeps_the_message(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with_pin(at_home)
    asked(at_home)
    with monkeypatch.context() as patch:
        patch.setattr("handlers.redeem_pin._wrong", broken)
        at_home.write(WRONG)
    assert at_home.rows("SELECT wrong FROM member_pins") == [(0,)]
    say(at_home, "hello")
    assert "pin.wrong" in at_home.told()[-3:] or "news.parked" in at_home.told()[-3:]


def test_what_was_handled_cannot_be_overwritten(at_home: Home) -> None:
    at_home.enrol()
    before = at_home.rows("SELECT key, sealed FROM inbox ORDER BY id")
    with at_home.house.engine.begin() as conn:
        for row in before:
            assert conn.execute(text("SELECT inbox_overwrite(:key, 'x')"), {"key": row.key}).scalar_one() is False
    assert at_home.rows("SELECT key, sealed FROM inbox ORDER BY id") == before


def broken(*_: Any) -> None:
    raise RuntimeError("a fault of ours")


def sealer_of(home: Home) -> Any:
    row = home.rows("SELECT id, data_key FROM contacts WHERE address = :who", who=RAMESH)[0]
    return home.house.keyring.unwrap(row.data_key, row.id)


def entries(home: Home) -> list[str]:
    rows = home.rows("SELECT conversation_id, turn, sealed FROM journal ORDER BY turn")
    return [repr(e) for row in rows for e in record.read(sealer_of(home), row.conversation_id, row.turn, row.sealed)]
