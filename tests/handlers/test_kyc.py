"""Proving who one is, through the real house: what is kept, what is compared, what goes to a person, what never does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from base.gstin import check_character
from flows.kyc_events import KycGraded, SaveKyc
from loyalty import kyc
from loyalty.kyc_rules import KycRule
from tests.handlers.redeeming import knowing, say
from tests.handlers.test_tax import done, rich
from tests.house import RAMESH, SUNITA, Home

PAN, OTHER_PAN = "ABCPK1234F", "ZZZPK9876Q"
EVERYONE = ("electrician", "retailer", "dealer", "distributor")


def gstin_of(pan: str, state: str = "09") -> str:
    first = f"{state}{pan}1Z"
    return first + check_character(first)


GSTIN = gstin_of(PAN)


def needs(*kinds: Any, above_paise: int = 0) -> KycRule:
    return KycRule(roles=EVERYONE, needs=kinds, above_paise=above_paise)


def checks(home: Home, kind: str = "pan") -> list[tuple[str, str | None]]:
    rows = home.rows("SELECT state, reason FROM kyc_checks WHERE kind = :kind AND state <> 'replaced' ORDER BY id", kind=kind)
    return [(row.state, row.reason) for row in rows]


@pytest.fixture
def home(at_home: Home) -> Home:
    at_home.enrol()  # Ramesh Kumar, an electrician
    return at_home


def test_a_dealer_proves_everything_and_nothing_of_it_stands_anywhere_in_clear(home: Home) -> None:
    knowing(home, needs("gstin", "pan", "udyam"))
    assert say(home, "kyc") == "kyc.ask_gstin"
    wrong = GSTIN[:-1] + ("A" if GSTIN[-1] != "A" else "B")
    assert say(home, wrong) == "kyc.gstin_malformed"
    assert say(home, f"gstin {GSTIN.lower()}") == "kyc.ask_legal_name"
    assert say(home, "Kumar Ramesh") == "kyc.offer_pan"
    assert "AB••••••4F" in home.said()[-1].body
    assert say(home, "yes") == "kyc.ask_udyam"
    assert say(home, "udyam-up-12") == "kyc.udyam_malformed"
    assert say(home, "udyam up 12 0123456") == "kyc.status"
    assert [row.state for row in home.rows("SELECT state FROM kyc_checks")] == ["verified"] * 3
    assert home.rows("SELECT source, masked FROM member_pans") == [("kyc", "AB••••••4F")], "one PAN for KYC and tax"
    assert home.count("SELECT count(*) FROM secrets") == 0
    stored = home.every_row().upper()
    assert all(value not in stored for value in (PAN, GSTIN, wrong, "0123456"))


def test_a_redemption_asks_first_and_goes_on_where_it_was(home: Home) -> None:
    rich(home)
    for words in ("redeem", "15000", "ramesh@okaxis"):
        home.write(words)
    assert home.told()[-1] == "redeem.kyc_needed", "the sample: an electrician, above 10,000 rupees a year"
    home.write("Do it now", ButtonPayload="cmd.kyc")
    assert home.told()[-2:] == ["kyc.status", "kyc.ask_pan"]
    home.write(PAN)
    assert home.told()[-3:] == ["kyc.verified", "kyc.status", "redeem.confirm"]
    assert home.count("SELECT count(*) FROM payouts") == 0


def test_small_redemptions_ask_for_nothing(home: Home) -> None:
    rich(home)
    assert say(home, "redeem", "10000", "ramesh@okaxis") == "redeem.confirm"


def test_a_yes_to_an_older_question_is_held_back_too(home: Home) -> None:
    rich(home)
    assert say(home, "redeem", "100", "ramesh@okaxis") == "redeem.confirm"
    knowing(home, needs("pan"))  # published since
    assert say(home, "yes") == "redeem.kyc_needed"
    assert home.count("SELECT count(*) FROM payouts") == 0
    assert say(home, "later") == "redeem.cancelled"


def test_a_pan_that_another_gave_goes_to_a_person_and_the_member_learns_nothing_of_them(home: Home) -> None:
    knowing(home, needs("pan"), two_approvals_for=("duplicate",))
    home.enrol(SUNITA)
    say(home, "kyc", PAN)
    assert say(home, "kyc", PAN, who=SUNITA) == "kyc.status"
    assert home.told(SUNITA)[-2] == "kyc.review.other"
    assert checks(home) == [("verified", None), ("review", "duplicate")]
    assert home.rows("SELECT why, state, approvals_needed FROM kyc_reviews") == [("duplicate", "open", 2)]
    said = " ".join(message.body for message in home.said(SUNITA))
    assert "Ramesh" not in said.replace("Ramesh Kumar", "") and "9812345678" not in said
    rich_sunita(home)
    assert say(home, "redeem", "100", "sunita@ybl", who=SUNITA) == "redeem.kyc_waits"
    with home.house.engine.connect() as conn:
        mine = kyc.read(conn, home.rows("SELECT check_id FROM kyc_reviews")[0].check_id)
        assert mine is not None
        assert [rival.state for rival in kyc.rivals(conn, home.house.keyring, mine)] == ["verified"]


def rich_sunita(home: Home) -> None:
    for code in home.codes(2):
        home.write(code, SUNITA)


def test_four_who_give_one_pan_at_once_are_one_verified_and_three_reviews(home: Home) -> None:
    knowing(home, needs("pan"))
    people = [f"whatsapp:+9190000000{n:02d}" for n in range(4)]
    for who in people:
        home.enrol(who)
        home.write("kyc", who)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda who: alone(home, PAN, who), people))
    assert sorted(checks(home)) == [("review", "duplicate")] * 3 + [("verified", None)]
    assert home.count("SELECT count(*) FROM kyc_reviews WHERE state = 'open'") == 3
    assert home.count("SELECT count(DISTINCT pan_index) FROM member_pans") == 1


def test_one_pan_given_for_tax_and_for_kyc_at_once_locks_nobody_out(home: Home) -> None:
    knowing(home, needs("pan"))
    people = [f"whatsapp:+9190000000{n:02d}" for n in range(6)]
    for number, who in enumerate(people):
        home.enrol(who)
        home.write("pan" if number % 2 else "kyc", who)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda who: alone(home, PAN, who), people))
    assert sorted(checks(home)) == [("review", "duplicate")] * 5 + [("verified", None)]
    assert home.count("SELECT coalesce(sum(failures), 0) FROM inbox") == 0


def alone(home: Home, body: str, who: str) -> None:
    from tests.handlers.test_effects import write_alone

    write_alone(home, body, who)


def test_who_was_erased_stands_in_nobodys_way(home: Home) -> None:
    knowing(home, needs("pan"))
    home.enrol(SUNITA)
    say(home, "kyc", PAN)
    home.change("UPDATE members SET data_key = NULL WHERE id = :id", id=home.conversation().member_id)
    say(home, "kyc", PAN, who=SUNITA)
    assert checks(home) == [("verified", None), ("verified", None)]


def test_the_same_gstin_and_the_same_account_of_another_bank_branch_go_to_a_person(home: Home) -> None:
    knowing(home, needs("gstin", "destination"))
    home.enrol(SUNITA)
    for who, ifsc in ((RAMESH, "HDFC0001234"), (SUNITA, "HDFC0009999")):
        say(home, "kyc", GSTIN, "Ramesh Kumar", who=who)
        say(home, "50100123456789", ifsc, "RAMESH KUMAR", who=who)
    assert checks(home, "gstin") == [("verified", None), ("review", "duplicate")]
    assert checks(home, "destination") == [("checking", None), ("review", "duplicate")]


def test_a_name_that_differs_is_asked_for_again_and_the_third_time_a_person_looks(home: Home) -> None:
    knowing(home, needs("gstin"), other_name_below=0)
    say(home, "kyc")
    for told in ("kyc.again", "kyc.again"):
        say(home, GSTIN, "Suresh Patil")
        assert home.told()[-2] == told and home.told()[-1] == "kyc.ask_gstin"
    say(home, GSTIN, "Suresh Patil")
    assert home.told()[-2] == "kyc.review.name_differs"
    assert checks(home, "gstin") == [("review", "name_differs")]
    assert say(home, "kyc") == "kyc.status", "what a person looks at is not asked for again"


def test_a_quite_different_name_goes_to_a_person_at_once(home: Home) -> None:
    knowing(home, needs("gstin"))
    say(home, "kyc", GSTIN, "Vadodara Cable House")
    assert checks(home, "gstin") == [("review", "name_differs")]


def test_a_gstin_must_hold_the_pan_that_was_given_whichever_came_first(home: Home) -> None:
    knowing(home, needs("pan"))
    say(home, "kyc", OTHER_PAN)
    knowing(home, needs("gstin", "pan"))
    say(home, "kyc", GSTIN, "Ramesh Kumar")
    assert checks(home, "gstin") == [("ask_again", "pan_differs")]
    home.enrol(SUNITA)
    say(home, "kyc", gstin_of("AAAPK1111A"), "Ramesh Kumar", "no", "BBBPK2222B", who=SUNITA)
    assert checks(home)[-1] == ("ask_again", "pan_differs")
    assert home.rows("SELECT masked FROM member_pans") == [("ZZ••••••6Q",)], "a PAN that did not fit is nobody's"


def test_a_pan_given_for_tax_counts_here_and_is_compared_as_well(home: Home) -> None:
    knowing(home, needs("pan"))
    home.enrol(SUNITA)
    say(home, "pan", PAN)
    assert say(home, "kyc") == "kyc.status" and checks(home) == [("verified", None)]
    say(home, "pan", PAN, who=SUNITA)
    assert checks(home)[-1] == ("review", "duplicate")


def test_what_was_verified_long_ago_is_asked_for_anew(home: Home) -> None:
    knowing(home, needs("pan"), valid_days=365)
    say(home, "kyc", PAN)
    home.forward(days=364)
    assert say(home, "kyc") == "kyc.status"
    home.forward(days=2)
    assert say(home, "kyc") == "kyc.ask_pan" and "long time ago" in home.said()[-2].body
    assert say(home, PAN) == "kyc.status" and checks(home) == [("verified", None)]


def test_a_rejected_pan_is_the_members_no_more_and_another_may_be_given(home: Home) -> None:
    knowing(home, needs("pan"))
    say(home, "kyc", PAN)
    (check,) = home.rows("SELECT id FROM kyc_checks")
    with home.house.engine.begin() as conn:
        kyc.decide(conn, check.id, state="rejected", reason="not_genuine", by="meena", now=home.at)
    assert home.count("SELECT count(*) FROM member_pans WHERE replaced_at IS NULL") == 0
    assert say(home, "kyc") == "kyc.ask_pan" and "does not look genuine" in home.said()[-2].body
    say(home, OTHER_PAN)
    assert checks(home) == [("verified", None)]
    with home.house.engine.begin() as conn:
        assert kyc.decide(conn, check.id, state="verified", reason="", by="meena", now=home.at) is None, "replaced since"


def test_a_changed_name_is_asked_about_again(home: Home) -> None:
    knowing(home, needs("pan"))
    say(home, "kyc", PAN)
    with home.house.engine.begin() as conn:
        member = home.conversation().member_id
        assert kyc.reopen(conn, member, ["pan", "gstin"], reason="name_changed", by="meena", now=home.at) == ("pan",)
    assert say(home, "kyc") == "kyc.ask_pan" and checks(home) == [("ask_again", "name_changed")]


def test_what_was_given_never_changes(home: Home) -> None:
    knowing(home, needs("pan"))
    say(home, "kyc", PAN)
    for change in ("UPDATE kyc_checks SET masked = masked, sealed = '\\x00'", "UPDATE kyc_checks SET blind_index = 'k1:00'"):
        with pytest.raises(Exception, match=r"permission denied|cannot change"):
            home.change(change)
    home.change("UPDATE kyc_checks SET state = 'replaced'")
    with pytest.raises(Exception, match="cannot change"):
        home.change("UPDATE kyc_checks SET state = 'verified'")


def test_an_erased_member_and_a_token_that_is_gone_end_in_a_question_not_in_a_fault(home: Home) -> None:
    knowing(home, needs("gstin"))
    say(home, "kyc", GSTIN)
    home.change("DELETE FROM secrets")  # it was typed days ago
    assert say(home, "Ramesh Kumar") == "kyc.ask_gstin" and checks(home, "gstin") == []
    token = _token(home)
    home.change("UPDATE members SET data_key = NULL")
    assert done(home, SaveKyc("gstin", token, "Ramesh Kumar")) == KycGraded("gstin", "ask_again", "", "other")
    assert done(home, SaveKyc("destination", "sec_none")) == KycGraded("destination", "ask_again", "", "other")


def _token(home: Home) -> str:
    say(home, GSTIN)
    return str(home.rows("SELECT token FROM secrets")[0].token)


@pytest.mark.parametrize("words", ["मेरे पास नहीं है", "mere paas nahi hai", "I don't have it", "not now", "baad mein"])
def test_what_is_not_at_hand_can_wait_also_after_a_slip(home: Home, words: str) -> None:
    knowing(home, needs("gstin"))
    for typed in ("kyc", GSTIN[:-1]):  # what did not fit was answered without the button that says later
        home.write(typed)
    assert say(home, words) == "kyc.later"
    assert say(home, "kyc") == "kyc.ask_gstin"
    assert home.count("SELECT count(*) FROM secrets") == 0
