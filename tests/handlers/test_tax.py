"""Tax in the chat: the year, the PAN that nobody sees, and what a redemption would leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from base import driver
from bot.turn import _BEGIN, _turn
from flows.effects import CheckDestination, PreviewTax, RequestRedemption, SavePan
from flows.events import SecretGiven, TaxExceedsCash, TaxPreviewed, TermsChanged
from flows.kernel import Effect
from flows.redeem_events import DestinationAccepted
from flows.tax_events import PanRefused
from handlers import secrets
from handlers.registry import HANDLERS
from handlers.turn import Turn
from ledger import points
from tests.handlers.redeeming import knowing, rules
from tests.house import SUNITA, Home

PAN = "ABCPD1234F"
T = TypeVar("T")


def rich(home: Home, much: int = 100_000) -> str:
    member: str = home.conversation().member_id
    with home.house.engine.begin() as conn:
        points.earn(
            conn, key="rich", programme_id="roshni", member_id=member, points=much, expires_at=None, happened_at=home.at,
            recorded_at=home.at, facts={},
        )  # fmt: skip
    return member


def in_a_turn(home: Home, work: Callable[[Turn], T]) -> T:
    with home.house.engine.begin() as conn:
        (row,) = driver.fetch(conn, _BEGIN, {"id": home.conversation().id})
        return work(_turn(home.house, conn, row))


def done(home: Home, effect: Effect, key: str = "SMx/0") -> object:
    """What comes of one effect."""
    return in_a_turn(home, lambda turn: HANDLERS[type(effect)](turn, effect, key))


def vpa_token(home: Home) -> str:
    given: SecretGiven = in_a_turn(home, lambda turn: secrets.asked(turn, "ramesh@okaxis", "vpa"))
    return given.token


def test_a_member_reads_their_year_and_gives_a_pan_that_is_stored_nowhere_in_clear(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("tax")
    assert at_home.told()[-1] == "tax.year_without_pan"
    at_home.write("PAN")
    at_home.write("ABCPD0000F")  # a PAN's shape, and none
    assert at_home.told()[-1] == "tax.pan_malformed"
    at_home.write("mera pan abcpd 1234f hai")
    assert at_home.told()[-1] == "tax.pan_malformed", "with spaces in it, it must stand alone"
    at_home.write("mera pan abcpd1234f hai")
    assert at_home.told()[-1] == "tax.pan_saved" and "AB••••••4F" in at_home.said()[-1].body
    at_home.write("टैक्स")
    assert at_home.told()[-1] == "tax.year_with_pan" and "10%" in at_home.said()[-1].body
    assert PAN not in at_home.every_row().upper()
    assert at_home.count("SELECT count(*) FROM secrets") == 0, "what was asked for is kept once, with the member"


def test_two_who_give_the_same_pan_share_a_year(at_home: Home) -> None:
    for who in ("whatsapp:+919812345678", SUNITA):
        at_home.enrol(who)
        for words in ("pan", PAN):
            at_home.write(words, who)
    assert at_home.count("SELECT count(DISTINCT pan_index) FROM member_pans") == 1
    assert at_home.count("SELECT count(*) FROM member_pans") == 2


def test_whoever_is_no_member_yet_is_asked_to_join(at_home: Home) -> None:
    at_home.write("tax")
    assert at_home.told()[-1] == "enrol.consent"


def test_a_preview_tells_the_split_before_anything_is_done(at_home: Home) -> None:
    at_home.enrol()
    rich(at_home)
    knowing(at_home)
    before = at_home.count("SELECT count(*) FROM payouts")
    seen = done(at_home, PreviewTax(25_000))
    assert seen == TaxPreviewed(25_000, 2_500_000, 500_000, 2_000_000, "beyond", 2_000, 2_500_000, 2_000_000, False)
    assert done(at_home, PreviewTax(20_000)) == TaxPreviewed(
        20_000, 2_000_000, 0, 2_000_000, "below", 2_000, 2_000_000, 2_000_000, False
    )
    assert at_home.count("SELECT count(*) FROM payouts") == before


def test_a_request_that_would_pay_less_than_was_shown_changes_nothing(at_home: Home) -> None:
    at_home.enrol()
    token = vpa_token(at_home)
    rich(at_home)
    knowing(at_home)
    rules(at_home, most_points=100_000, most_points_per_day=None, pin="off")
    assert isinstance(done(at_home, CheckDestination(token)), DestinationAccepted)
    asked = done(at_home, RequestRedemption(25_000, token))
    assert isinstance(asked, TermsChanged) and asked.now.net_paise == 2_000_000
    assert at_home.count("SELECT count(*) FROM payouts") == 0
    done(at_home, RequestRedemption(20_000, token), "SM1/0")
    refused = done(at_home, RequestRedemption(100, token), "SM2/0")
    assert isinstance(refused, TaxExceedsCash) and refused.least_points > 100
    assert at_home.count("SELECT count(*) FROM payouts") == 1


def test_a_secret_of_another_kind_is_no_pan(at_home: Home) -> None:
    at_home.enrol()
    assert done(at_home, SavePan(vpa_token(at_home))) == PanRefused()
    assert at_home.count("SELECT count(*) FROM member_pans") == 0
