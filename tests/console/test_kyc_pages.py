"""The review pages: what a reviewer sees, what is masked, what each click writes down, and that it works without scripts."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import Browser, browser, token_in
from tests.house import SUNITA, Home
from tests.reviews import PAN, card, waiting
from tests.staff import Colleague, hire


def acts(made: Home) -> list[str]:
    return [row.act for row in made.rows("SELECT act FROM audit WHERE act LIKE 'kyc%' ORDER BY id")]


def test_the_queue_shows_how_long_each_has_waited(made: Home, signed_in: Browser) -> None:
    assert "Nothing waits." in signed_in.get("/console/kyc").get_data(as_text=True)
    review = waiting(made)
    made.forward(minutes=25)
    page = signed_in.get("/console/kyc").get_data(as_text=True)
    assert review in page and "AB••••••4F" in page and "25 min" in page and "the name differs" in page
    assert PAN not in page


def test_the_picture_stands_beside_what_was_read_and_the_number_is_masked(made: Home, signed_in: Browser) -> None:
    made.enrol(SUNITA)
    waiting(made, SUNITA, name="SUNITA DEVI")
    review = waiting(made, photo=card(), why="duplicate")
    page = signed_in.get(f"/console/kyc/{review}").get_data(as_text=True)
    for words in ("RAMESH KUMAAR", "Ramesh Kumar", "AB••••••4F", "55 of 100", "+91••••••5678", "The same was given by"):
        assert words in page, words
    assert PAN not in page and "9812345678" not in page
    picture = signed_in.get(f"/console/kyc/{review}/picture")
    assert (picture.status_code, picture.mimetype, picture.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert picture.data == card() and "sandbox" in picture.headers["Content-Security-Policy"]
    assert acts(made) == ["kyc.read", "kyc.read_picture"]


def test_the_number_in_full_is_a_click_on_record(made: Home, signed_in: Browser) -> None:
    review = waiting(made)
    answer = signed_in.post(f"/console/kyc/{review}/reveal", on=f"/console/kyc/{review}")
    assert answer.status_code == 200 and PAN in answer.get_data(as_text=True) and answer.headers["Cache-Control"] == "no-store"
    assert acts(made).count("kyc.reveal") == 1
    assert signed_in.get(f"/console/kyc/{review}/reveal").status_code == 405
    assert PAN not in made.every_row()


def test_support_reads_and_asks_but_neither_reveals_nor_approves(made: Home) -> None:
    it = browser(made)
    it.sign_in(hire(made.house, "ravi", "support"))
    review = waiting(made, photo=card())
    page = it.get(f"/console/kyc/{review}").get_data(as_text=True)
    assert "your role does not show it" in page and "/picture" not in page and "/reveal" not in page
    assert it.get(f"/console/kyc/{review}/picture").status_code == 403
    assert "needs the role ops or finance" in page
    for verb in ("reveal", "approve", "reject", "enter"):
        assert f"/{verb}" not in page, "what would be refused is not offered"
        answer = it.send(f"/console/kyc/{review}/{verb}", form_token=token_in(page, "/console/sign-out"), reason="not_yours")
        assert answer.status_code == 403 and PAN not in answer.get_data(as_text=True), verb
    assert it.post(f"/console/kyc/{review}/ask", on=f"/console/kyc/{review}", reason="unreadable").status_code == 303
    assert made.rows("SELECT state FROM kyc_reviews")[0].state == "asked"


@pytest.mark.parametrize(("roles", "offered"), [
    (("support",), {"ask"}), (("distributor", "support"), {"ask"}), (("ops",), {"reveal", "approve", "reject", "ask"}),
    (("finance",), {"reveal", "approve", "reject", "ask"}), (("admin",), {"reveal", "approve", "reject", "ask"}),
])  # fmt: skip
def test_a_page_offers_what_the_role_may_and_nothing_else(made: Home, roles: tuple[str, ...], offered: set[str]) -> None:
    it = browser(made)
    it.sign_in(hire(made.house, "asha", *roles))
    for readable in (True, False):
        review = waiting(made, photo=card(), readable=readable)
        page = it.get(f"/console/kyc/{review}").get_data(as_text=True)
        forms = {action.rpartition("/")[2] for action in re.findall(r'action="(/console/kyc/[^"]*)"', page)}
        assert forms == (offered if readable else {{"approve": "enter"}.get(each, each) for each in offered - {"reveal"}})
        for path in (f"/console/kyc/{review}/{each}" for each in forms):
            assert it.send(path, form_token=token_in(page, path)).status_code != 403, path


def test_who_may_read_nothing_there_is_shown_no_way_to_it(made: Home) -> None:
    it = browser(made)
    it.sign_in(hire(made.house, "dina", "distributor"))
    page = it.get("/console/").headers["Location"]
    refused = it.get(page)
    assert refused.status_code == 403 and "/console/claims" not in (words := refused.get_data(as_text=True))
    assert 'href="/console/kyc"' not in words and "Sign out" in words


def test_approving_leads_back_to_the_queue_and_says_what_was_done(made: Home, signed_in: Browser) -> None:
    review = waiting(made)
    answer = signed_in.post(f"/console/kyc/{review}/approve", on=f"/console/kyc/{review}")
    assert answer.status_code == 303
    page = signed_in.get(answer.location).get_data(as_text=True)
    assert f"{review}: approved" in page
    assert made.rows("SELECT state, decided_by FROM kyc_checks")[0] == ("verified", "meera")
    again = signed_in.get(f"/console/kyc/{review}").get_data(as_text=True)
    assert "approved" in again and "/approve" not in again
    assert made.count("SELECT count(*) FROM inbox WHERE key LIKE 'rev_%'") == 1


def test_four_eyes_are_two_people(made: Home, signed_in: Browser) -> None:
    review = waiting(made, approvals=2)
    page = signed_in.get(f"/console/kyc/{review}").get_data(as_text=True)
    assert "Two different colleagues must approve" in page
    token_page = f"/console/kyc/{review}"
    other = browser(made)
    other.sign_in(hire(made.house, "dev", "ops"))
    stale = re.findall(r'action="[^"]*approve"[^>]*>\s*<input type="hidden" name="form_token" value="(\w+)"', page)[0]
    assert signed_in.post(f"/console/kyc/{review}/approve", on=token_page).status_code == 303
    answer = signed_in.send(f"/console/kyc/{review}/approve", form_token=stale)
    assert answer.status_code == 409 and "a second colleague must" in answer.get_data(as_text=True)
    assert "A second colleague must decide" in signed_in.get(token_page).get_data(as_text=True)
    assert other.post(f"/console/kyc/{review}/approve", on=token_page).status_code == 303
    assert made.rows("SELECT state FROM kyc_reviews")[0].state == "approved"


def test_a_form_of_one_review_is_no_form_of_another(made: Home, signed_in: Browser) -> None:
    made.enrol(SUNITA)
    first, second = waiting(made), waiting(made, SUNITA, value="ABCPS9999F")
    page = signed_in.get(f"/console/kyc/{first}").get_data(as_text=True)
    token = re.findall(r'action="[^"]*approve"[^>]*>\s*<input type="hidden" name="form_token" value="(\w+)"', page)[0]
    assert signed_in.send(f"/console/kyc/{second}/approve", form_token=token).status_code == 403
    assert signed_in.send(f"/console/kyc/{first}/approve").status_code == 403
    assert made.count("SELECT count(*) FROM kyc_review_votes") == 0


@pytest.mark.parametrize("fields", [{}, {"reason": "<script>"}, {"reason": "not_yours", "note": "x" * 600}, {"reason": "\x00"},
                                    {"reason": "not_yours", "note": "\x00"}])
def test_what_is_posted_wrong_changes_nothing(made: Home, signed_in: Browser, fields: dict[str, str]) -> None:
    review = waiting(made)
    answer = signed_in.post(f"/console/kyc/{review}/reject", on=f"/console/kyc/{review}", **fields)
    assert answer.status_code == 409 and "<script>" not in answer.get_data(as_text=True).replace("<script src", "")
    assert made.rows("SELECT state FROM kyc_reviews")[0].state == "open"


def test_names_are_words_and_never_markup(made: Home, signed_in: Browser) -> None:
    review = waiting(made, name="<img src=x onerror=alert(1)>{{7*7}}")
    page = signed_in.get(f"/console/kyc/{review}").get_data(as_text=True)
    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;{{7*7}}" in page


@pytest.mark.parametrize("data", [b"%PDF-1.7 not shown", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b""])
def test_only_pictures_are_shown(made: Home, signed_in: Browser, data: bytes) -> None:
    review = waiting(made, photo=data)
    answer = signed_in.get(f"/console/kyc/{review}/picture")
    assert answer.status_code == 415 and (not data or data not in answer.data)


def test_what_is_not_there(made: Home, signed_in: Browser) -> None:
    review = waiting(made)
    for place in ("rev_none", f"{review}/picture", "rev_none/picture", "%00", "x" * 500):
        assert signed_in.get(f"/console/kyc/{place}").status_code == 404, place
    assert signed_in.get("/console/kyc?done=%00").status_code == 200
    with_photo = waiting(made, photo=card())
    stored = made.rows("SELECT stored_as FROM media")[0].stored_as
    made.house.media.delete(stored)
    assert signed_in.get(f"/console/kyc/{with_photo}/picture").status_code == 404
    assert "Nothing waits." in signed_in.get("/console/claims").get_data(as_text=True)


def test_a_photo_that_no_program_could_read_is_typed_by_one_and_approved_by_another(made: Home, signed_in: Browser) -> None:
    review = waiting(made, photo=card(), readable=False, why="unreadable")
    page = f"/console/kyc/{review}"
    assert "/approve" not in signed_in.get(page).get_data(as_text=True)
    assert signed_in.post(f"{page}/enter", on=page, pan="nonsense").status_code == 409
    answer = signed_in.post(f"{page}/enter", on=page, pan=PAN.lower(), name="RAMESH KUMAR")
    assert answer.status_code == 303
    assert "A second colleague must decide" in signed_in.get(answer.location).get_data(as_text=True)
    other = browser(made)
    other.sign_in(hire(made.house, "dev", "ops"))
    assert other.post(f"{answer.location}/approve", on=answer.location).status_code == 303
    assert tuple(made.rows("SELECT state, source FROM kyc_checks WHERE state <> 'replaced'")[0]) == ("verified", "staff")


def test_an_erased_member_is_shown_without_a_name(made: Home, signed_in: Browser, meera: Colleague) -> None:
    review = waiting(made, photo=card())
    made.change("UPDATE members SET data_key = NULL")
    page = signed_in.get(f"/console/kyc/{review}")
    assert page.status_code == 200 and "erased" in page.get_data(as_text=True)
