"""One page: who may do what. `yes`: it begins; `no`: they are told whose it is; `join`: a stranger is asked to join first."""

from __future__ import annotations

import pytest

from flows.commands import HELPERS_MAY, STARTED_BY_MEMBERS
from flows.doors import HELPERS_FLOWS
from flows.flowbook import BOOK
from handlers import authority
from tests.handlers.several import MEENA, SONU, helps, say, shop
from tests.house import RAMESH, Home

TABLE = """
    what          says              owner  helper  quiet  stranger
    scan          scan              yes    yes     yes    join
    bills         bills             yes    yes     yes    join
    balance       points            yes    yes     no     join
    redeem        redeem            yes    no      no     join
    where         status            yes    no      no     join
    tax           tax               yes    no      no     join
    pan           pan               yes    no      no     join
    invite        add helper        yes    no      no     join
    helpers       helpers           yes    no      no     join
    sell          sell shop         yes    no      no     join
    shops         shops             yes    yes     yes    join
    leave         leave shop        no     yes     yes    join
    my data       my data           yes    yes     yes    yes
    language      language          yes    yes     yes    yes
    help          help              yes    yes     yes    yes
    own account   my own account    no     yes     yes    join
    new number    new number        no     yes     yes    yes
"""
ROWS = [[cell.strip() for cell in line.strip().split("  ") if cell.strip()] for line in TABLE.strip().splitlines()[1:]]
NOT_THEIRS = ("helpers.owner_only", "helpers.no_balance", "enrol.already", "moving.member", "leaving.owner")


@pytest.fixture
def street(at_home: Home) -> Home:
    """The owner, a helper, a helper who is not to see the points, and somebody who has never written."""
    shop(at_home)
    helps(at_home)
    helps(at_home, "all", "no", who=QUIET)
    return at_home


QUIET = "whatsapp:+919844444444"
PEOPLE = {"owner": RAMESH, "helper": SONU, "quiet": QUIET, "stranger": MEENA}


def test_who_may_do_what(street: Home) -> None:
    for what, words, *answers in ROWS:
        for (kind, who), expected in zip(PEOPLE.items(), answers, strict=True):
            told = say(street, who, words)
            found = "no" if told in NOT_THEIRS else "join" if kind == "stranger" and told.startswith("enrol.") else "yes"
            assert found == expected, (what, kind, told)
            if (told not in NOT_THEIRS and kind != "stranger") or words == "new number":
                say(street, who, "cancel")


def test_everything_that_members_start_is_on_the_page_or_the_owners_alone() -> None:
    assert set(HELPERS_MAY) == {"scan", "bills", "balance", "shops", "leave_shop"}
    assert set(STARTED_BY_MEMBERS) >= set(HELPERS_MAY)


def test_what_is_not_named_is_the_owners() -> None:
    """A flow or an effect that is added tomorrow is closed to helpers until somebody opens it here."""
    money = {"redeem", "payouts", "tax", "helpers"}
    assert "confirming" in HELPERS_FLOWS, "a question about a shop of their own, which the handler looks at"
    assert money & set(HELPERS_FLOWS) == set() and money <= set(BOOK)
    names = {kind.__name__ for kind in authority.HELPERS_MAY}
    forbidden = {
        "RequestRedemption", "CheckDestination", "JoinAccount", "ForgetDestination", "ReadRedeemTerms", "ProposePin", "SetPin",
        "ReadPayouts", "PreviewTax", "ReadTax", "SavePan", "InviteHelper", "RemoveHelper", "ReadHelpers", "OfferShop",
        "AnswerMove", "SaveShop", "SaveMobile",
    }  # fmt: skip
    assert names & forbidden == set()
