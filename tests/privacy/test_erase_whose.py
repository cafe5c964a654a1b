"""Whose data go with a person: everything of theirs, by whichever address, and nothing of anybody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import erase, erase_retain, retention_store
from handlers import ownership
from loyalty import memberships, merge
from tests.cli.shop import CommandLine
from tests.handlers.redeeming import ready, say
from tests.house import RAMESH, SUNITA, Home
from tests.privacy.test_erase import books

UID = "IN.4566546130240823"
HIDDEN = f"whatsapp:{UID}"
BY_ADMIN = ("--reason", "order of a court", "--as", "asha")


def asks(home: Home, who: str = RAMESH, **more: str) -> None:
    for words, button in (("delete my data", ""), ("", "erase"), ("DELETE", "")):
        home.write(words, who, **more, **({"ButtonPayload": button, "ButtonText": "Yes, delete"} if button else {}))
    assert home.told(who)[-1] == "my_data.scheduled"


def due(home: Home) -> int:
    home.forward(days=7, minutes=1)
    return erase.run_due(home.house)


def hand_over(home: Home, seller: str, to: str) -> None:
    """The seller's shop, by two of our people."""
    member: str = home.conversation(seller).member_id
    with home.house.engine.begin() as conn:
        memberships.lock(conn, member)
        contact = home.conversation(to).contact_id
        ownership.hand_over(conn, home.house.keyring, member, contact, "Other", by="meera", key="k", now=home.at)


def living(home: Home) -> int:
    return home.count("SELECT count(*) FROM members WHERE data_key IS NOT NULL")


def test_an_account_that_was_merged_into_theirs_goes_too(at_home: Home) -> None:
    for who in (RAMESH, SUNITA):
        ready(at_home, 1, who)
    first, second = (at_home.conversation(who).member_id for who in (RAMESH, SUNITA))
    with at_home.house.engine.begin() as conn:
        memberships.lock(conn, first, second)
        merge.merge(conn, first, second, "meera", at_home.at)
    asks(at_home, RAMESH)
    assert due(at_home) == 1 and living(at_home) == 2, "there is an owner besides"
    asks(at_home, SUNITA)
    assert due(at_home) == 1
    assert living(at_home) == 0 and books(at_home) == []


def test_of_one_known_by_number_and_by_id_both_go_and_either_is_a_stranger_again(at_home: Home) -> None:
    ready(at_home, 1)
    at_home.write("hi", HIDDEN, WaId="")
    at_home.write("balance", RAMESH, ExternalUserId=UID)  # they are one
    asks(at_home, RAMESH, ExternalUserId=UID)
    assert due(at_home) == 1
    assert at_home.count("SELECT count(*) FROM contacts WHERE data_key IS NOT NULL OR external_user_id IS NOT NULL") == 0
    assert at_home.post(at_home.form("hi again", HIDDEN, WaId="")).status_code == 200
    assert at_home.post(at_home.form("hi again", RAMESH)).status_code == 200


def test_an_address_that_they_had_before_is_forgotten_too(at_home: Home) -> None:
    ready(at_home, 1)
    at_home.write("balance", RAMESH, ExternalUserId=UID)
    at_home.write("balance", HIDDEN, WaId="")  # hides the number since
    asks(at_home, HIDDEN, WaId="")
    assert due(at_home) == 1
    assert at_home.count("SELECT count(*) FROM contact_addresses") == 0
    assert at_home.post(at_home.form("hi again", RAMESH)).status_code == 200


def test_where_an_account_is_paid_to_stays_when_its_old_number_goes(at_home: Home) -> None:
    ready(at_home)
    assert say(at_home, "redeem 100", "ramesh@okaxis", "yes") == "redeem.on_its_way"
    at_home.write("hello", SUNITA)
    with at_home.house.engine.begin() as conn:
        member, to = at_home.conversation(RAMESH).member_id, at_home.conversation(SUNITA).contact_id
        memberships.lock(conn, member)
        ownership.move(
            conn, at_home.house.keyring, member, to, by="meera", key="k", now=at_home.at, cool_off=timedelta(hours=24)
        )  # fmt: skip
    asks(at_home, RAMESH)
    assert due(at_home) == 1
    assert at_home.count("SELECT count(*) FROM secrets") == 1 and living(at_home) == 1


@pytest.fixture
def helped(at_home: Home) -> Home:
    """Sunita helped in Ramesh's shop, and sent two bills for it: one is credited, one still looked at."""
    ready(at_home, 1)
    ready(at_home, 1, SUNITA)
    shop, helper = at_home.conversation(RAMESH).member_id, at_home.conversation(SUNITA)
    at_home.change("UPDATE conversations SET member_id = :m WHERE id = :id", m=shop, id=helper.id)
    at_home.change("UPDATE memberships SET member_id = :m, role = 'helper' WHERE contact_id = :c", m=shop, c=helper.contact_id)
    (key,) = at_home.rows("SELECT data_key FROM contacts WHERE id = :id", id=helper.contact_id)
    sealer = at_home.house.keyring.unwrap(key.data_key, helper.contact_id)
    for name, state in (("a", "review"), ("b", "credited")):
        at_home.house.media.put(f"media/00/med_{name}", sealer.seal(b"a picture", f"media/med_{name}"))
        given: dict[str, Any] = {
            "med": f"med_{name}", "clm": f"clm_{name}", "v": helper.id, "c": helper.contact_id, "at": at_home.at, "m": shop,
            "state": state, "credited": state == "credited", "sealed": sealer.seal(b"{}", f"claims/clm_{name}"),
        }  # fmt: skip
        at_home.change(
            """WITH kept AS (
                 INSERT INTO media (id, conversation_id, contact_id, message_sid, position, url, declared_type, stored_as,
                                    stored_at, created_at)
                 VALUES (:med, :v, :c, :med, 0, '', 'image/jpeg', 'media/00/' || :med, :at, :at))
               INSERT INTO claims (id, programme_id, conversation_id, contact_id, member_id, media, state, sealed, doc_type,
                                   fingerprints, problems, asks, created_at, promised_at, posting_id, points)
               VALUES (:clm, 'roshni', :v, :c, :m, ARRAY[:med], :state, :sealed, 'invoice', '{}', '{}', 0, :at, :at,
                       CASE WHEN :credited THEN (SELECT min(id) FROM postings) END, CASE WHEN :credited THEN 1 END)""",
            **given,
        )
    return at_home


