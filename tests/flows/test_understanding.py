"""What people type and what is made of it."""

from __future__ import annotations

import pytest

from flows.effects import Say
from flows.entry import converse
from flows.events import Commanded, Said, Tapped
from flows.kernel import Event
from flows.session import Asked, Known, Session
from flows.spelling import as_indian_mobile, as_name, as_profile_name, as_shop, normalised, only_emoji, whole_number
from flows.understand import exactly, nearly

PAPER = Asked("kyc.ask_pan")
CONFIRM = Asked("redeem.confirm", {"points": 500, "token": "tok_1", "amount_paise": 1, "masked": "a", "promise_minutes": 120})
BILL = Asked("invoice.confirm.number", {"number": "A-1", "field": "number", "claim": "clm_1"})
OFFERED_PAN = Asked("kyc.offer_pan", {"masked": "ABCxx"})
CARD = Asked("kyc.confirm_card", {"masked": "ABCxx", "name": "A", "token": "tok_1"})
NEEDED = Asked("redeem.kyc_needed")
CONSENT = Asked("enrol.consent")
MENU = Asked("menu.main")
ROLE = Asked("enrol.ask_role", {"name": "A"})
POINTS = Asked("redeem.ask_points", {"least": 100, "most": 1200, "some": 600})


@pytest.mark.parametrize(
    ("typed", "asked", "meant"),
    [
        ("1", MENU, Commanded("scan")),
        ("२", MENU, Commanded("balance")),
        ("3️⃣", MENU, Commanded("redeem")),
        ("My Points", MENU, Commanded("balance")),
        ("  MENU!! ", None, Commanded("menu")),
        ("ＭＥＮＵ", None, Commanded("menu")),
        ("me\u200bnu", None, Commanded("menu")),
        ("points kitne hai?", None, Commanded("balance")),
        ("पाॅइंट", None, Said("पाॅइंट")),
        ("band karo", None, Commanded("stop")),
        ("बंद करो।", CONFIRM, Commanded("stop")),
        ("Stop please", CONFIRM, Commanded("stop")),
        ("stop bhai", None, Commanded("stop")),
        ("yes", CONFIRM, Tapped("yes-500-tok_1-1")),
        ("हाँ", CONFIRM, Tapped("yes-500-tok_1-1")),
        ("हां", CONFIRM, Tapped("yes-500-tok_1-1")),
        ("haan bhai", CONFIRM, Tapped("yes-500-tok_1-1")),
        ("Yes, send it", CONFIRM, Tapped("yes-500-tok_1-1")),
        ("हाँ, भेज दो", CONFIRM, Tapped("yes-500-tok_1-1")),
        ("Don't send", CONFIRM, Tapped("no-redeem")),
        ("नही जी", CONFIRM, Tapped("no-redeem")),
        ("nahi hai", BILL, Tapped("no-number-clm_1")),
        ("नहीं है", BILL, Tapped("no-number-clm_1")),
        ("kal bhejunga", BILL, Said("kal bhejunga")),
        ("mere paas nahi hai", BILL, Said("mere paas nahi hai")),
        ("nahi hai", OFFERED_PAN, Tapped("no-kycpan")),
        ("नहीं है", CARD, Tapped("no-card")),
        ("yes", None, Said("yes")),
        ("yes", Asked("a.prompt.of.last.year"), Said("yes")),
        ("haan", CONSENT, Tapped("yes-hi")),
        ("ok", CONSENT, Tapped("yes-en")),
        ("सहमत हूं", CONSENT, Tapped("yes-hi")),
        ("मैं सहमत हूँ", CONSENT, Tapped("yes-hi")),
        ("I agree.", CONSENT, Tapped("yes-en")),
        ("nahi", CONSENT, Tapped("no-consent")),
        ("bijli mistri", ROLE, Tapped("electrician")),
        ("Dukandar", ROLE, Tapped("retailer")),
        ("दुकानदार (रिटेलर)", ROLE, Tapped("retailer")),
        ("4", ROLE, Tapped("distributor")),
        ("5", ROLE, Said("5")),
        ("All: 1,200", POINTS, Tapped("all-1200")),
        ("पूरे", POINTS, Tapped("all-1200")),
        ("aadhe", POINTS, Tapped("some-600")),
        ("redeem 50", None, Commanded("redeem", 50)),
        ("50 points redeem", None, Commanded("redeem", 50)),
        ("Redeem: 1,200 pts!", None, Commanded("redeem", 1200)),
        ("redeem 50pts please", None, Commanded("redeem", 50)),
        ("I want to redeem 100 points", None, Commanded("redeem", 100)),
        ("mujhe 100 points ka paisa chahiye", None, Commanded("redeem", 100)),
        ("५० पॉइंट निकालो", POINTS, Commanded("redeem", 50)),
        ("50 पॉइंट के पैसे चाहिए", None, Commanded("redeem", 50)),
        ("redeem ₹50", None, Commanded("redeem")),
        ("50 rupaye nikalo", None, Commanded("redeem")),
        ("500 पैसे चाहिए", None, Commanded("redeem")),
        ("redeem 5.5", None, Commanded("redeem")),
        ("redeem -50", None, Commanded("redeem")),
        ("redeem 1 200", None, Said("redeem 1 200")),
        ("50 points", None, Said("50 points")),
        ("balance 50", None, Said("balance 50")),
        ("2", None, Said("2")),
        ("mujhe paisa chahiye", None, Commanded("redeem")),
        ("paise chahiye", None, Commanded("redeem")),
        ("मुझे पैसा चाहिए", None, Commanded("redeem")),
        ("withdraw", None, Commanded("redeem")),
        ("cash", None, Commanded("redeem")),
        ("kitne point hai", None, Commanded("balance")),
        ("balence", None, Commanded("balance")),
        ("pont", None, Commanded("balance")),
        ("\x00", None, Said("\x00")),
        ("\u202eunem", None, Said("\u202eunem")),
    ],
)
def test_typed_words_are_taken_for_what_they_mean(typed: str, asked: Asked | None, meant: Event) -> None:
    assert exactly(Said(typed), asked, "en") == meant
    assert exactly(Said(typed), asked, "hi") == meant


