"""Erasing: explained, confirmed twice, stoppable; then nothing names the person, and the books hold as before."""

from __future__ import annotations

import json
from itertools import chain

import pytest

from base.sealing import Keyring
from bot import chat_file, erase, retention, retention_store
from bot.erase_retain import opened, place
from bot.seal import seal
from flows.codec import to_json
from flows.events import PayoutReversed
from journal import inbox, stored
from ledger import points
from ledger.balance import balance, trial
from ledger.verify import verify
from ledger.verify_seals import verify_seals
from tests.cli.lived import Lived
from tests.handlers.redeeming import ready, say
from tests.house import RAMESH, SUNITA, Home
from tests.privacy.life import PHONE, PICTURE, PIN, PLANTED, VPA, member_of
from tests.privacy.planted import alone, every_cell, every_file, seen

LEFT = {**PLANTED, "phone": PHONE, "photo": PICTURE[100:160], "masked vpa": "ze•••@okaxis", "masked pan": "AB••••••4F"}


class Killed(BaseException):
    """As nobody can catch it."""


def asks(home: Home, who: str = RAMESH) -> None:
    assert say(home, "delete my data", who=who) in ("my_data.explain", "my_data.explain_open")
    home.write("", who, ButtonPayload="erase", ButtonText="Yes, delete")
    assert say(home, "DELETE", who=who) == "my_data.scheduled"


def due(home: Home) -> int:
    home.forward(days=7, minutes=1)
    return erase.run_due(home.house)


def books(home: Home) -> list[object]:
    with home.house.engine.connect() as conn:
        return [*verify(conn), *verify_seals(conn).differences]


def test_nothing_of_the_person_is_left_and_the_books_still_hold(life: Lived) -> None:
    home, member, conversation = life.home, member_of(life.home), life.home.conversation()
    seal(home.house)
    claim = home.rows("SELECT id FROM claims")[0].id
    asks(home)
    assert erase.run_due(home.house) == 0  # not before its day
    assert due(home) == 1
    places = list(chain(every_cell(home), every_file(home)))
    assert seen(LEFT, iter(places)) == []
    assert alone(PIN, iter(places)) == []
    assert [place for place, _ in places if place.startswith("file med_")] != []  # the bill's picture, under its own key
    row = home.rows("SELECT * FROM contacts")[0]
    assert (row.data_key, row.external_user_id, row.address) == (None, None, f"erased:{row.id}")
    assert home.rows("SELECT data_key, details, pin_code FROM members") == [(None, b"", "")]
    assert home.count("SELECT count(*) FROM secrets") == 0
    assert home.count("SELECT count(*) FROM journal WHERE length(sealed) > 0") == 0
    seal(home.house)
    assert books(home) == []
    with home.house.engine.connect() as conn:
        assert balance(conn, "roshni", member, home.at).available == 0
        assert sum(row.balance for row in trial(conn, "roshni") if row.unit == "PTS") == 0
        assert stored.conversation(conn, home.house.keyring, conversation.id) is None
    assert life("ledger", "verify").exit_code == 0
    assert "nobody has written" in life.refusal("member", "show", PHONE)
    assert "was erased" in life.refusal("journal", "show", conversation.id)
    assert "was erased" in life.refusal("claims", "show", claim)
    assert chat_file.page(home.house, [RAMESH], 0) == ""
    assert life.data("privacy", "erasures")["erasures"][0]["done_at"]
    for words in (("payouts", "show"), ("outbox", "list"), ("staff", "audit"), ("privacy", "report"), ("keys", "check")):
        assert life(*words).exit_code == 0


def test_what_comes_afterwards_from_that_phone_is_a_strangers(life: Lived) -> None:
    home, before = life.home, life.home.conversation()
    asks(home)
    assert due(home) == 1
    reversed_later = PayoutReversed("po_1", 100, 10_000, "ra•••@okaxis", 100)
    with home.house.engine.begin() as conn:  # the bank gives money back days later: there is nobody to tell
        assert not inbox.put_happening(conn, before.id, "po_1/reversed", to_json(reversed_later), home.at, home.house.keyring)
    home.write("balance")
    assert home.told() == ["enrol.consent"]
    assert home.conversation().id != before.id and home.conversation().member_id is None
    home.enrol()
    assert home.count("SELECT count(*) FROM members") == 2
    assert say(home, "balance") == "balance.none" or "balance" in home.told()[-1]
    after = home.rows("SELECT session, member_id, turn FROM conversations WHERE id = :id", id=before.id)[0]
    assert (after.session, after.member_id) == (None, None)
    assert home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0


