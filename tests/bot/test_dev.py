"""What the service tells the sandbox's page, and to whom alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import clock, dial, due
from bot.dev import HEADER
from flows.chat import parse, rewrite
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.bot.test_clock_process import Stop
from tests.house import RAMESH, START, SUNITA, Home, home
from tests.journal.test_replay import tampered
from tests.servers import Database

HERE = {HEADER: "1"}


def asked(home: Home, what: str = "conversation", who: str = RAMESH, **more: Any) -> dict[str, Any]:
    answer = home.web.get(f"/dev/{what}", query_string={"address": who, **more}, headers=HERE)
    assert answer.status_code == 200, answer.data
    return dict(answer.json or {})


def turn_clock(home: Home, **wanted: Any) -> tuple[int, dict[str, Any]]:
    answer = home.web.post("/dev/clock", json=wanted, headers=HERE)
    return answer.status_code, dict(answer.json or {})


class TestWhoMayAsk:
    @pytest.mark.parametrize("headers", [
        {}, {HEADER: ""}, {HEADER: "0"}, {HEADER: "1", "Host": "bot.example.com"},
        {HEADER: "1", "Host": "127.0.0.1.evil.example"},
        {HEADER: "1", "Host": "localhost.evil.example:8000"}, {HEADER: "1", "Host": "[::1"}, {HEADER: "1", "Host": "x@y"},
        {HEADER: "1", "Origin": "https://evil.example"}, {HEADER: "1", "Origin": "null"}, {HEADER: "1", "Origin": "http://[x"},
        {HEADER: "1", "X-Forwarded-For": "127.0.0.1"}, {HEADER: "1", "Forwarded": "for=127.0.0.1"},
        {HEADER: "1", "Via": "1.1 x"},
    ])  # fmt: skip
    def test_nothing_is_there_for_others(self, at_home: Home, headers: dict[str, str]) -> None:
        self.refused(at_home, headers, "127.0.0.1")

    @pytest.mark.parametrize("address", ["203.0.113.7", "192.168.1.4", "", "::ffff:203.0.113.7"])
    def test_nor_from_another_machine(self, at_home: Home, address: str) -> None:
        self.refused(at_home, HERE, address)

    def refused(self, at_home: Home, headers: dict[str, str], address: str) -> None:
        at_home.enrol()
        environ = {"REMOTE_ADDR": address}
        for path in ("conversation", "chat"):
            told = at_home.web.get(f"/dev/{path}?address={RAMESH}", headers=headers, environ_base=environ)
            assert (told.status_code, told.data) == (404, b"not found\n")
        told = at_home.web.post("/dev/clock", json={"advance_s": 60}, headers=headers, environ_base=environ)
        assert told.status_code == 404 and at_home.count("SELECT offset_s FROM dev_clock") == 0

    @pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
    def test_this_machines_program_may(self, at_home: Home, host: str) -> None:
        told = at_home.web.get("/dev/conversation", headers={**HERE, "Host": host, "Origin": f"http://{host}"})
        assert told.status_code == 200 and "Access-Control-Allow-Origin" not in told.headers

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    def test_what_a_form_can_send_moves_nothing(self, at_home: Home, kind: str) -> None:
        told = at_home.web.post("/dev/clock", data='{"advance_s": 60}', content_type=kind, headers=HERE)
        assert told.status_code == 400 and at_home.count("SELECT offset_s FROM dev_clock") == 0

    @pytest.mark.parametrize("url", ["", "https://api.twilio.com", "https://127.0.0.1.example.com"])
    def test_facing_the_real_world_there_is_nothing(self, database: Database, url: str) -> None:
        with home(database.url, twilio_api_base_url=url) as real:
            for method in ("GET", "POST", "OPTIONS"):
                assert real.web.open("/dev/clock", method=method, headers=HERE, json={"advance_s": 60}).status_code == 404
            with pytest.raises(dial.CannotTurn, match="not on this machine"):
                dial.forward(real.house, 60)


class TestWhereItStands:
    def test_before_the_first_word(self, at_home: Home) -> None:
        told = asked(at_home)
        assert (told["turns"], told["turn"], told["state"], told["next"]) == (0, 0, "nothing", None)
        assert asked(at_home, "chat")["page"] == ""

    def test_each_turn_with_its_variables(self, at_home: Home) -> None:
        for words in ("hi", "I agree", "Asha <b>Patil</b>"):
            at_home.write(words)
        told = asked(at_home)
        frame = told["frames"][-1]
        assert (told["turns"], told["turn"]) == (3, 3) and told["state"] == f"{frame['flow']}.{frame['kind']}"
        assert frame["fields"]["profile_name"] == "Ramesh Kumar"
        assert told["steps"][0]["event"] == {"kind": "Said", "fields": {"text": "Asha <b>Patil</b>"}}
        first = asked(at_home, turn=1)
        assert (first["turn"], first["state"]) == (1, "enrol.AskConsent")
        assert [effect["kind"] for effect in first["steps"][0]["effects"]] == ["Say"]
        assert [asked(at_home, turn=number)["turn"] for number in (0, -5, 2, 99)] == [0, 0, 2, 3]

    def test_what_names_a_secret_is_masked_and_what_it_was_is_nowhere(self, at_home: Home) -> None:
        at_home.enrol()
        at_home.write(at_home.codes()[0])
        for words in ("redeem", "60", "gulab.tripathi@oksbi"):
            at_home.write(words)
        pages = json.dumps([asked(at_home, turn=turn) for turn in range(1, 12)])
        assert "CheckDestination" in pages and json.dumps({"token": "•••"})[1:-1] in pages
        assert "gulab.tripathi" not in pages and "sec_" not in pages and "SecretGiven" in pages

    def test_nobody_elses_words(self, at_home: Home) -> None:
        at_home.enrol()
        at_home.write("SUNITAS OWN WORDS", SUNITA)
        assert "SUNITAS" not in json.dumps([asked(at_home, turn=n) for n in range(1, 9)])
        assert "SUNITAS" in json.dumps(asked(at_home, who=SUNITA))

    def test_flows_about_other_people_are_masked(self, at_home: Home) -> None:
        at_home.enrol()
        at_home.happen(RAMESH, "joined", {"$": "HelperJoined", "name": "Gulabchand Tripathi"})
        at_home.write("balance")
        everything = json.dumps([asked(at_home, turn=n) for n in range(1, 9)])
        assert "HelperJoined" in everything and "Gulabchand" not in everything


class TestTime:
    def test_the_window_is_what_ends_first(self, at_home: Home) -> None:
        at_home.write("hi")
        coming = asked(at_home)["next"]
        assert coming["what"] == "window" and datetime.fromisoformat(coming["at"]) == START + timedelta(hours=24)
        for _ in range(2):  # a click too many does not jump once more
            status, told = turn_clock(at_home, past=coming["at"])
            assert status == 200
            late = datetime.fromisoformat(told["now"]) - datetime.fromisoformat(coming["at"])
            assert timedelta(0) < late <= timedelta(seconds=2)
        assert asked(at_home)["next"] is None

    def test_a_payouts_retry_comes_before_the_windows_end(self, at_home: Home) -> None:
        at_home.enrol()
        at_home.write(at_home.codes()[0])
        for words in ("redeem", "60", "asha@oksbi", "yes"):
            at_home.write(words)
        assert at_home.count("SELECT count(*) FROM payouts") == 1
        at_home.change("UPDATE payouts SET next_at = :at", at=START + timedelta(minutes=30))
        at_home.change("UPDATE tasks SET due_at = :at WHERE state = 'ready'", at=START + timedelta(minutes=30))
        assert asked(at_home)["next"]["what"] == "payout"
        assert asked(at_home, who=SUNITA)["next"] is None
        at_home.change("UPDATE payouts SET next_at = NULL, promised_at = :at", at=START + timedelta(minutes=20))
        assert asked(at_home)["next"]["what"] == "promise"

    @pytest.mark.parametrize(("what", "row"), [
        ("pin", "INSERT INTO member_pins (member_id, wrong, locked_until) VALUES (:member, 5, :at)"),
        ("destination", """INSERT INTO destinations (token, member_id, kind, saved_at, usable_at)
                           VALUES ('sec_x', :member, 'vpa', :before, :at)"""),
        ("lock_out", """INSERT INTO lock_outs (id, contact_id, programme_id, kind, count, at, until)
                        VALUES ('lck_x', :contact, :programme, 'bills', 1, :before, :at)"""),
        ("task", """INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
                    VALUES ('tsk_x', 'x', 'photo', 'media', :conversation, '{}', :at, :before)"""),
        ("erasure", """INSERT INTO erasures (id, contact_id, conversation_id, asked_by, reason, asked_at, due_at)
                       VALUES ('era_x', :contact, :conversation, 'member', 'asked', :before, :at)"""),
    ])  # fmt: skip
    def test_what_waits_for_them_and_nobody_else(self, at_home: Home, what: str, row: str) -> None:
        for who in (RAMESH, SUNITA):
            at_home.enrol(who)
        him = at_home.conversation()
        values = {
            "member": him.member_id, "contact": him.contact_id, "programme": him.programme_id, "conversation": him.id,
            "before": START, "at": START + timedelta(minutes=30),
        }  # fmt: skip
        at_home.change(row, **{name: value for name, value in values.items() if f":{name}" in row})
        coming = asked(at_home)["next"]
        assert coming["what"] == what and coming["words"] == due.WORDS[what]
        assert datetime.fromisoformat(coming["at"]) == values["at"]
        assert asked(at_home, who=SUNITA)["next"]["what"] == "window"

    def test_points_run_out_when_nothing_else_is_near(self, at_home: Home) -> None:
        at_home.enrol()
        at_home.write(at_home.codes()[0])
        turn_clock(at_home, advance_s=90_000)
        coming = asked(at_home)["next"]
        assert coming["what"] == "points" and datetime.fromisoformat(coming["at"]) > START + timedelta(days=30)

    def test_a_sandbox_that_begins_is_brought_to_our_time(self, database: Database) -> None:
        with running(SandboxSettings(port=0)) as world, home(database.url, sandbox_url=world.settings.own_url) as made:
            dial.bring_along(made.house)
            assert world.dial.ahead_s == 0
            made.change("UPDATE dev_clock SET offset_s = 90000")
            dial.bring_along(made.house)
            assert world.dial.ahead_s == 90_000

    def test_forward(self, at_home: Home) -> None:
        assert turn_clock(at_home, advance_s=3600)[1]["now"].startswith("2026-01-05T05:30:00")
        assert at_home.count("SELECT offset_s FROM dev_clock") == 3600

    @pytest.mark.parametrize("wanted", [
        {}, {"advance_s": 0}, {"advance_s": -1}, {"advance_s": 1.5}, {"advance_s": True}, {"advance_s": "60"},
        {"advance_s": 10**9},
        {"past": "soon"}, {"past": "2026-01-05T10:00:00"}, {"past": 5}, {"advance_s": 60, "past": "2026-01-05T10:00:00+00:00"},
        {"advance_s": 60, "more": 1}, {"past": None},
    ])  # fmt: skip
    def test_what_cannot_be_read_moves_nothing(self, at_home: Home, wanted: dict[str, Any]) -> None:
        status, told = turn_clock(at_home, **wanted)
        assert status == 400 and told["error"] and at_home.count("SELECT offset_s FROM dev_clock") == 0

    def test_time_does_not_leave_the_calendar(self, at_home: Home) -> None:
        status, told = turn_clock(at_home, past="9999-12-31T23:59:59+00:00")
        assert status == 409 and "days ahead" in told["error"]
        assert turn_clock(at_home, past="0001-01-01T00:00:00+23:59")[0] == 200
        assert at_home.count("SELECT offset_s FROM dev_clock") == 0

    def test_a_sandbox_that_does_not_move_keeps_ours_from_moving(self, database: Database) -> None:
        with home(database.url, sandbox_url="http://127.0.0.1:1") as made:
            status, told = turn_clock(made, advance_s=60)
            assert status == 409 and "ours was not turned either" in told["error"]
            assert made.count("SELECT offset_s FROM dev_clock") == 0

    def test_timers_run_at_once_when_time_was_moved(self, at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        ran: list[int] = []
        stop = Stop(lambda waits: turned(waits) or waits == 9)
        at_home.house.monotonic = lambda: stop.waits * 0.5
        monkeypatch.setattr(clock, "TIMERS", (clock.Timer("once an hour", 3_600, lambda house: ran.append(stop.waits)),))
        monkeypatch.setattr(clock.recover, "since_yesterday", lambda house: 0)

        def turned(waits: int) -> bool:
            if waits == 4:
                dial.forward(at_home.house, 60)
            return False

        clock.run(at_home.house, stop)
        assert ran == [0, 4]


class TestGolden:
    def test_it_passes_at_once_also_over_days_and_names_nobody(self, at_home: Home) -> None:
        at_home.enrol()
        at_home.write(at_home.codes()[0])
        turn_clock(at_home, advance_s=3 * 86_400)
        for words in ("balance", "redeem", "60", "gulab.tripathi@oksbi", "Gulabchand"):
            at_home.write(words)
        told = asked(at_home, "chat")
        page = told["page"]
        assert rewrite(page) == page and parse(page).exchanges and told["from_turn"] == 1
        assert "Gulab" not in page and "tripathi" not in page and "Ramesh" not in page and "scan.credited" in page

    def test_turns_whose_words_are_gone_are_left_out(self, at_home: Home) -> None:
        for words in ("hi", "I agree", "Asha Patil"):
            at_home.write(words)
        tampered(at_home, "UPDATE journal SET sealed = '' WHERE turn <= 2")
        told = asked(at_home, "chat")
        assert told["from_turn"] == 3 and rewrite(told["page"]) == told["page"] and "standing" in told["page"]
        assert asked(at_home, turn=1)["gone"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.dictionaries(st.sampled_from(["address", "turn", "x"]), st.text(max_size=300), max_size=3),
    body=st.one_of(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda e: st.lists(e) | st.dictionaries(
        st.sampled_from(["advance_s", "past", "y"]), e), max_leaves=5), st.just({"past": "9" * 400})),
)  # fmt: skip
def test_whatever_is_asked_from_here_nothing_falls(at_home: Home, query: dict[str, str], body: Any) -> None:
    for path in ("conversation", "chat"):
        assert at_home.web.get(f"/dev/{path}", query_string=query, headers=HERE).status_code == 200
    assert at_home.web.post("/dev/clock", json=body, headers=HERE).status_code in (200, 400, 409)


def test_nothing_of_it_can_be_framed_or_kept(at_home: Home) -> None:
    told = at_home.web.get("/dev/conversation", headers=HERE)
    assert told.headers["Cache-Control"] == "no-store" and "frame-ancestors 'none'" in told.headers["Content-Security-Policy"]
    assert httpx.Headers(list(told.headers)).get("x-content-type-options") == "nosniff"
