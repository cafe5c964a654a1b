"""Who takes an event: interrupts, resumption, strangers, old buttons, late outcomes, secrets."""

from __future__ import annotations

import pytest

from flows import events as ev
from flows.balance import ReadingBalance
from flows.details import AskShop
from flows.effects import CheckDestination, ClaimCodes, ForgetSecret, ReadBalance, ReadPayouts, ReadRedeemTerms, Say
from flows.entry import asked_secret, converse
from flows.kernel import Event, FlowBroken
from flows.redeem_events import (
    Destination,
    DestinationAccepted,
    DestinationRefused,
    PayoutsRead,
    RedeemTermsRead,
    RedemptionRequested,
    TooFewPoints,
)
from flows.redeem_states import AskPoints, AskVpa, Confirm, OfferSaved, Order
from flows.scan import AwaitPhotos, Kept
from flows.session import Asked, Session
from tests.flows.sessions import (
    CODE,
    CONFIRM,
    KNOWN,
    MEMBER,
    ORDER,
    OTHER,
    STRANGER,
    TERMS,
    UNTAXED,
    at,
    flows,
    said,
    through,
)


class Unheard(ev.Event):
    __slots__ = ()


def test_an_event_no_flow_was_written_for_is_our_fault_and_loud() -> None:
    with pytest.raises(FlowBroken):
        converse(Session(), MEMBER, Unheard())


@pytest.mark.parametrize(
    "late",
    [
        DestinationAccepted("tok_1", "ra•••@okaxis"),
        DestinationRefused(),
        RedeemTermsRead(1, 2, 3, 4),
        TooFewPoints(3),
        ev.BalanceRead(0, 0),
        ev.Enrolled("Ramesh", "dealer"),
        ev.CodesClaimed((), 0),
    ],
)
def test_an_outcome_that_comes_after_its_flow_was_cancelled_says_nothing(late: Event) -> None:
    turned = converse(Session(), MEMBER, late)
    assert turned.effects == ()
    assert turned.session == Session()


def test_a_vpa_accepted_for_an_earlier_answer_confirms_nothing() -> None:
    session = at(("redeem", AskVpa(TERMS, 500)))
    turned = through(session, MEMBER, ev.SecretGiven("tok_2", "vpa", "axis"), DestinationAccepted("tok_1", "xx•••@old"))
    assert not any(isinstance(frame.state, Confirm) for frame in turned.session.frames)


@pytest.mark.parametrize("button", ["yes-500-tok_0", "yes-300-tok_1", "yes", "yes-500", "no", "all-500", "cmd.nothing"])
def test_an_old_button_sends_no_money(button: str) -> None:
    session = at(("redeem", Confirm(ORDER)))
    turned = converse(session, MEMBER, ev.Tapped(button))
    assert said(turned) == ["redeem.confirm"]
    assert turned.session.frames == session.frames


def test_a_second_tap_on_what_sent_the_money_tells_how_things_stand() -> None:
    turned = through(
        at(("redeem", Confirm(ORDER))), MEMBER, ev.Tapped("yes-500-tok_1-50000"),
        RedemptionRequested("po_1", 500, 50_000, "ra•••@okaxis", 700), ev.Tapped("yes-500-tok_1-50000"),
    )  # fmt: skip
    assert turned.effects == (Say("redeem.answered"), ReadBalance())
    assert turned.session.misses == 0


@pytest.mark.parametrize("button", ["yes-name", "electrician", "skip-shop", "all-1200", "no-redeem", "other", "yes-en"])
def test_a_second_tap_on_another_answered_question_is_no_misunderstanding(button: str) -> None:
    turned = converse(Session(), MEMBER, ev.Tapped(button))
    assert said(turned) == ["menu.answered"]
    assert turned.session.misses == 0
    assert said(converse(turned.session, MEMBER, ev.Said("2"))) == [], "and its menu is understood"