def test_an_open_payout_is_waited_for_and_points_left_are_given_up(at_home: Home) -> None:
    ready(at_home)
    assert say(at_home, "redeem 100", VPA, "yes") == "redeem.on_its_way"
    at_home.write("delete my data")
    told = at_home.said()[-1]
    assert told.text_key == "my_data.explain_open" and "900" in told.body and "₹900" in told.body
    asks(at_home)
    assert due(at_home) == 0
    assert at_home.rows("SELECT waits_for, done_at FROM erasures") == [("payouts", None)]
    assert at_home.rows("SELECT data_key IS NULL FROM contacts") == [(False,)]
    at_home.change("UPDATE payouts SET state = 'failed', settled_at = :at", at=at_home.at)
    assert erase.run_due(at_home.house) == 1
    act = at_home.rows("SELECT after, actor FROM audit WHERE act = 'privacy.erased'")[0]
    assert act.after["points_given_up"] == 900 and act.actor == "system:erasure"
    assert books(at_home) == []


@pytest.mark.parametrize("words", ["cancel", "keep my data", "मेरा डेटा मत मिटाओ"])
def test_it_can_be_stopped_until_its_day(at_home: Home, words: str) -> None:
    ready(at_home, 1)
    asks(at_home)
    assert say(at_home, "delete my data") == "my_data.pending"
    assert say(at_home, words) == "my_data.kept"
    assert due(at_home) == 0
    assert say(at_home, words) in ("menu.main", "my_data.nothing_to_stop")
    assert at_home.rows("SELECT cancelled_by, done_at FROM erasures") == [("member", None)]
    asks(at_home)
    assert due(at_home) == 1


def test_a_wrong_word_erases_nothing(at_home: Home) -> None:
    ready(at_home, 1)
    at_home.write("delete my data")
    at_home.write("", ButtonPayload="erase", ButtonText="Yes, delete")
    assert say(at_home, "yes") == "my_data.type_word"
    assert say(at_home, "no") == "my_data.not_erased"
    assert at_home.count("SELECT count(*) FROM erasures") == 0


