"""What every answer carries, what strangers are not told, and what a proxy that is asleep does not change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from bot.edge import NOTHING_RUNS
from tests.house import Home, home
from tests.servers import Database

TOKEN = "a-token-of-the-monitors"


@pytest.fixture
def guarded(database: Database) -> Iterator[Home]:
    with home(database.url, ops_token=TOKEN) as made:
        yield made


@pytest.fixture
def real(database: Database) -> Iterator[Home]:
    """No development: Twilio's own API."""
    with home(database.url, twilio_api_base_url="") as made:
        yield made


def test_every_answer_is_dressed(at_home: Home) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/media/x.y", "/nothing", "/twilio/inbound"):
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            dressed(at_home.web.open(path, method=method))


def dressed(answer: TestResponse) -> None:
    assert answer.headers["Content-Security-Policy"] == NOTHING_RUNS
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_fault_of_ours_is_dressed_too_and_says_nothing(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pictures.serve", lambda house, token: 1 / 0)
    answer = at_home.web.get("/media/x.y")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == NOTHING_RUNS
    assert "ZeroDivision" not in answer.text and "Traceback" not in answer.text


def test_a_page_may_have_a_policy_of_its_own(at_home: Home) -> None:
    from flask import Response

    app = at_home.web.application
    app.view_functions["healthz"] = lambda: Response("x", headers={"Content-Security-Policy": "default-src 'self'"})
    assert at_home.web.get("/healthz").headers["Content-Security-Policy"] == "default-src 'self'"


class TestMonitors:
    def test_strangers_are_told_nothing(self, guarded: Home) -> None:
        for shown in ("", "Bearer ", "Bearer x", f"bearer {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ü"):
            for path in ("/metrics", "/readyz"):
                answer = guarded.web.get(path, headers={"Authorization": shown})
                assert (answer.status_code, answer.text) == (404, "not found\n"), shown

    def test_the_token_opens(self, guarded: Home) -> None:
        shown = {"Authorization": f"Bearer {TOKEN}"}
        assert "saathi_turns_total" in guarded.web.get("/metrics", headers=shown).text
        assert guarded.web.get("/readyz", headers=shown).json["missing"].keys() == {"redis"}

    def test_an_address_opens_nothing_in_a_real_house(self, real: Home) -> None:
        """Behind a proxy everybody comes from this machine."""
        for path in ("/metrics", "/readyz"):
            assert real.web.get(path).status_code == 404
            assert real.web.get(path, headers={"Authorization": "Bearer "}).status_code == 404

    def test_in_development_this_machine_may_ask_and_no_other(self, at_home: Home) -> None:
        assert at_home.web.get("/metrics").status_code == 200
        assert at_home.web.get("/metrics", environ_base={"REMOTE_ADDR": "192.168.1.7"}).status_code == 404

    def test_healthz_is_everyones(self, real: Home) -> None:
        assert real.web.get("/healthz").text == "ok\n"