def test_another_upi_id_at_the_last_question_is_the_new_one() -> None:
    session = at(("redeem", Confirm(ORDER)))
    given = ev.SecretGiven("tok_2", "vpa", "@ybl")
    turned = through(session, MEMBER, given, DestinationAccepted("tok_2", "su•••@ybl"), UNTAXED)
    assert turned.session.frames[-1].state == Confirm(Order(TERMS, 500, Destination("tok_2", "su•••@ybl"), UNTAXED))
    old = converse(turned.session, MEMBER, ev.Tapped("yes-500-tok_1-50000"))
    assert said(old) == ["redeem.confirm"], "the old button is dead"


def test_a_number_beside_another_command_is_nothing() -> None:
    assert converse(Session(), MEMBER, ev.Commanded("balance", 50)).effects == (ReadBalance(),)
    assert converse(Session(), MEMBER, ev.Said("balance 50")).effects != (ReadRedeemTerms(),)


def test_codes_below_a_picture_wait_for_it_and_are_claimed_once() -> None:
    sent = converse(Session(), MEMBER, ev.PhotoSent(("ph_1",), "", (CODE, OTHER)))
    assert ClaimCodes((CODE, OTHER)) not in sent.effects
    read = converse(sent.session, MEMBER, ev.PhotoRead("ph_1", (CODE,)))
    assert read.effects == (ClaimCodes((CODE, OTHER)),)
    unread = converse(sent.session, MEMBER, ev.PhotoRead("ph_1", (), "no_code", ("blurred",)))
    assert unread.effects == (ClaimCodes((CODE, OTHER)),), "and nobody is scolded for a photo that was not needed"
    kept = through(Session(), STRANGER, ev.PhotoSent(("ph_1",), "", (CODE,)))
    assert [f.state for f in kept.session.frames if f.flow == "scan"] == [Kept((CODE,), ("ph_1",))]


def test_a_yes_typed_after_the_question_has_gone_is_no_answer_to_it() -> None:
    session = at(("redeem", Confirm(ORDER)), asked=CONFIRM)
    turned = through(session, MEMBER, ev.Tapped("no-redeem"), ev.Said("yes"))
    assert turned.effects == (ReadPayouts(),), "nothing is asked for: only what is under way is looked up"
    assert said(converse(turned.session, MEMBER, PayoutsRead((), "2026-01-05"))) == ["thanks.welcome"]


def test_a_yes_after_help_or_stop_still_answers_the_question_that_stands() -> None:
    session = at(("redeem", Confirm(ORDER)), asked=CONFIRM)
    for word in ("help", "STOP"):
        turned = through(session, MEMBER, ev.Said(word), ev.Said("haan"))
        assert [type(effect).__name__ for effect in turned.effects] == ["RequestRedemption"]


def test_numbers_after_the_menu_are_the_menus_and_words_are_the_flows() -> None:
    session = at(("redeem", AskPoints(TERMS)))
    menu = converse(session, MEMBER, ev.Said("menu"))
    assert said(menu) == ["menu.resumable"]
    assert converse(menu.session, MEMBER, ev.Said("3")).effects == (ReadBalance(),)
    assert said(converse(menu.session, MEMBER, ev.Said("300"))) == ["redeem.ask_vpa"]


def test_the_same_command_twice_leaves_one_frame() -> None:
    turned = through(Session(), MEMBER, *[ev.Said("redeem"), ev.Said("balance"), ev.Said("language")] * 4)
    assert sorted(flows(turned.session)) == ["balance", "redeem", "settings"]


def test_a_picture_is_waited_for_while_another_flow_has_the_floor() -> None:
    turned = through(Session(), MEMBER, ev.PhotoSent(("ph_1",)), ev.Said("redeem"))
    assert flows(turned.session) == ["scan", "redeem"]
    turned = through(turned.session, MEMBER, ev.PhotoSent(("ph_2",)), ev.PhotoRead("ph_1", (CODE,)))
    assert turned.effects == (ClaimCodes((CODE,), shown=True),)
    turned = through(turned.session, MEMBER, ev.CodesClaimed((ev.CodeResult(CODE, "credited", 50),), 50))
    assert said(turned) == ["scan.credited_bare"]
    turned = through(turned.session, MEMBER, ev.PhotoRead("ph_2", (), "truncated"))
    assert said(turned) == ["scan.photo.truncated"], "and then the redemption is taken up again"
    assert ReadRedeemTerms() in turned.effects
    assert flows(turned.session) == ["redeem"]