def test_whoever_is_killed_after_the_rows_leaves_the_pictures_to_the_timer(
    life: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = life.home

    def die(house: object) -> int:
        raise Killed

    asks(home)
    with monkeypatch.context() as patch:
        patch.setattr(retention_store, "forget_erased", die)
        with pytest.raises(Killed):
            due(home)
    assert home.count("SELECT count(*) FROM media WHERE stored_as IS NOT NULL") == 1
    assert erase.run_due(home.house) == 0
    retention.tidy(home.house)
    assert home.rows("SELECT stored_as, deleted_at IS NULL FROM media") == [(None, False)]


def test_killed_before_the_rows_nothing_is_lost_and_it_is_done_again(life: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    home = life.home

    def die(*_: object) -> None:
        raise Killed

    asks(home)
    with monkeypatch.context() as patch:
        patch.setattr(erase, "_erase", die)
        with pytest.raises(Killed):
            due(home)
    assert say(home, "balance").startswith("balance")
    assert erase.run_due(home.house) == 1
    assert home.count("SELECT count(*) FROM retained WHERE kind = 'bill'") == 1
    assert books(home) == []


def test_a_helper_goes_alone_and_the_shop_stays(at_home: Home) -> None:
    ready(at_home, 1)
    ready(at_home, 1, SUNITA)
    shop = at_home.conversation(RAMESH).member_id
    helper = at_home.conversation(SUNITA)
    at_home.change("UPDATE conversations SET member_id = :m WHERE id = :id", m=shop, id=helper.id)
    at_home.change("UPDATE memberships SET member_id = :m, role = 'helper' WHERE contact_id = :c", m=shop, c=helper.contact_id)
    asks(at_home, SUNITA)
    assert due(at_home) == 1
    assert at_home.rows("SELECT data_key IS NULL FROM members WHERE id = :m", m=shop) == [(False,)]
    assert say(at_home, "balance").startswith("balance")
    asks(at_home, RAMESH)
    assert due(at_home) == 1
    assert at_home.count("SELECT count(*) FROM members WHERE data_key IS NOT NULL AND id = :m", m=shop) == 0


def test_the_owner_goes_and_the_helper_becomes_a_stranger_who_can_go_on(at_home: Home) -> None:
    ready(at_home, 1)
    ready(at_home, 1, SUNITA)
    shop, helper = at_home.conversation(RAMESH).member_id, at_home.conversation(SUNITA)
    at_home.change("UPDATE conversations SET member_id = :m WHERE id = :id", m=shop, id=helper.id)
    at_home.change("UPDATE memberships SET member_id = :m, role = 'helper' WHERE contact_id = :c", m=shop, c=helper.contact_id)
    at_home.write("redeem", SUNITA)
    asks(at_home, RAMESH)
    assert due(at_home) == 1
    assert at_home.conversation(SUNITA).member_id is None
    at_home.write("50", SUNITA)
    at_home.write("hi", SUNITA)
    assert at_home.told(SUNITA)[-1].startswith("enrol.")
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL") == 0


def test_what_stays_of_a_bill_opens_with_the_retention_key_alone_until_its_day(life: Lived) -> None:
    home = life.home
    asks(home)
    assert due(home) == 1
    rows = home.rows(
        "SELECT r.*, k.data_key, k.delete_after FROM retained r JOIN retention_keys k ON k.id = r.key_id ORDER BY kind"
    )
    assert [row.kind for row in rows] == ["bill", "bill_photo"]
    assert json.loads(opened(home.house.keyring, rows[0]))["invoice_number"] == "A-1"
    photo = home.house.keyring.unwrap(rows[1].data_key, rows[1].key_id)
    assert photo.open(home.house.media.get(rows[1].stored_as), place("bill_photo", rows[1].subject)) == PICTURE
    assert rows[0].delete_after.year == 2034
    home.forward(days=2_922)
    retention.tidy(home.house)
    assert home.count("SELECT count(*) FROM retained") == 0
    assert home.rows("SELECT DISTINCT data_key FROM retention_keys") == [(None,)]
    assert not [place for place, _ in every_file(home) if place.startswith("file med_")]


def test_points_that_return_later_are_given_up_as_well(at_home: Home) -> None:
    ready(at_home, 1)
    member = at_home.conversation().member_id
    asks(at_home)
    assert due(at_home) == 1
    with at_home.house.engine.begin() as conn:  # as a payout leaves it that the bank reverses after days
        points.earn(
            conn, key="late", programme_id="roshni", member_id=member, points=70, expires_at=None, happened_at=at_home.at,
            recorded_at=at_home.at, facts={},
        )  # fmt: skip
    for _ in range(2):
        erase.run_due(at_home.house)
        with at_home.house.engine.connect() as conn:
            assert balance(conn, "roshni", member, at_home.at).available == 0
    assert books(at_home) == []


def test_one_whose_keys_are_lost_holds_up_nobody_else(life: Lived) -> None:
    home = life.home
    home.enrol(SUNITA)
    asks(home, RAMESH)
    asks(home, SUNITA)
    talk = home.conversation(RAMESH)
    lost = Keyring.parse("k1:" + "Z" * 42 + "w=").wrap_new(talk.contact_id)
    home.change("UPDATE contacts SET data_key = :key WHERE id = :id", key=lost, id=talk.contact_id)
    assert due(home) == 1
    assert home.rows("SELECT erased_at IS NULL FROM contacts WHERE id = :id", id=talk.contact_id) == [(True,)]
    assert home.rows("SELECT address FROM contacts WHERE erased_at IS NOT NULL")[0].address.startswith("erased:")
