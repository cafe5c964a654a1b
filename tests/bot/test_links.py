"""The link of a campaign's message, as the world opens it."""

from __future__ import annotations

import pytest

from base.permissions import PUBLIC_ROUTES
from campaigns.spec import Arm, Campaign, Words
from tests.campaigns.fair import Fair, begun
from tests.house import Home

SHOP = "https://shop.example.com/diwali?from=wa"


@pytest.fixture
def sent(at_home: Home) -> Fair:
    words = {"en": Words("Hello", link=SHOP), "hi": Words("Namaste", link="https://shop.example.com/é")}
    arms = (Arm("a", 100, words),)
    programme = at_home.rows("SELECT id FROM programmes")[0].id
    made = begun(at_home.house.engine, Campaign("diwali", "Diwali", "marketing", arms), programme)
    made.message(made.turn("m1", "a"), "delivered")
    made.message(made.turn("m2", "a", locale="hi"), "delivered")
    return made


def clicks(at_home: Home) -> int:
    return at_home.count("SELECT count(*) FROM campaign_clicks")


def test_it_leads_on_and_counts(at_home: Home, sent: Fair) -> None:
    answer = at_home.web.get("/l/tokm1", headers={"User-Agent": "Mozilla/5.0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, SHOP)
    assert answer.headers["Cache-Control"] == "no-store"  # the next opening comes to us again
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert clicks(at_home) == 1


def test_looking_and_previews_do_not_count(at_home: Home, sent: Fair) -> None:
    assert at_home.web.head("/l/tokm1").status_code == 302
    assert at_home.web.get("/l/tokm1", headers={"User-Agent": "facebookexternalhit/1.1"}).status_code == 302
    assert at_home.web.get("/l/tokm1", headers={"User-Agent": "WhatsApp/2.23.20.0 A"}).status_code == 302
    assert at_home.web.options("/l/tokm1").status_code == 200
    assert at_home.web.post("/l/tokm1").status_code == 405
    assert clicks(at_home) == 0


def test_letters_of_other_scripts_travel_as_they_must(at_home: Home, sent: Fair) -> None:
    assert at_home.web.get("/l/tokm2").headers["Location"] == "https://shop.example.com/%C3%A9"


def test_nothing_in_the_request_changes_where_it_leads(at_home: Home, sent: Fair) -> None:
    for path in ("/l/tokm1?to=https://evil.example", "/l/tokm1?next=//evil.example", "/l/tokm1#x"):
        answer = at_home.web.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert answer.headers["Location"] == SHOP


@pytest.mark.parametrize(
    "token", ["x", "tokm", "https:%2F%2Fevil.example", "%00", "%ff%fe", "a" * 3_000, "tokm1%0a", "..%2fhealthz"]
)
def test_a_strange_token_is_not_found(at_home: Home, sent: Fair, token: str) -> None:
    answer = at_home.web.get(f"/l/{token}")
    assert answer.status_code == 404 and "Location" not in answer.headers
    assert clicks(at_home) == 0


def test_without_a_database_it_says_so(at_home: Home, sent: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = {"database_url": "postgresql://nobody@127.0.0.1:1/none"}
    with monkeypatch.context() as patch:
        patch.setattr(at_home.house, "settings", at_home.house.settings.model_copy(update=dead))
        at_home.house.close()
        answer = at_home.web.get("/l/tokm1")
    at_home.house.close()
    assert (answer.status_code, answer.text) == (503, "try again\n")


def test_it_is_one_of_the_public_routes() -> None:
    assert "link" in PUBLIC_ROUTES
