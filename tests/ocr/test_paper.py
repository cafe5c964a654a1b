"""The whole way of a paper: what decides its kind, when print is read and when not, and what is held back."""

import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ocr.einvoice_keys import Keyring
from ocr.engines.engine import Engine
from ocr.image import Picture, Pixels, open_image
from ocr.paper import READ_PAGES_MAX, Paper, read_paper
from ocr.paper_files import File, Seen
from ocr.qr import read_codes
from ocr.words import Word
from tests.ocr.prints import page
from tests.ocr.sheets import INVOICE, SELLER, sheet
from tests.ocr.test_einvoice import FORGER, RING, SAID, token
from tests.pictures import Camera, coupon_texts, links, take


class Reads:
    """An engine that says of each picture in turn what it is told to, and counts."""

    name = "reads"

    def __init__(self, *texts: str) -> None:
        self.texts, self.reads = list(texts), 0

    def read(self, bgr: Pixels) -> tuple[Word, ...]:
        self.reads += 1
        return sheet(self.texts[min(self.reads, len(self.texts)) - 1]).words if self.texts else ()


def never() -> Engine:
    raise AssertionError("no print is to be read here")


def png(*codes: str, size: tuple[int, int] = (1200, 800)) -> bytes:
    """A page with the QR codes given and a grey bar, so that it is no blank sheet."""
    paper = Image.new("RGB", size, "white")
    for place, code in enumerate(codes):
        out = io.BytesIO()
        segno.make(code, error="m", micro=False).save(out, kind="png", scale=4, border=4)
        paper.paste(Image.open(out), (20 + place * 500, 20))
    out = io.BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()


def paper_of(data: File | Sequence[File], engine: Engine | None = None, keyring: Keyring | None = None, **more: Any) -> Paper:
    return read_paper(data, engine=(lambda: engine) if engine else never, keyring=keyring or Keyring(), **more)


def test_a_printed_invoice_is_read_checked_and_decided_on() -> None:
    paper = paper_of(png(), Reads(INVOICE))
    record = paper.record()
    assert (record["kind"], record["decision"]) == ("invoice", "auto")
    fields = record["fields"]
    assert (fields["seller_gstin"], fields["invoice_number"], fields["invoice_date"], fields["total_paise"]) == (
        SELLER, "VE/2526/0417", "2025-09-12", 590_000,
    )  # fmt: skip
    assert fields["lines"][0].keys() == {"description", "hsn", "quantity", "unit", "rate_paise", "taxable_paise"}
    assert {"distributor_not_checked", "buyer_not_checked", "seen_before_not_checked"} <= set(record["problems"])
    assert set(record["confidence"]) == {name for name, value in fields.items() if value is not None and name != "lines"}
    assert {"seller_gstin", "total_paise"} <= set(paper.boxes())
    json.dumps(record)


def test_a_coupon_is_told_without_reading_print_even_beside_other_codes() -> None:
    for code in (coupon_texts(1, 1)[0], links(1, 1)[0]):
        paper = paper_of(png("upi://pay?pa=shop@bank", code))
        assert (paper.kind, paper.decision, paper.invoice, len(paper.codes)) == ("coupon", None, None, 2)


@pytest.mark.parametrize("code", ["upi://pay?pa=shop@bank", "https://example.com/menu"])
def test_an_invoice_with_a_shop_s_own_code_is_an_invoice_and_the_code_alone_is_not(code: str) -> None:
    paper = paper_of(png(code), Reads(INVOICE))
    assert (paper.kind, paper.record()["decision"], paper.codes[0].text) == ("invoice", "auto", code)
    paper = paper_of(png(code), Reads("Scan and pay  any UPI app"))
    assert (paper.kind, paper.decision, paper.invoice) == ("qr", None, None)