def test_a_helpers_bill_for_the_shop_is_decided_first_and_the_evidence_of_others_is_kept(helped: Home) -> None:
    asks(helped, SUNITA)
    assert due(helped) == 0
    assert helped.rows("SELECT waits_for, done_at FROM erasures") == [("bills", None)]
    done = "UPDATE claims SET state = 'refused', reason = 'other', decided_at = :at WHERE state = 'review'"
    helped.change(done, at=helped.at)
    assert erase.run_due(helped.house) == 1
    kept = helped.rows("SELECT kind, subject FROM retained ORDER BY kind")
    assert kept == [("bill", "clm_b"), ("bill_photo", "med_b")]


def test_at_once_says_that_it_waits_for_bills(helped: Home) -> None:
    office = CommandLine(helped.house)
    office("staff", "add", "asha", "--role", "admin")
    told = office("privacy", "erase", "+919898989898", "--now", *BY_ADMIN)
    assert told.exit_code == 0 and "bills that are not decided yet" in told.stdout and "payouts" not in told.stdout
    assert office.data("privacy", "erasures", "--as", "asha")["erasures"][0]["waits_for"] == "bills"
    assert "waits for bills" in office("privacy", "erasures", "--as", "asha").stdout


@pytest.mark.parametrize(("seller", "buyer"), [(RAMESH, SUNITA), (SUNITA, RAMESH)])
def test_a_shop_that_changes_hands_at_the_last_moment_is_left_to_the_next_round(
    at_home: Home, monkeypatch: pytest.MonkeyPatch, seller: str, buyer: str
) -> None:
    """Ramesh goes: as the seller of what was to be erased with him, or as the buyer of what nobody has looked at yet."""
    ready(at_home, 1, seller)
    at_home.enrol(buyer)
    asks(at_home, RAMESH)
    others = erase_retain.others

    def sold_meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(erase_retain, "others", others)
        hand_over(at_home, seller, buyer)
        return others(*given)

    monkeypatch.setattr(erase_retain, "others", sold_meanwhile)
    assert due(at_home) == 0
    assert living(at_home) == 2 and at_home.rows("SELECT waits_for FROM erasures") == [(None,)]
    assert erase.run_due(at_home.house) == 1
    assert living(at_home) == (2 if buyer == SUNITA else 0)


@pytest.mark.parametrize("fault", [OSError("the store is down"), AssertionError("we were wrong"), KeyError("id")])
def test_a_fault_of_one_holds_up_nobody_else_and_is_tried_again(
    at_home: Home, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    ready(at_home, 1)
    at_home.enrol(SUNITA)
    asks(at_home, RAMESH)
    asks(at_home, SUNITA)
    ramesh, retain = at_home.conversation(RAMESH).member_id, erase_retain.retain

    def down(house: Any, member: str, *more: str) -> None:
        if member == ramesh:
            raise fault
        retain(house, member, *more)

    with monkeypatch.context() as patch:
        patch.setattr(erase_retain, "retain", down)
        assert due(at_home) == 1
    office = CommandLine(at_home.house)
    office("staff", "add", "asha", "--role", "admin")
    rows = office.data("privacy", "erasures", "--as", "asha")["erasures"]
    assert sorted(str(row["waits_for"]) for row in rows) == ["None", "fault"]
    assert "waits after a fault" in office("privacy", "erasures", "--as", "asha").stdout
    assert erase.run_due(at_home.house) == 1
    assert at_home.count("SELECT count(*) FROM erasures WHERE done_at IS NULL OR waits_for IS NOT NULL") == 0


def test_as_many_as_a_round_takes_may_fail_and_the_next_one_still_has_its_turn(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(at_home, 1)
    at_home.enrol(SUNITA)
    asks(at_home, RAMESH)
    at_home.forward(minutes=1)
    asks(at_home, SUNITA)
    ramesh, retain = at_home.conversation(RAMESH).member_id, erase_retain.retain
    monkeypatch.setattr(erase, "ERASURES_MAX", 1)
    monkeypatch.setattr(
        erase_retain, "retain", lambda house, member, *more: [1 / 0] if member == ramesh else retain(house, member, *more)
    )  # fmt: skip
    assert [due(at_home), erase.run_due(at_home.house), erase.run_due(at_home.house)] == [0, 1, 0]
    assert living(at_home) == 1


def test_a_store_that_does_not_delete_leaves_the_rest_erased(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(at_home, 1)
    asks(at_home)

    def down(*_: object) -> None:
        raise OSError("the store is down")

    monkeypatch.setattr(retention_store, "forget_erased", down)
    assert due(at_home) == 1
    assert at_home.rows("SELECT waits_for, done_at IS NULL FROM erasures") == [(None, False)]
