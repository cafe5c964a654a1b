"""Limits of one contact: told once, nothing lost, nobody else held up, staff can look and let in again."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from base.staff import add
from bot.cli.main import cli
from bot.seed import SAMPLE
from loyalty.programme import Limits
from loyalty.programme_file import BadProgramme, parse_programme
from loyalty.programme_rows import publish
from tests.house import RAMESH, SUNITA, Home
from tests.statements import counted

WRONG = "K7QM-3XWD-9T4F-VB2"  # and one more letter


def allow(home: Home, **limits: int) -> None:
    """Publish the sample with these limits."""
    sample = parse_programme(SAMPLE.read_bytes())
    with home.house.engine.begin() as conn:
        publish(conn, sample.model_copy(update={"limits": Limits(**limits)}), home.at)


def picture(home: Home, count: int = 1) -> dict[str, str]:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(count)}
    return {"NumMedia": str(count), **media, **{f"MediaContentType{n}": "image/jpeg" for n in range(count)}}


def wrong(number: int) -> str:
    return WRONG + "123456789ABCDEFG"[number % 16]


def test_a_flood_is_told_once_and_then_met_with_silence_and_nothing_is_lost(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, messages_per_minute=10)
    for _ in range(20):
        at_home.write("points")
    told = at_home.told()[5:]
    assert told.count("limit.messages") == 1
    assert told[-1] == "limit.messages"
    assert told.count("balance.empty") == 10 - 5  # joining took five of the ten
    assert at_home.count("SELECT count(*) FROM inbox WHERE handled_at IS NOT NULL") == 25
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL OR failures > 0") == 0
    at_home.forward(seconds=61)
    at_home.write("points")
    assert at_home.told()[-1] == "balance.empty"


def test_the_hour_counts_besides_the_minute(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, messages_per_minute=10, messages_per_hour=12)
    for _ in range(8):
        at_home.write("points")
        at_home.forward(minutes=2)
    assert at_home.told()[-1] == "limit.messages"
    at_home.forward(hours=1)
    at_home.write("points")
    assert at_home.told()[-1] == "balance.empty"


def test_stop_is_heard_whatever_the_limit(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, messages_per_minute=5)
    at_home.write("points")
    at_home.write("stop")
    assert at_home.conversation().stopped_at is not None


def test_what_is_stopped_by_mistake_is_taken_back_whatever_the_limit_and_repeats_are_silence(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, messages_per_minute=5)
    for words in ("stop", "STOP", "stop", "start", "start", "stop offers", "stop offers", "start offers"):
        at_home.write(words)
    conversation = at_home.conversation()
    assert conversation.stopped_at is None and conversation.marketing_stopped_at is None
    told = at_home.told()
    assert told.count("stop.done") == 1 and told.count("limit.messages") <= 1
    assert at_home.count("SELECT count(*) FROM consents WHERE kind = 'messages'") == 2


def test_nobody_else_is_held_up(at_home: Home) -> None:
    at_home.enrol()
    at_home.enrol(SUNITA)
    allow(at_home, messages_per_minute=6, wrong_codes_per_hour=5)
    for n in range(8):
        at_home.write(wrong(n))
    (good,) = at_home.codes()
    at_home.write(good, SUNITA)
    assert at_home.told(SUNITA)[-1] == "scan.credited"


def test_what_the_world_has_to_tell_is_told_to_whoever_is_locked_out(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, messages_per_minute=5)
    at_home.write("points")
    assert at_home.told()[-1] == "limit.messages"
    from bot import turn
    from flows.codec import to_json
    from flows.events import PayoutPaid

    turn.run(at_home.house, at_home.happen(RAMESH, "w1", to_json(PayoutPaid("po_1", 100, 10_000, "ra•••@okaxis", "UTR1"))))
    assert at_home.told()[-1] == "news.paid"


def test_a_pin_in_a_message_that_nobody_heard_is_not_kept(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, messages_per_minute=5)
    at_home.write("points")
    at_home.write("4907")
    with at_home.house.engine.connect() as conn:
        from sqlalchemy import text

        from journal import inbox

        row = conn.execute(text("""
            SELECT i.key, i.sealed, c.id AS contact, c.data_key FROM inbox i JOIN conversations v ON v.id = i.conversation_id
            JOIN contacts c ON c.id = v.contact_id ORDER BY i.id DESC LIMIT 1""")).one()
    message = inbox.opened(at_home.house.keyring.unwrap(row.data_key, row.contact), row.key, row.sealed)
    assert "4907" not in json.dumps(message)


class TestGuessing:
    def test_wrong_codes_lock_typed_ones_out_and_say_until_when(self, at_home: Home) -> None:
        at_home.enrol()
        allow(at_home, wrong_codes_per_hour=5)
        for n in range(6):
            at_home.write(wrong(n))
        assert at_home.told()[-2:] == ["scan.typo", "limit.codes"]
        (good,) = at_home.codes()
        at_home.write(good)
        assert at_home.told()[-1] == "limit.codes"
        assert at_home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 0
        at_home.forward(minutes=61)
        at_home.write(good)
        assert at_home.told()[-1] == "scan.credited"

    def test_many_in_one_message_are_many(self, at_home: Home) -> None:
        at_home.enrol()
        allow(at_home, wrong_codes_per_hour=5)
        at_home.write(" ".join(wrong(n) for n in range(10)))
        assert at_home.told()[-1] == "limit.codes"

    def test_what_a_picture_shows_for_certain_is_credited_all_the_same(self, member: Home) -> None:
        from bot import turn
        from flows.codec import to_json
        from flows.events import PhotoRead

        allow(member, wrong_codes_per_hour=5)
        member.write(" ".join(wrong(n) for n in range(10)))
        first, second = member.codes(2)

        def shown(key: str, *codes: str) -> str:
            turn.run(member.house, member.happen(RAMESH, key, to_json(PhotoRead(f"med_{key}", codes))))
            return [one for one in member.told() if not one.startswith("scan.drawn")][-1]

        assert shown("p1", first) == "scan.credited"
        assert shown("p2", wrong(1)) == "limit.codes"
        assert shown("p3", second, wrong(2)) == "limit.codes"  # a guess beside a label is a guess
        assert member.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 1

    def test_codes_that_are_genuine_and_taken_are_no_guesses(self, at_home: Home) -> None:
        at_home.enrol()
        allow(at_home, wrong_codes_per_hour=5)
        (code,) = at_home.codes()
        for _ in range(8):
            at_home.write(code)
        assert at_home.told()[-1] == "scan.already_yours"


def test_pictures_beyond_the_hours_are_not_read_and_the_sender_knows(member: Home) -> None:
    allow(member, photos_per_hour=5)
    member.write("", **picture(member, 4))
    assert member.told()[-1] == "scan.checking"
    member.write("", **picture(member, 2))
    assert member.told()[-1] == "limit.photos"
    member.write("", **picture(member))
    assert member.told()[-1] == "limit.photos"
    assert member.told().count("limit.photos") == 1
    assert member.count("SELECT count(*) FROM tasks WHERE kind = 'read_photo'") == 4
    member.write("points")  # words are another matter
    assert "balance.empty" in member.told()[-2:]


def test_upi_ids_are_tried_so_often_a_day(at_home: Home) -> None:
    at_home.enrol()
    allow(at_home, destinations_per_day=5)
    for code in at_home.codes(2):
        at_home.write(code)
    at_home.write("redeem")
    at_home.write("100")
    for n in range(6):
        at_home.write(f"nobody{n}@okaxis")
        if at_home.told()[-1] != "limit.destinations":
            at_home.write("back")
            at_home.write("redeem")
            at_home.write("100")
            at_home.write("other")
    assert "limit.destinations" in at_home.told()
    assert at_home.count("SELECT count(*) FROM destinations") <= 5


def test_a_text_turn_costs_one_statement_more_and_no_commit(at_home: Home) -> None:
    at_home.enrol()
    with counted() as seen:
        at_home.write("menu")
    assert sum("contact_counts" in one for one in seen.statements) == 1
    assert len(seen.statements) <= 10
    assert seen.commits <= 2


class TestStaff:
    def ask(self, home: Home, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(cli, list(words), obj=home.house)
        return result.exit_code, result.stdout, result.stderr

    @pytest.fixture
    def locked(self, at_home: Home) -> Home:
        at_home.enrol()
        allow(at_home, wrong_codes_per_hour=5)
        at_home.write(" ".join(wrong(n) for n in range(9)))
        with at_home.house.engine.begin() as conn:
            for name, roles in (("suresh", ["support"]), ("finn", ["finance"])):
                add(conn, staff_id=f"stf_{name}", name=name, roles=roles, by="system:first", at=at_home.at)
        return at_home

    def test_they_see_who_passed_which_limit(self, locked: Home) -> None:
        code, out, _ = self.ask(locked, "limits", "list", "--json")
        assert code == 0
        (row,) = json.loads(out)["lock_outs"]
        assert code == 0
        assert (row["kind"], row["count"], row["address"]) == ("wrong_codes", 9, "+91••••••5678")
        assert self.ask(locked, "limits", "list", "9812345678")[1].count("wrong_codes") == 1
        assert self.ask(locked, "limits", "list", "9898989898")[1] == "nobody is locked out\n"
        locked.forward(hours=2)
        assert self.ask(locked, "limits", "list")[1] == "nobody is locked out\n"
        assert "wrong_codes" in self.ask(locked, "limits", "list", "--all")[1]

    def test_they_let_in_again_with_a_name_and_a_reason(self, locked: Home) -> None:
        words = ("limits", "clear", "9812345678", "--reason", "they typed a whole roll", "--as")
        assert self.ask(locked, *words, "finn")[0] == 1
        assert self.ask(locked, *words, "suresh")[0] == 0
        (good,) = locked.codes()
        locked.write(good)
        assert locked.told()[-1] == "scan.credited"
        act = locked.rows("SELECT actor, act, reason FROM audit WHERE act = 'limits.clear'")
        assert [tuple(row) for row in act] == [("suresh", "limits.clear", "they typed a whole roll")]
        assert self.ask(locked, *words, "suresh") == (1, "", "9812345678 is not locked out of anything\n")


    def test_of_a_person_known_twice_the_locks_of_both_are_shown_and_ended(self, locked: Home) -> None:
        hidden = "whatsapp:IN.4566546130240823"
        allow(locked, wrong_codes_per_hour=5, messages_per_minute=5)
        locked.forward(minutes=2)
        for _ in range(7):
            locked.write("hi", hidden, ExternalUserId=hidden, WaId="")
        locked.write("points", ExternalUserId=hidden)  # the same person, says WhatsApp
        _, out, _ = self.ask(locked, "limits", "list", "9812345678", "--json")
        rows = json.loads(out)["lock_outs"]
        assert {row["kind"] for row in rows} == {"burst", "wrong_codes"} and len({row["contact"] for row in rows}) == 2
        assert {row["address"] for row in rows} == {"+91••••••5678"}
        code, out, _ = self.ask(locked, "limits", "clear", "9812345678", "--reason", "one of us", "--as", "suresh")
        assert code == 0 and "burst, wrong_codes" in out
        assert self.ask(locked, "limits", "list")[1] == "nobody is locked out\n"


def test_limits_are_the_programmes_and_none_is_so_small_that_it_locks_honest_people_out() -> None:
    sample = SAMPLE.read_text()
    assert parse_programme(sample.encode()).limits == Limits()
    with pytest.raises(BadProgramme, match=r"limits\.wrong_codes_per_hour: must be at least 5"):
        parse_programme(sample.replace("wrong_codes_per_hour = 15", "wrong_codes_per_hour = 4").encode())
    with pytest.raises(BadProgramme, match=r"limits\.messages_per_minut: is not known here; did you mean messages_per_minute"):
        parse_programme(sample.replace("messages_per_minute", "messages_per_minut").encode())
