"""What one of our people has said of a proof: it stands, whatever is typed afterwards, and the right phone is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from base import staff
from bot import promises, turn
from bot.desk import HouseDesk
from console.desk import decide_kyc
from handlers import ownership
from loyalty import memberships
from payouts.checking import Checked
from tests.cli.shop import CommandLine
from tests.handlers.redeeming import knowing, say
from tests.handlers.test_kyc import GSTIN, OTHER_PAN, PAN, checks, needs
from tests.handlers.test_kyc_places import asked
from tests.handlers.test_tax import rich
from tests.house import RAMESH, SUNITA, Home
from tests.reviews import waiting


@pytest.fixture
def home(at_home: Home) -> Home:
    at_home.enrol()  # Ramesh Kumar, an electrician
    with at_home.house.engine.begin() as conn:
        staff.add(conn, staff_id="stf_meera", name="meera", roles=["finance", "ops"], by="system:first", at=at_home.at)
    return at_home


def verdict(home: Home, said: str, reason: str = "") -> None:
    """On the one review that is open."""
    (review,) = home.rows("SELECT id FROM kyc_reviews WHERE state = 'open'")
    with home.house.engine.begin() as conn:
        by = staff.acting(conn, "meera", f"kyc.{said}")
        decide_kyc(HouseDesk(home.house), conn, review.id, by, said, reason=reason)  # type: ignore[arg-type]  # a Verdict


def moved(home: Home) -> None:
    """Ramesh's account to Sunita's phone, a minute later."""
    home.write("hi", SUNITA)
    home.forward(minutes=1)
    with home.house.engine.begin() as conn:
        member, to = home.conversation(RAMESH).member_id, home.conversation(SUNITA).contact_id
        memberships.lock(conn, member)
        ownership.move(
            conn, home.house.keyring, member, to, by="meera", key="k", now=home.at, cool_off=timedelta(hours=24)
        )  # fmt: skip


def news_of(home: Home, who: str) -> int:
    sql = "SELECT count(*) FROM inbox WHERE conversation_id = :id AND kind = 'happening' AND key NOT LIKE 'k/%'"
    return home.count(sql, id=home.conversation(who).id)


def test_what_was_rejected_is_not_verified_by_typing_it_again(home: Home) -> None:
    knowing(home, needs("gstin"))
    say(home, "kyc", GSTIN, "Totally Other Trading Company")
    verdict(home, "reject", "not_genuine")
    home.forward(minutes=1)
    say(home, "kyc", GSTIN)
    assert say(home, "Ramesh Kumar") == "kyc.status"
    assert checks(home, "gstin") == [("review", "other")]


def test_what_waits_for_a_person_is_not_verified_by_another_door(home: Home) -> None:
    knowing(home, needs("pan"))
    waiting(home)
    say(home, "pan", PAN)
    assert checks(home) == [("review", "other")]
    assert home.rows("SELECT state FROM kyc_reviews ORDER BY state") == [("dropped",), ("open",)]
    verdict(home, "approve")
    say(home, "pan", PAN)
    assert checks(home) == [("verified", None)], "what a person has approved stays approved"


def test_another_value_than_the_rejected_one_is_judged_for_itself(home: Home) -> None:
    knowing(home, needs("pan"))
    waiting(home)
    verdict(home, "reject", "not_yours")
    say(home, "kyc", OTHER_PAN)
    assert checks(home) == [("verified", None)]


def test_a_pan_that_does_not_fit_the_gstin_is_not_taken_for_tax_either(home: Home) -> None:
    knowing(home, needs("gstin", "pan"))
    say(home, "kyc", GSTIN, "Ramesh Kumar", "no", "menu")
    assert say(home, "pan", OTHER_PAN) == "kyc.again"
    assert checks(home) == [("ask_again", "pan_differs")]
    assert home.count("SELECT count(*) FROM member_pans") == 0


def test_a_verdict_is_told_to_the_accounts_new_number_alone(home: Home) -> None:
    knowing(home, needs("pan"))
    waiting(home)
    moved(home)
    verdict(home, "approve")
    assert (news_of(home, SUNITA), news_of(home, RAMESH)) == (1, 0)


def test_what_the_bank_says_is_told_to_the_accounts_new_number_alone(home: Home) -> None:
    knowing(home, needs("destination"))
    say(home, "kyc", "ramesh@okaxis")
    moved(home)
    asked(home, Checked("fav_1", True, "RAMESH KUMAR"))
    assert home.told(SUNITA)[-1] == "news.kyc_approved", "its turn is taken at once"
    assert "news.kyc_approved" not in home.told(RAMESH) and checks(home, "destination") == [("verified", None)]


def test_whoever_is_asked_again_is_asked_at_the_accounts_new_number(home: Home) -> None:
    knowing(home, needs("pan"))
    say(home, "kyc", PAN)
    moved(home)
    line = CommandLine(home.house)
    phone = SUNITA.removeprefix("whatsapp:")
    assert line("kyc", "renew", phone, "--reason", "asked", "--as", "meera").exit_code == 0
    assert (news_of(home, SUNITA), news_of(home, RAMESH)) == (1, 0)
    turn.run(home.house, home.conversation(SUNITA).id)
    assert home.told(SUNITA)[-1] == "news.kyc_asked_again"


def test_a_destination_that_is_too_old_is_proved_anew_and_paid_to(home: Home) -> None:
    rich(home)
    knowing(home, needs("destination"), valid_days=30)
    say(home, "kyc", "ramesh@okaxis")
    asked(home, Checked("fav_1", True, "RAMESH KUMAR"))
    home.forward(days=31)
    assert say(home, "redeem", "200") == "redeem.offer.one"
    assert say(home, "1", "yes") == "redeem.confirm" and home.told()[-2] == "kyc.verified"
    assert say(home, "yes") == "redeem.on_its_way"


def test_what_is_verified_already_is_offered_and_paid_to_at_once(home: Home) -> None:
    rich(home)
    knowing(home, needs("destination"))
    say(home, "kyc", "ramesh@okaxis")
    asked(home, Checked("fav_1", True, "RAMESH KUMAR"))
    assert say(home, "redeem", "200") == "redeem.offer.one"
    assert say(home, "1", "yes") == "redeem.on_its_way"
    assert home.count("SELECT count(*) FROM kyc_checks") == 1


def test_a_destination_that_is_approved_after_days_is_still_there_to_be_paid(home: Home) -> None:
    rich(home)
    knowing(home, needs("destination"))
    say(home, "redeem", "200", "ramesh@okaxis", "yes")
    asked(home, Checked("fav_1", True, None))
    home.forward(hours=26)
    promises.tidy(home.house)
    verdict(home, "approve")
    turn.run(home.house, home.conversation().id)
    assert home.told()[-1] == "news.kyc_approved"
    assert say(home, "continue", "yes") == "redeem.on_its_way"