@pytest.mark.parametrize(
    ("typed", "asked", "meant"),
    [
        ("langwage", None, Commanded("language")),
        ("electrishian", ROLE, Tapped("electrician")),
        ("distrbutor", ROLE, Tapped("distributor")),
        ("baalance", None, Commanded("balance")),
        ("reddeem 50 pts", None, Commanded("redeem", 50)),
        ("langwage 50", None, None),
        ("mere paas nahi hain", PAPER, None),
        ("mere paas paise nahi hai", NEEDED, None),
        ("mere paise nahi aaya", PAPER, Commanded("payouts")),
        ("shop karo", None, None),
        ("stp karo", None, None),
        ("cancell", None, None),
        ("yes send t", CONFIRM, None),
        ("haan bhej d", CONFIRM, None),
        ("hmm", None, None),
        ("x" * 1_600, MENU, None),
    ],
)
def test_a_slip_is_forgiven_but_never_into_a_yes_or_a_stop(
    typed: str, asked: Asked | None, meant: Event | None
) -> None:
    assert exactly(Said(typed), asked, "en") == Said(typed)
    assert nearly(Said(typed), asked, "en") == meant


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("500", 500),
        ("५००", 500),
        ("1,200", 1200),
        ("1,00,000", 100_000),
        ("500 points", 500),
        ("500 पॉइंट", 500),
        ("500pts", 500),
        ("500 पॉइंट्स", 500),
        (" 500. ", 500),
        ("０５００", 500),
        ("-500", None),
        ("5.5", None),
        ("12.50", None),
        ("5e3", None),
        ("₹500", None),
        ("500 600", None),
        ("", None),
        ("points", None),
        ("²", None),
        ("9" * 40, None),
        ("+5", None),
        ("5\u20e3", None),
        ("٥٠٠", None),
    ],
)
def test_a_number_of_points_is_read_or_asked_again(typed: str, number: int | None) -> None:
    assert whole_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ramesh Kumar", "Ramesh Kumar"),
        ("  ramesh   kumar. ", "ramesh kumar"),
        ("रमेश कुमार", "रमेश कुमार"),
        ("ஆனந்த்", "ஆனந்த்"),
        ("My name is Ramesh", "Ramesh"),
        ("mera naam Ramesh hai", "Ramesh"),
        ("मेरा नाम रमेश है।", "रमेश"),
        ("D'Souza", "D'Souza"),
        ("A. K. Singh", "A. K. Singh"),
        ("ओम", "ओम"),
        ("محمد", "محمد"),
        ("R", None),
        ("", None),
        ("...", None),
        ("Ramesh 2", None),
        ("https://x.in", None),
        ("www.x.in/a", None),
        ("a@b", None),
        ("😀😀", None),
        ("x" * 61, None),
        ("Ram\x00esh", None),
        ("Ram\nKumar", "Ram Kumar"),
        ("<b>Ram</b>", None),
        ("{name}", None),
        ("\u202eRam", None),
    ],
)
def test_a_name_is_letters(typed: str, name: str | None) -> None:
    assert as_name(typed) == name


def test_a_profile_name_is_freed_of_decoration() -> None:
    assert as_profile_name("🔥 Ramesh Kumar ⚡️") == "Ramesh Kumar"
    assert as_profile_name("~*9*~") is None
    assert as_profile_name("🔥🔥") is None


@pytest.mark.parametrize(
    ("typed", "mobile"),
    [
        ("9876543210", "+919876543210"),
        ("+91 98765 43210", "+919876543210"),
        ("098765-43210", "+919876543210"),
        ("९८७६५४३२१०", "+919876543210"),
        ("919876543210", "+919876543210"),
        ("0091 9876543210", "+919876543210"),
        ("5876543210", None),
        ("987654321", None),
        ("98765432100", None),
        ("call 9876543210", None),
        ("", None),
    ],
)
def test_a_mobile_number_is_an_indian_one(typed: str, mobile: str | None) -> None:
    assert as_indian_mobile(typed) == mobile


def test_a_shop_may_have_digits_but_no_links() -> None:
    assert as_shop("24x7 Electricals, Sector-5") == "24x7 Electricals, Sector-5"
    assert as_shop("शर्मा एंड संस") == "शर्मा एंड संस"
    assert as_shop("https://shop.in") is None
    assert as_shop("12345") is None


def test_spellings_that_mean_the_same_are_one() -> None:
    assert normalised("फ़ोटो") == normalised("फोटो") == normalised("फ\u093cोटो")
    assert normalised("हाँ") == normalised("हां")
    assert normalised("DON’T") == normalised("dont")
    assert normalised("👍🏽") == ""
    assert only_emoji("👍🏽 🙏")
    assert not only_emoji("ok 👍")
    assert not only_emoji("")
    assert not only_emoji("???")


@pytest.mark.parametrize("locale", ["en", "hi"])
def test_a_short_thanks_is_not_met_with_misunderstanding(locale: str) -> None:
    member = Known(locale, consented=True, enrolled=True, role="electrician")
    for typed in ["thanks", "धन्यवाद", "ok", "ठीक है", "👍", "🙏🙏"]:
        turned = converse(Session(), member, Said(typed))
        assert turned.effects == (Say("thanks.welcome"),)
        assert turned.session.misses == 0
