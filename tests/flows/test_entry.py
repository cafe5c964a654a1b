"""Who takes an event: interrupts, resumption, strangers, old buttons, late outcomes, secrets."""

from __future__ import annotations

import pytest

from flows import events as ev
from flows.balance import ReadingBalance
from flows.details import AskShop
from flows.effects import CheckVpa, ClaimCodes, Enrol, ForgetSecret, ReadBalance, ReadRedeemTerms, RecordConsent, Say
from flows.enrol import AskConsent, AskName, Refused
from flows.entry import Turned, asked_secret, converse
from flows.kernel import Event, FlowBroken
from flows.redeem import AskPoints, AskVpa, Confirm, OfferVpa, Terms
from flows.scan import AwaitPhotos, Kept
from flows.session import Asked, Frame, Known, Session

CODE = "K7QM-3XWD-9T4F-VB2H"
OTHER = "A2BC-D3EF-G4HJ-K5LM"
MEMBER = Known("en", consented=True, enrolled=True, role="electrician", mobile_known=True)
STRANGER = Known("hi", mobile_known=True)
TERMS = Terms(least=100, most=1200, paise_per_point=100, saved=None)
SAVED = ev.SavedVpa("tok_1", "ra•••@okaxis")


def at(*states: tuple[str, object], asked: Asked | None = None) -> Session:
    return Session(tuple(Frame(flow, 1, state) for flow, state in states), asked)  # type: ignore[arg-type]  # states


def flows(session: Session) -> list[str]:
    return [frame.flow for frame in session.frames]


def said(turned: Turned) -> list[str]:
    return [effect.key for effect in turned.effects if isinstance(effect, Say)]


def through(session: Session, known: Known, *events: Event) -> Turned:
    for event in events:
        turned = converse(session, known, event)
        session, known = turned.session, turned.known
    return turned


class Unheard(ev.Event):
    __slots__ = ()


def test_an_event_no_flow_was_written_for_is_our_fault_and_loud() -> None:
    with pytest.raises(FlowBroken):
        converse(Session(), MEMBER, Unheard())