def test_another_paper_is_refused_by_name_and_shows_no_fields() -> None:
    for text in ("", "Menu  Idli 40  Dosa 60  Coffee 20", "DELIVERY CHALLAN\n" + INVOICE.replace("TAX INVOICE", "")):
        record = paper_of(png(), Reads(text)).record()
        assert (record["kind"], record["decision"], record["problems"][0]) == ("unreadable", "refuse", "no_code_found")
        assert {"not_an_invoice", "not_legible"} & set(record["problems"])
        assert set(record["fields"].values()) == {None} and record["confidence"] == {}


def test_age_is_judged_at_the_day_given() -> None:
    assert "date_stale" not in paper_of(png(), Reads(INVOICE)).problems
    old = paper_of(png(), Reads(INVOICE), as_of=date(2027, 1, 1))
    assert "date_stale" in old.problems and old.record()["decision"] == "review"
    assert "date_in_future" in paper_of(png(), Reads(INVOICE), as_of=date(2025, 1, 1)).problems


# --- signed codes ---------------------------------------------------------------------------------------------------


def test_a_verified_code_is_taken_at_its_word_without_reading_print() -> None:
    paper = paper_of(png(token()), keyring=RING, lines=False)
    record = paper.record()
    assert (record["kind"], record["decision"]) == ("einvoice", "auto")
    assert record["fields"]["invoice_number"] == "ab/17" and record["fields"]["total_paise"] == 141_650
    assert record["fields"]["lines"] is None and record["fields"]["taxable_paise"] is None


def test_where_lines_are_wanted_print_is_read_and_the_code_still_has_the_last_word() -> None:
    engine = Reads(INVOICE)
    paper = paper_of(png(token()), engine, RING)
    assert engine.reads == 1 and paper.invoice is not None
    assert paper.record()["fields"]["invoice_number"] == "ab/17" and paper.invoice.lines


def test_a_code_nobody_can_verify_never_carries_by_itself() -> None:
    paper = paper_of(png(token()), Reads(""))
    assert (paper.kind, paper.record()["decision"], paper.problems[0]) == ("einvoice", "review", "einvoice_not_verified")
    assert paper.record()["fields"]["invoice_number"] is None


def test_a_forged_code_goes_to_a_reviewer_with_whatever_print() -> None:
    for text in (INVOICE, "", "Menu"):
        paper = paper_of(png(token(key=FORGER)), Reads(text), RING)
        assert (paper.kind, paper.record()["decision"], paper.problems[0]) == ("einvoice", "review", "einvoice_invalid")


def test_a_true_code_beside_a_forged_one_carries_nothing_nor_do_codes_of_two_invoices() -> None:
    other = token({**SAID, "DocNo": "AB/18"})
    for codes in ((token(), token(key=FORGER)), (token(), other)):
        paper = paper_of([png(code) for code in codes], Reads(INVOICE), RING)
        assert paper.record()["decision"] == "review", codes


def test_what_only_looks_like_a_token_is_an_e_invoice_for_a_reviewer() -> None:
    paper = paper_of(png("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJOSUMiLCJkYXRhIjoie30ifQ.c2lnbmF0dXJl"), Reads(""))
    assert (paper.kind, paper.record()["decision"], paper.problems[0]) == ("einvoice", "review", "einvoice_invalid")


# --- files ----------------------------------------------------------------------------------------------------------


