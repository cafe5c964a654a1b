"""The pages' door: nobody without a session, forms of ours only, cookies and headers that keep others out."""

from __future__ import annotations

import pytest

from base import staff
from tests.console.conftest import BASE, browser, token_in
from tests.house import Home, home
from tests.servers import Database
from tests.staff import PASSWORD, Colleague, hire

PAGES = ("/console/", "/console/kyc", "/console/kyc/rev_x", "/console/kyc/rev_x/picture", "/console/claims", "/console/prove")
VERBS = ("approve", "reject", "ask", "reveal")
POSTS = ("/console/sign-out", "/console/prove", *(f"/console/kyc/rev_x/{verb}" for verb in VERBS))


def test_strangers_are_led_to_the_door(made: Home) -> None:
    it = browser(made)
    for path in PAGES:
        answer = it.get(path)
        assert answer.status_code == 303 and answer.location.startswith("/console/sign-in?next="), path
        assert path not in answer.get_data(as_text=True).replace(answer.location, "")
    for path in POSTS:
        assert it.send(path, form_token="x").status_code == 303, path


def test_signing_in_sets_a_cookie_that_no_script_and_no_other_site_has(made: Home, meera: Colleague) -> None:
    it = browser(made)
    answer = it.sign_in(meera)
    assert (answer.status_code, answer.location) == (303, "/console/kyc")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-saathi-console=")]
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert it.get("/console/kyc").status_code == 200


def test_on_this_machine_by_http_the_cookie_goes_without_secure(database: Database) -> None:
    with home(database.url, public_base_url="http://127.0.0.1:8000") as made:
        who = hire(made.house, "meera", "finance")
        it = browser(made)
        cookies = it.sign_in(who).headers.getlist("Set-Cookie")
        assert any(c.startswith("saathi-console=") and "Secure" not in c for c in cookies)


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("meera", "wrong", None), ("meera", PASSWORD, "000000"), ("nobody", PASSWORD, None), ("", "", ""),
     ("\x00", "\x00", "\x00"), ("é" * 300, "é" * 4_000, "é" * 100), ("<script>", "'; DROP TABLE staff; --", "{{7*7}}")],
)  # fmt: skip
def test_what_is_wrong_is_never_said(made: Home, meera: Colleague, name: str, password: str, code: str | None) -> None:
    it = browser(made)
    fields = {"name": name, "password": password, "code": meera.code() if code is None else code}
    answer = it.post("/console/sign-in", on="/console/sign-in", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403 and "the name, the password or the code is wrong" in page
    assert "__Host-saathi-console" not in str(answer.headers) and "<script>" not in page and "{{" not in page


def test_a_form_that_is_not_ours_is_refused(made: Home, meera: Colleague) -> None:
    it = browser(made)
    fields = {"name": "meera", "password": PASSWORD, "code": meera.code()}
    assert it.send("/console/sign-in", **fields).status_code == 403
    ours = token_in(it.get("/console/sign-in").get_data(as_text=True), "/console/sign-in")
    assert browser(made).send("/console/sign-in", form_token=ours, **fields).status_code == 403, "of another browser"
    cross = {"Sec-Fetch-Site": "cross-site"}
    answer = it.web.post("/console/sign-in", base_url=BASE, data={**fields, "form_token": ours}, headers=cross)
    assert answer.status_code == 403
    assert it.send("/console/sign-in", form_token=ours, **fields).status_code == 303


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/console//evil", "/console/..//evil", "/\\evil", "javascript:x", "/metrics"],
)
def test_after_signing_in_nobody_is_led_elsewhere(made: Home, meera: Colleague, wanted: str) -> None:
    it = browser(made)
    page = it.get("/console/sign-in").get_data(as_text=True)
    fields = {"name": "meera", "password": PASSWORD, "code": meera.code(), "form_token": token_in(page, "/console/sign-in")}
    answer = it.web.post("/console/sign-in", base_url=BASE, query_string={"next": wanted}, data=fields)
    assert (answer.status_code, answer.location) == (303, "/console/kyc")


def test_every_answer_tells_the_browser_what_not_to_do(made: Home, meera: Colleague) -> None:
    it = browser(made)
    it.sign_in(meera)
    for path in ("/console/sign-in", *PAGES, "/console/static/console.css", "/console/static/none.js"):
        headers = it.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert "max-age" in headers["Strict-Transport-Security"]
        assert "static" in path or headers["Cache-Control"] == "no-store", path


def test_pages_hold_no_script_and_no_style_of_their_own(made: Home, meera: Colleague) -> None:
    it = browser(made)
    it.sign_in(meera)
    for path in ("/console/sign-in", "/console/kyc", "/console/claims", "/console/prove"):
        page = it.get(path).get_data(as_text=True)
        for forbidden in ("<style", "style=", "onclick", "<script>", "http://", "https://"):
            assert forbidden not in page, (path, forbidden)


def test_signing_out_ends_the_session_everywhere_it_was_copied(made: Home, meera: Colleague) -> None:
    it, thief = browser(made), browser(made)
    it.sign_in(meera)
    for cookie in ("__Host-saathi-console",):
        copied = it.web.get_cookie(cookie, domain="bot.example.com")
        assert copied is not None
        thief.web.set_cookie(cookie, copied.value, domain="bot.example.com", secure=True)
    assert thief.get("/console/kyc").status_code == 200
    assert it.post("/console/sign-out", on="/console/kyc").status_code == 303
    assert thief.get("/console/kyc").status_code == 303 and it.get("/console/kyc").status_code == 303


def test_signing_in_anew_ends_the_session_before(made: Home, meera: Colleague) -> None:
    it = browser(made)
    it.sign_in(meera)
    it.sign_in(meera)
    ended = [row.ended_why for row in made.rows("SELECT ended_why FROM staff_sessions ORDER BY began_at, id")]
    assert sorted(ended, key=str) == [None, "signed in anew"]


def test_a_role_that_was_taken_away_ends_it_at_once(made: Home, meera: Colleague) -> None:
    it = browser(made)
    it.sign_in(meera)
    with made.house.engine.begin() as conn:
        staff.change(conn, "meera", act="staff.off", by="system:test", at=made.at, active=False)
    assert it.get("/console/kyc").status_code == 303


def test_a_distributor_sees_no_members(made: Home) -> None:
    it = browser(made)
    it.sign_in(hire(made.house, "dist", "distributor"))
    for path in ("/console/kyc", "/console/kyc/rev_x", "/console/claims"):
        answer = it.get(path)
        assert answer.status_code == 403 and "needs the role" in answer.get_data(as_text=True)


def test_without_a_database_the_pages_say_so(made: Home, meera: Colleague) -> None:
    it = browser(made)
    it.sign_in(meera)
    dead = {"database_url": "postgresql://nobody@127.0.0.1:1/none"}
    made.house.close()
    made.house.settings = made.house.settings.model_copy(update=dead)
    answer = it.get("/console/kyc")
    assert answer.status_code == 503 and "nobody" not in answer.get_data(as_text=True)
    made.house.close()


def test_forms_are_small(made: Home, meera: Colleague) -> None:
    it = browser(made)
    it.get("/console/sign-in")
    assert it.send("/console/sign-in", name="x" * 100_000).status_code == 413