def test_the_scan_command_does_not_drop_a_picture_that_is_being_read() -> None:
    turned = through(Session(), MEMBER, ev.PhotoSent(("ph_1",)), ev.Said("scan"), ev.Said("cancel"))
    assert [frame.state for frame in turned.session.frames] == [AwaitPhotos(("ph_1",))]


def test_a_secret_is_asked_for_only_where_money_goes() -> None:
    assert asked_secret(Session()) is None
    assert asked_secret(at(("redeem", AskPoints(TERMS)))) is None
    assert asked_secret(at(("redeem", AskVpa(TERMS, 500)))) == "vpa"
    assert asked_secret(at(("redeem", OfferSaved(KNOWN, 500)))) == "vpa"
    assert asked_secret(at(("redeem", Confirm(ORDER)))) == "vpa?"
    assert asked_secret(at(("redeem", AskVpa(TERMS, 500)), ("balance", ReadingBalance()))) is None


@pytest.mark.parametrize("kind", ["vpa", "pan", "bank_account", "aadhaar", "malformed"])
@pytest.mark.parametrize("session", [Session(), at(("redeem", AskPoints(TERMS))), at(("details", AskShop(True)))])
def test_a_secret_nobody_asked_for_is_forgotten(kind: str, session: Session) -> None:
    turned = converse(session, MEMBER, ev.SecretGiven("tok_9", kind, "1234"))
    assert turned.effects[0] == ForgetSecret("tok_9")
    assert turned.session.frames == session.frames


@pytest.mark.parametrize("kind", ["pan", "bank", "aadhaar", "malformed"])
@pytest.mark.parametrize("state", [AskVpa(TERMS, 500), OfferSaved(KNOWN, 500)])
def test_another_secret_than_the_one_asked_for_is_forgotten_and_asked_again(kind: str, state: AskVpa | OfferSaved) -> None:
    turned = converse(at(("redeem", state)), MEMBER, ev.SecretGiven("tok_9", kind, "1234"))
    assert turned.effects[0] == ForgetSecret("tok_9")
    assert said(turned) == ["secret.aadhaar_refused" if kind == "aadhaar" else "redeem.vpa_malformed"]
    assert turned.session.frames[-1].state == state
    assert not any(isinstance(effect, CheckDestination) for effect in turned.effects)


def test_news_leaves_the_question_standing() -> None:
    session = at(("redeem", AskPoints(TERMS)), asked=Asked("redeem.ask_points", {"least": 100, "most": 9, "some": 5}))
    turned = converse(session, MEMBER, ev.PayoutDelayed("po_1", 1, "x"))
    assert said(turned) == ["news.delayed"]
    assert turned.session == session


def test_a_change_of_language_asks_the_question_again_in_it() -> None:
    session = at(("redeem", AskPoints(TERMS)))
    turned = converse(session, MEMBER, ev.Said("हिंदी"))
    assert turned.known.locale == "hi"
    assert said(turned) == ["settings.language_set", "redeem.ask_points"]
    assert turned.session.frames == session.frames


@pytest.mark.parametrize("event", [ev.CodesTyped(()), ev.PhotoSent(()), ev.OtherSent("empty"), ev.Said(""), ev.Said("\x00")])
def test_nothing_at_all_is_answered_all_the_same(event: Event) -> None:
    for known in (MEMBER, STRANGER):
        assert said(converse(Session(), known, event))


def test_fifty_messages_in_a_row_leave_a_small_session() -> None:
    events = [ev.Said("redeem"), ev.PhotoSent(("ph_1",)), ev.Said("?"), ev.Tapped("x"), ev.Said("भाषा")] * 10
    turned = through(Session(), MEMBER, *events)
    assert len(turned.session.frames) <= 3
