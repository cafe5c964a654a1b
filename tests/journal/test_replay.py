"""What is read back of a conversation: everything that hangs on a turn, masked, harmless on a terminal, whatever is gone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from base.db import psycopg_url
from flows.codec import to_json
from flows.effects import Line, Say
from flows.events import EventParked, PayoutPaid
from journal import masked, replay, replay_find, replay_view
from journal.replay import Turn, Window
from journal.replay_find import Found
from loyalty.codes import Code, read_code
from tests.house import RAMESH, SUNITA, Home
from tests.journal.test_record import PHOTO, talk

VPA, PAN = "ramesh.kumar@okaxis", "ACUPA7085R"


def found(home: Home, which: str, *addresses: str) -> Found | None:
    with home.house.engine.connect() as conn:
        return replay_find.find(conn, home.house.keyring, which, addresses)


def turns(home: Home, who: str = RAMESH, window: Window | None = None) -> list[Turn]:
    def serials(codes: Any) -> list[int]:
        return [read.serial for code in codes if isinstance(read := read_code(home.house.codes, code), Code)]

    it = found(home, "", who)
    assert it is not None
    with home.house.engine.connect() as conn:
        return replay.turns(conn, it, window or Window(last=1_000), serials)


def page(home: Home, **given: Any) -> str:
    return json.dumps([replay_view.shown(turn, **given) for turn in turns(home)], default=str, ensure_ascii=False)


def test_a_conversation_is_found_by_whatever_names_it(at_home: Home) -> None:
    at_home.enrol()
    at_home.change("UPDATE outbox SET sid = 'SM' || md5(id::text)")
    at_home.write("hi", SUNITA)
    conversation = at_home.conversation()
    sid = at_home.rows("SELECT key FROM inbox WHERE conversation_id = :id ORDER BY id", id=conversation.id)[2].key
    ours = at_home.rows("SELECT sid, key FROM outbox WHERE conversation_id = :id ORDER BY id", id=conversation.id)[-1]
    for which, addresses in ((conversation.id, ()), (conversation.contact_id, ()), ("x", (RAMESH,)), (sid, ()), (ours.sid, ())):
        hit = found(at_home, which, *addresses)
        assert hit is not None and hit.id == conversation.id, which
    with at_home.house.engine.connect() as conn:
        assert replay.turn_of(conn, found(at_home, sid)) == 3  # type: ignore[arg-type]  # it is there
        assert replay.turn_of(conn, found(at_home, ours.sid)) == 5  # type: ignore[arg-type]  # it is there
    assert found(at_home, "cnv_nobody") is None
    assert found(at_home, "'; DROP TABLE journal; --", "whatsapp:+0") is None


def test_everything_that_hangs_on_a_turn_stands_beside_it(at_home: Home) -> None:
    at_home.enrol()
    code = at_home.codes()[0]
    for words in (code, "redeem", "60", VPA, "yes"):
        at_home.write(words)
    read = turns(at_home)
    claimed, asked = read[5], read[-1]
    assert [p.key.partition("/")[0] for p in claimed.postings] == ["coupon"]
    assert {(move.unit, move.amount) for move in claimed.postings[0].moves} == {("PTS", 100)}
    assert [told.text_key for told in claimed.told] == ["scan.credited"] and claimed.told[0].message is not None
    assert (asked.payouts[0].state, asked.payouts[0].points) == ("requested", 60)
    assert [task.kind for task in asked.tasks] == ["pay"]
    assert [posting.reason for posting in asked.postings] == ["hold"]
    payout = asked.payouts[0].id
    at_home.happen(RAMESH, f"{payout}/paid", to_json(PayoutPaid(payout, 60, 6_000, "ra•••@okaxis", "UTR1")))
    at_home.write("")
    assert turns(at_home)[-2].event == "PayoutPaid"


def test_all_turns_of_a_long_talk_are_read_with_their_words_and_none_is_lost(at_home: Home) -> None:
    talk(at_home)
    read = turns(at_home)
    assert [turn.turn for turn in read] == list(range(1, len(read) + 1))
    assert sum(len(turn.told) for turn in read) == at_home.count("SELECT count(*) FROM outbox")
    assert sum(len(turn.media) for turn in read) == 1
    assert all(turn.gone == "" and turn.came is not None for turn in read)


def test_a_window_by_number_and_by_time(at_home: Home) -> None:
    for words in ("a", "b", "c", "d", "e", "f"):
        at_home.write(words)
        at_home.forward(minutes=10)
    start = at_home.rows("SELECT min(at) AS at FROM journal")[0].at
    assert [t.turn for t in turns(at_home, window=Window(last=2))] == [5, 6]
    assert [t.turn for t in turns(at_home, window=Window(after=2, until=4))] == [3, 4]
    since, until = start + timedelta(minutes=10), start + timedelta(minutes=30)
    assert [t.turn for t in turns(at_home, window=Window(since_at=since, until_at=until))] == [2, 3, 4]
    assert turns(at_home, window=Window(since_at=start + timedelta(days=1))) == []
    assert turns(at_home, window=Window(until_at=start - timedelta(days=1))) == []
    assert len(turns(at_home, window=Window(since_at=start, until_at=start + timedelta(days=1)))) == 6


def test_nothing_personal_is_shown_masked(at_home: Home) -> None:
    at_home.enrol()
    for words in (*at_home.codes(1), "what about my uncle Baburao?", "redeem", "60", VPA, "yes", PAN, "साहिल भाई"):
        at_home.write(words)
    told = page(at_home)
    for planted in ("Ramesh", "Kumar", "Baburao", "uncle", "ramesh.kumar", "9812345678", "411001", PAN, "साहिल"):
        assert planted not in told, planted
    assert "ra•••@okaxis" in told  # masked already, and shown as such


def test_unmasked_the_words_are_there_and_secrets_still_are_not(at_home: Home) -> None:
    at_home.enrol()
    for words in (*at_home.codes(1), "what about my uncle Baburao?", "redeem", "60", VPA, PAN):
        at_home.write(words)
    told = page(at_home, opened=True)
    assert "Baburao" in told and "Ramesh Kumar" in told
    assert VPA not in told and PAN not in told


HOSTILE = "\x1b]0;pwned\x07\x1b[2J\x9b31m\u202egnp.exe<script>alert(1)</script>\u2066x\x00"


def test_what_moves_a_terminal_is_neutralised(at_home: Home) -> None:
    at_home.write(HOSTILE, ProfileName=HOSTILE)
    at_home.write("I agree", ProfileName=HOSTILE)
    for opened in (False, True):
        told = json.loads(page(at_home, opened=opened))
        for words in strings(told):
            assert not {"\x1b", "\x9b", "\x07", "\u202e", "\u2066", "\x00"} & set(words), repr(words)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for one in value.values() for each in strings(one)]
    if isinstance(value, list):
        return [each for one in value for each in strings(one)]
    return [value] if isinstance(value, str) else []


def test_neutral_keeps_hindi_and_line_ends_and_takes_whole_sequences() -> None:
    assert masked.neutral("क्‍ष नमस्ते\nx") == "क्‍ष नमस्ते\nx"
    assert masked.neutral("a\x1b[31mred\x1b[0mb") == "a␛red␛b"
    assert "\x1b" not in masked.neutral("\x1b]8;;http://x\x1b\\link")
    assert masked.neutral("\r\x08") == "\ufffd\ufffd"


def test_a_long_name_is_masked_where_a_button_has_cut_it() -> None:
    name = "Venkatanarasimharajuvaripeta Sr"
    said = Say("enrol.name", {"name": name}, (Line("x", {"product": "Wire", "name": "Abc"}),))
    assert masked.body(f"{name[:19]}…", said) == "•••"
    assert masked.body(f"You are {name}, Abc, Wire?", said) == "You are •••, •••, Wire?"


def test_an_erased_person_is_shown_as_such(at_home: Home) -> None:
    talk(at_home)
    at_home.change("UPDATE contacts SET data_key = NULL")
    read = turns(at_home)
    assert {turn.gone for turn in read} == {replay.ERASED} and len(read) > 30
    shown = [replay_view.shown(turn) for turn in read]
    assert all(one["names"]["event"] and one["entries"] == [] for one in shown)
    assert any(one["told"] and one["told"][0]["words"] is None for one in shown)


def test_a_row_that_was_changed_is_shown_as_such_and_the_others_stand(at_home: Home) -> None:
    at_home.enrol()
    tampered(at_home, "UPDATE journal SET sealed = 'xx' WHERE turn = 2")
    read = turns(at_home)
    assert [bool(turn.gone) for turn in read] == [False, True, False, False, False]
    assert "sealed with another key" in read[1].gone


def test_a_picture_that_is_gone_is_shown_as_gone(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("", **PHOTO)
    at_home.change("UPDATE media SET stored_as = NULL")
    (media,) = replay_view.shown(turns(at_home)[-1])["media"]
    assert media["here"] is False and media["reading"] is None


def tampered(home: Home, sql: str) -> None:
    """As the owner of the tables could."""
    engine = create_engine(psycopg_url(home.house.settings.database_url))
    with engine.begin() as conn:
        months = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'journal'::regclass"
        for month in ("journal", *conn.exec_driver_sql(months).scalars()):
            conn.exec_driver_sql(f"ALTER TABLE {month} DISABLE TRIGGER ALL")
        conn.exec_driver_sql(sql)
    engine.dispose()


def whys(home: Home) -> list[tuple[str, str, str]]:
    return [(w["kind"], w["about"], w["reason"]) for t in turns(home) for w in replay_view.shown(t)["why"]]


def test_every_credit_refusal_and_silence_has_its_reason(at_home: Home) -> None:
    at_home.enrol()
    code = at_home.codes()[0]
    at_home.write(code)
    at_home.write(code)
    at_home.write("AAAA-AAAA-AAAA-AAAA")
    at_home.write("blah blah")
    at_home.happen(RAMESH, "w1", to_json(EventParked()))
    at_home.write("", **PHOTO)
    at_home.change("UPDATE outbox SET state = 'failed', reason = 'rate 63018', error_code = 63018 WHERE key LIKE 'w1/%'")
    told = whys(at_home)
    assert ("credit", f"coupon/{serial(at_home, code)}", "coupon.points_per_product") in told
    assert ("refusal", "CodesClaimed", "already_yours") in told
    assert any(kind == "refusal" and reason == "typo" for kind, _, reason in told)
    assert any(kind == "misunderstood" for kind, _, _ in told)
    assert ("refusal", "EventParked", "EventParked") in told
    assert any(kind == "untold" and reason == "rate 63018" for kind, _, reason in told)


def serial(home: Home, code: str) -> int:
    read = read_code(home.house.codes, code)
    assert isinstance(read, Code)
    return read.serial


@pytest.mark.parametrize("count", [1, 7])
def test_how_many_statements_a_page_takes_does_not_depend_on_how_much_is_shown(
    at_home: Home, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    talk(at_home)
    seen = 0

    def counted(*args: Any) -> None:
        nonlocal seen
        seen += 1

    event.listen(at_home.house.engine, "before_cursor_execute", counted)
    turns(at_home, window=Window(last=count))
    assert seen <= 14
