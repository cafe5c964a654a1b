"""Photos of cards through the real workers: a PAN card is read and confirmed, an Aadhaar card is forgotten. The cards are drawn
here; nobody's is used."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw, ImageFont
from structlog.testing import capture_logs

from bot.paper import reading_of
from ocr.image import Pixels
from ocr.words import Word
from tests.bot.media_host import MediaHost, qr_png, status
from tests.bot.test_bill_photos import send, work
from tests.eyes import NOTHING, FakePaper, eyes, paper
from tests.handlers.redeeming import knowing, say
from tests.handlers.test_kyc import checks, needs
from tests.house import Home

PAN = "ABCPK1234F"
CARD = ("INCOME TAX DEPARTMENT  GOVT. OF INDIA", "RAMESH KUMAR", "SURESH KUMAR", "01/02/1980", "Permanent Account Number", PAN)
NUMBER = "2341 2341 2346"
AADHAAR = ("Government of India", "Ramesh Kumar", "DOB: 01/02/1980", "MALE", NUMBER, "Aadhaar")


def drawn(lines: Sequence[str], note: str = "") -> bytes:
    """A card of these lines; `note` makes another file of it."""
    page = Image.new("RGB", (1000, 640), (214, 228, 236))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    for row, line in enumerate((*lines, note)):
        pen.text((50, 40 + row * 80), line, fill="black", font=font)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


class Sees:
    """An engine that sees these lines, whatever it is shown."""

    name = "sees"

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def read(self, bgr: Pixels) -> tuple[Word, ...]:
        return tuple(_word(line, 40.0 + row * 60) for row, line in enumerate(self.lines))


def _word(line: str, top: float) -> Word:
    right = 40.0 + 18 * len(line)
    return Word(line, ((40.0, top), (right, top), (right, top + 30), (40.0, top + 30)), 0.99)


@pytest.fixture
def asked(member: Home) -> Home:
    """Asked for a PAN."""
    knowing(member, needs("pan"))
    member.house.__dict__["eyes"] = Sees(*CARD)
    say(member, "kyc")
    return member


def test_a_card_is_read_confirmed_masked_and_sealed(asked: Home, host: MediaHost) -> None:
    send(asked, host, drawn(CARD))
    assert asked.told()[-1] == "kyc.reading_card"
    work(asked)
    assert asked.told()[-1] == "kyc.confirm_card"
    body = asked.said()[-1].body
    assert "AB••••••4F" in body and "RAMESH KUMAR" in body and PAN not in body
    assert say(asked, "yes") == "kyc.status"
    (check,) = asked.rows("SELECT state, source, score, media_id FROM kyc_checks")
    assert (check.state, check.source, check.score) == ("verified", "photo", 100) and check.media_id.startswith("med_")
    assert asked.count("SELECT count(*) FROM secrets") == 0 and asked.count("SELECT count(*) FROM member_pans") == 1
    assert PAN not in asked.every_row()


def test_a_card_of_somebody_else_goes_to_a_person(asked: Home, host: MediaHost) -> None:
    asked.house.__dict__["eyes"] = Sees(*(line.replace("RAMESH KUMAR", "VIJAY PATIL") for line in CARD))
    send(asked, host, drawn(CARD))
    work(asked)
    say(asked, "yes")
    assert checks(asked) == [("review", "name_differs")]


def test_a_no_leaves_nothing_behind(asked: Home, host: MediaHost) -> None:
    send(asked, host, drawn(CARD))
    work(asked)
    assert say(asked, "no") == "kyc.ask_pan"
    assert asked.count("SELECT count(*) FROM secrets") == 0 and checks(asked) == []


def test_three_blurred_photos_bring_a_person(asked: Home, host: MediaHost) -> None:
    asked.house.__dict__["eyes"] = Sees("lNCOME TA", "ABCP")
    for number, told in enumerate(("kyc.card_unreadable", "kyc.card_unreadable", "kyc.status")):
        send(asked, host, drawn(CARD, str(number)))
        work(asked)
        assert asked.told()[-1] == told
    assert checks(asked) == [("review", "unreadable")]
    (row,) = asked.rows("SELECT r.why, c.media_id FROM kyc_reviews r JOIN kyc_checks c ON c.id = r.check_id")
    assert row.why == "unreadable" and row.media_id


def test_a_photo_that_cannot_be_had_or_opened_is_asked_for_again(asked: Home, host: MediaHost) -> None:
    host.pages["/ME0"] = status(404)
    asked.write("", NumMedia="1", MediaUrl0=host.url + "/ME0", MediaContentType0="image/jpeg")
    work(asked)
    assert asked.told()[-1] == "kyc.card_unreadable"
    send(asked, host, b"no picture at all")
    work(asked)
    assert asked.told()[-1] == "kyc.card_unreadable"


def test_a_coupon_sent_instead_brings_its_points_and_the_pan_is_still_asked_for(asked: Home, host: MediaHost) -> None:
    send(asked, host, qr_png(asked.codes()[0]))
    work(asked)
    assert "kyc.card_was_none" in asked.told() and "scan.credited" in asked.told()
    assert asked.told()[-1] == "kyc.ask_pan"


def test_a_bill_sent_instead_is_read_as_one(asked: Home, host: MediaHost) -> None:
    asked.house.__dict__["eyes"] = Sees(*(f"goods {number} 854449 2 pcs 100.00" for number in range(24)))
    page = drawn([f"TAX INVOICE {number}" for number in range(6)])
    asked.house.__dict__["read_paper"] = eyes({page: paper("A-1")}, NOTHING)
    send(asked, host, page)
    work(asked)
    assert "kyc.card_was_none" in asked.told() and "invoice.credited" in asked.told()


def test_a_member_who_is_erased_while_the_card_is_read_leaves_nothing(asked: Home, host: MediaHost) -> None:
    send(asked, host, drawn(CARD))
    asked.change("UPDATE members SET data_key = NULL")
    asked.work("paper")
    assert asked.count("SELECT count(*) FROM secrets") == 0


# ---- Aadhaar ----------------------------------------------------------------------------------------------------------


def forgotten(home: Home, photo_told: str) -> None:
    """The picture is gone from the store and nothing of the card is in any row."""
    assert home.told()[-1] == photo_told
    assert home.rows("SELECT stored_as, size_bytes FROM media ORDER BY id DESC LIMIT 1") == [(None, None)]
    assert [path for path in (home.house.settings.home / "media").rglob("*") if path.is_file()] == []
    stored = home.every_row()
    assert NUMBER not in stored and NUMBER.replace(" ", "") not in stored
    assert home.rows("SELECT payload FROM tasks WHERE payload ? 'codes' AND outcome = 'aadhaar'") == []


def test_an_aadhaar_card_sent_for_a_pan_is_forgotten_and_the_member_told_why(asked: Home, host: MediaHost) -> None:
    asked.house.__dict__["eyes"] = Sees(*AADHAAR)
    with capture_logs() as logs:
        send(asked, host, drawn(AADHAAR))
        work(asked)
    forgotten(asked, "kyc.card_was_aadhaar")
    assert "Ramesh" not in str(logs) and "2346" not in str(logs)
    assert say(asked, PAN) == "kyc.status", "and it goes on"


def test_one_sent_out_of_the_blue_is_forgotten_as_well(member: Home, host: MediaHost) -> None:
    page = drawn(AADHAAR)
    card = FakePaper("unreadable", decision=None, invoice=None, problems=("not_an_invoice",), words=AADHAAR)
    member.house.__dict__["read_paper"] = eyes({page: card}, NOTHING)
    send(member, host, page)
    work(member)
    forgotten(member, "scan.photo.aadhaar")


def test_its_qr_code_alone_is_enough_and_what_it_says_is_kept_nowhere(member: Home, host: MediaHost) -> None:
    member.house.__dict__.pop("read_paper", None)  # nothing need be read
    send(member, host, qr_png('<PrintLetterBarcodeData uid="234123412346" name="Ramesh Kumar" yob="1980"/>'))
    work(member)
    forgotten(member, "scan.photo.aadhaar")


def test_a_bill_with_such_a_number_stays_a_bill_and_its_number_is_masked(member: Home, host: MediaHost) -> None:
    bill = paper("A-1")
    bill.words = ("TAX INVOICE", "Aadhaar", f"e-Way Bill {NUMBER}", "A-1")
    page = drawn([f"TAX INVOICE {number}" for number in range(6)])
    member.house.__dict__["read_paper"] = eyes({page: bill}, NOTHING)
    send(member, host, page)
    work(member)
    assert member.told()[-1] == "invoice.credited"
    assert member.rows("SELECT stored_as IS NOT NULL AS there FROM media") == [(True,)]
    assert reading_of(bill).words == ("TAX INVOICE", "Aadhaar", "e-Way Bill XXXX XXXX 2346", "A-1")


def test_real_eyes_read_a_drawn_card_and_know_the_other(member: Home, host: MediaHost) -> None:
    knowing(member, needs("pan"))
    say(member, "kyc")
    send(member, host, drawn(AADHAAR))
    work(member)
    assert member.told()[-1] == "kyc.card_was_aadhaar"
    send(member, host, drawn(CARD))
    work(member)
    assert member.told()[-1] == "kyc.confirm_card" and "AB••••••4F" in member.said()[-1].body