@pytest.mark.parametrize(
    "late",
    [
        ev.VpaAccepted("tok_1", "ra•••@okaxis"),
        ev.VpaRefused(),
        ev.RedeemTermsRead(1, 2, 3, 4),
        ev.TooFewPoints(3),
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
    turned = through(session, MEMBER, ev.SecretGiven("tok_2", "vpa", "axis"), ev.VpaAccepted("tok_1", "xx•••@old"))
    assert not any(isinstance(frame.state, Confirm) for frame in turned.session.frames)


@pytest.mark.parametrize("button", ["yes-500-tok_0", "yes-300-tok_1", "yes", "yes-500", "no", "all-500", "cmd.nothing"])
def test_an_old_button_sends_no_money(button: str) -> None:
    session = at(("redeem", Confirm(TERMS, 500, SAVED)))
    turned = converse(session, MEMBER, ev.Tapped(button))
    assert said(turned) == ["redeem.confirm"]
    assert turned.session.frames == session.frames


def test_a_yes_typed_after_the_question_has_gone_is_no_answer_to_it() -> None:
    asked = Asked("redeem.confirm", {"points": 500, "token": "tok_1", "amount_paise": 50_000, "masked": "x"})
    session = at(("redeem", Confirm(TERMS, 500, SAVED)), asked=asked)
    turned = through(session, MEMBER, ev.Tapped("no-redeem"), ev.Said("yes"))
    assert said(turned) == ["thanks.welcome"]


def test_a_yes_after_help_or_stop_still_answers_the_question_that_stands() -> None:
    asked = Asked("redeem.confirm", {"points": 500, "token": "tok_1", "amount_paise": 50_000, "masked": "x"})
    session = at(("redeem", Confirm(TERMS, 500, SAVED)), asked=asked)
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
    assert turned.effects == (ClaimCodes((CODE,)),)
    turned = through(turned.session, MEMBER, ev.CodesClaimed((ev.CodeResult(CODE, "credited", 50),), 50))
    assert said(turned) == ["scan.credited_bare"]
    turned = through(turned.session, MEMBER, ev.PhotoRead("ph_2", (), "truncated"))
    assert said(turned) == ["scan.photo.truncated"], "and then the redemption is taken up again"
    assert ReadRedeemTerms() in turned.effects
    assert flows(turned.session) == ["redeem"]


def test_the_scan_command_does_not_drop_a_picture_that_is_being_read() -> None:
    turned = through(Session(), MEMBER, ev.PhotoSent(("ph_1",)), ev.Said("scan"), ev.Said("cancel"))
    assert [frame.state for frame in turned.session.frames] == [AwaitPhotos(("ph_1",))]


@pytest.mark.parametrize("event", [ev.CodesTyped((CODE,)), ev.PhotoSent(("ph_1",))])
def test_a_strangers_code_is_kept_wherever_they_are_in_the_enrolment(event: Event) -> None:
    for before in [[], [ev.Said("no")], [ev.Said("haan")], [ev.Said("haan"), ev.Said("रमेश")], [ev.Said("language")]]:
        turned = through(Session(), STRANGER, *before, event)
        kept = [frame.state for frame in turned.session.frames if isinstance(frame.state, Kept)]
        assert len(kept) == 1, before
        assert kept[0].codes + kept[0].photos
        assert flows(turned.session)[-1] == "enrol", "and the enrolment goes on"
        assert not any(isinstance(effect, ClaimCodes) for effect in turned.effects), "nothing is reserved"


def test_the_same_code_sent_twice_is_kept_once() -> None:
    turned = through(Session(), STRANGER, *[ev.CodesTyped((CODE, OTHER))] * 3)
    assert [f.state for f in turned.session.frames if f.flow == "scan"] == [Kept((CODE, OTHER), ())]


def test_what_was_kept_is_claimed_when_its_owner_became_a_member_elsewhere() -> None:
    session = at(("scan", Kept((CODE,), ())))
    turned = converse(session, MEMBER, ev.CodesTyped((OTHER,)))
    assert ClaimCodes((CODE, OTHER)) in turned.effects


@pytest.mark.parametrize(
    "typed", ["redeem", "balance", "scan", "menu", "back", "cancel", "continue", "start", "namaste"]
)
def test_a_stranger_is_led_to_the_notice_whatever_they_ask_for(typed: str) -> None:
    turned = converse(Session(), STRANGER, ev.Said(typed))
    if typed == "cancel":
        turned = converse(turned.session, turned.known, ev.Said("ok then"))
    assert said(turned) == ["enrol.consent"]
    assert isinstance(turned.session.frames[-1].state, AskConsent)


def test_after_a_refusal_nothing_is_asked_but_the_notice() -> None:
    turned = through(Session(), STRANGER, ev.Said("hello"), ev.Said("nahi"))
    assert RecordConsent("notice", False, "1", "hi") in turned.effects
    assert isinstance(turned.session.frames[-1].state, Refused)
    for event in (ev.Said("redeem"), ev.Said("110001"), ev.CodesTyped((CODE,)), ev.Tapped("electrician")):
        again = converse(turned.session, turned.known, event)
        assert said(again)[-1] == "enrol.consent"
        assert not any(isinstance(effect, Enrol) for effect in again.effects)


def test_the_language_of_the_answer_becomes_the_members() -> None:
    for typed, locale in [
        ("yes", "en"),
        ("haan", "hi"),
        ("हाँ", "hi"),
        ("I AGREE", "en"),
        ("सहमत हूँ", "hi"),
        ("2", "hi"),
    ]:
        for first in ("en", "hi"):
            turned = through(Session(), Known(first), ev.Said("hello"), ev.Said(typed))
            assert turned.known.locale == locale
            assert turned.known.consented


def test_whoever_agreed_before_is_not_asked_again() -> None:
    turned = converse(Session(), Known("hi", consented=True), ev.Said("hello"))
    assert isinstance(turned.session.frames[-1].state, AskName)


@pytest.mark.parametrize("profile", ["Ramesh Kumar", "🔥Ramesh🔥", "", "9", "A" * 21, "Help", "x\ny"])
def test_a_profile_name_is_offered_only_when_it_looks_like_one(profile: str) -> None:
    turned = through(Session(), Known("en", profile_name=profile), ev.Said("hello"), ev.Said("yes"))
    offered = said(turned) == ["enrol.ask_name_offer"]
    assert offered == (profile in ("Ramesh Kumar", "🔥Ramesh🔥", "x\ny", "Help"))


def test_a_secret_is_asked_for_only_where_money_goes() -> None:
    assert asked_secret(Session()) is None
    assert asked_secret(at(("redeem", AskPoints(TERMS)))) is None
    assert asked_secret(at(("redeem", AskVpa(TERMS, 500)))) == "vpa"
    assert asked_secret(at(("redeem", OfferVpa(TERMS, 500, SAVED)))) == "vpa"
    assert asked_secret(at(("redeem", AskVpa(TERMS, 500)), ("balance", ReadingBalance()))) is None


@pytest.mark.parametrize("kind", ["vpa", "pan", "bank_account", "aadhaar", "malformed"])
@pytest.mark.parametrize("session", [Session(), at(("redeem", AskPoints(TERMS))), at(("details", AskShop(True)))])
def test_a_secret_nobody_asked_for_is_forgotten(kind: str, session: Session) -> None:
    turned = converse(session, MEMBER, ev.SecretGiven("tok_9", kind, "1234"))
    assert turned.effects[0] == ForgetSecret("tok_9")
    assert turned.session.frames == session.frames


@pytest.mark.parametrize("kind", ["pan", "bank_account", "aadhaar", "malformed"])
@pytest.mark.parametrize("state", [AskVpa(TERMS, 500), OfferVpa(TERMS, 500, SAVED)])
def test_another_secret_than_the_one_asked_for_is_forgotten_and_asked_again(
    kind: str, state: AskVpa | OfferVpa
) -> None:
    turned = converse(at(("redeem", state)), MEMBER, ev.SecretGiven("tok_9", kind, "1234"))
    assert turned.effects[0] == ForgetSecret("tok_9")
    assert said(turned) == ["secret.aadhaar_refused" if kind == "aadhaar" else "redeem.vpa_malformed"]
    assert turned.session.frames[-1].state == state
    assert not any(isinstance(effect, CheckVpa) for effect in turned.effects)


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


@pytest.mark.parametrize(
    "event", [ev.CodesTyped(()), ev.PhotoSent(()), ev.OtherSent("empty"), ev.Said(""), ev.Said("\x00")]
)
def test_nothing_at_all_is_answered_all_the_same(event: Event) -> None:
    for known in (MEMBER, STRANGER):
        assert said(converse(Session(), known, event))


def test_fifty_messages_in_a_row_leave_a_small_session() -> None:
    events = [ev.Said("redeem"), ev.PhotoSent(("ph_1",)), ev.Said("?"), ev.Tapped("x"), ev.Said("भाषा")] * 10
    turned = through(Session(), MEMBER, *events)
    assert len(turned.session.frames) <= 3