def pdf(*pages: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(842, 595))
    for text in pages:
        canvas.setFont("Courier", 9)
        for row, line in enumerate(text.strip("\n").split("\n")):
            canvas.drawString(30, 560 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_pdf_s_text_is_read_without_an_engine() -> None:
    record = paper_of(pdf(INVOICE)).record()
    assert (record["kind"], record["decision"]) == ("invoice", "auto")
    assert record["fields"]["invoice_number"] == "VE/2526/0417" and record["fields"]["total_paise"] == 590_000


def test_pages_without_text_are_read_by_eye_up_to_a_limit_and_then_nothing_is_automatic() -> None:
    engine = Reads(INVOICE, "")
    paper = paper_of(pdf(*[" "] * (READ_PAGES_MAX + 1)), engine)
    assert engine.reads == READ_PAGES_MAX == len(paper.sheets)
    assert "pages_left_unread" in paper.problems and paper.record()["decision"] == "review"


def test_pages_there_is_no_time_for_are_left_unread_and_then_nothing_is_automatic() -> None:
    asked: list[int] = []

    def go_on() -> bool:
        asked.append(1)
        return len(asked) < 2

    engine = Reads(INVOICE, "")
    paper = paper_of(pdf(" ", " ", " ", " "), engine, go_on=go_on)
    assert engine.reads == 1 and len(asked) == 2
    assert "pages_left_unread" in paper.problems and paper.record()["decision"] == "review"


def test_a_picture_seen_before_is_neither_opened_nor_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    data = png("upi://pay?pa=shop@bank")
    picture = open_image(data)
    assert isinstance(picture, Picture)
    seen = Seen(data, picture, read_codes(picture))
    with monkeypatch.context() as patch:
        for name in ("ocr.paper_files.open_image", "ocr.paper.read_codes"):
            patch.setattr(name, never)
        known = paper_of(seen, Reads(INVOICE))
    assert known.record() == paper_of(data, Reads(INVOICE)).record()
    assert len(paper_of([seen, data], Reads(INVOICE)).codes) == 2


def halves() -> tuple[str, str]:
    lines = INVOICE.strip("\n").split("\n")
    return "\n".join(lines[:11]), "\n".join(lines[11:])


def test_two_photos_of_one_long_invoice_are_one_paper() -> None:
    engine = Reads(*halves())
    paper = paper_of([png(), png()], engine)
    assert [one.number for one in paper.sheets] == [1, 2] and engine.reads == 2
    fields = paper.record()["fields"]
    assert (fields["invoice_number"], fields["total_paise"]) == ("VE/2526/0417", 590_000)


def test_a_file_that_cannot_be_opened_among_others_is_named_and_holds_back() -> None:
    paper = paper_of([png(), b"hello"], Reads(INVOICE))
    assert paper.kind == "invoice" and "not_an_image" in paper.problems
    assert paper.record()["decision"] == "review"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not_an_image"),
        (b"%PDF-1.7", "pdf_broken"),
        (b"GIF89a", "unsupported_format"),
        ([], None),
        ([b"", b"x"], "not_an_image"),
    ],
)
def test_what_cannot_be_opened_is_refused_by_name(data: bytes | list[bytes], problem: str | None) -> None:
    record = paper_of(data).record()
    assert (record["kind"], record["decision"]) == ("unreadable", "refuse")
    assert record["problems"] == ([problem] if problem else [])


def test_a_poor_photo_of_an_invoice_comes_with_a_hint_for_its_taker() -> None:
    blurred = take([" "], 1, Camera(width=900, height=700, blur_px=30)).jpeg
    paper = paper_of(blurred, Reads(INVOICE.replace("27AAPFU0939F1ZV", "27AAPFU0939F1Z?")))
    assert paper.kind == "invoice" and paper.record()["decision"] != "auto"
    assert "blurred" in paper.problems


def test_every_problem_and_hint_is_explained_in_the_contract() -> None:
    from typing import get_args

    from ocr.image import Reason
    from ocr.pdf import PdfReason
    from ocr.problems import PROBLEMS
    from ocr.quality_paper import PaperFault

    contract = (Path(__file__).parents[2] / "docs" / "contract.md").read_text()
    names = {
        *PROBLEMS,
        *get_args(Reason),
        *get_args(PdfReason),
        *get_args(PaperFault),
        "pages_left_unread",
        "codes_left_unread",
    }
    assert {name for name in names if f"`{name}`" not in contract} == set()


def test_a_page_really_read_is_no_invoice_by_a_number_alone() -> None:
    from ocr.engines.choose import engine

    out = io.BytesIO()
    Image.fromarray(page()[:, :, ::-1]).save(out, "PNG")
    assert paper_of(out.getvalue(), engine("rapidocr")).record()["decision"] != "auto"
