"""PDFs: the text layer with its places, pages as drawn, and every file a stranger may send answered by a name."""

import io
import math
import zlib
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ocr import pdf
from ocr.image import Picture, open_image
from ocr.pdf import Pdf, RefusedPdf, is_pdf, open_pdf
from tests.ocr.prints import page

LINES = ["TAX INVOICE", "GSTIN: 27AAPFU0939F1ZV", "Invoice No: VE/2526/0417  Dated 12-Sep-2025", "Grand Total 5,900.00"]


UPRIGHT = {90: (0, 1, -1, 0, 842, 0), 180: (-1, 0, 0, -1, 595, 842), 270: (0, -1, 1, 0, 0, 595)}  # on a page so turned


def written(
    pages: int = 1, *, rotate: int = 0, upright: bool = True, encrypt: str | None = None, size: tuple[float, float] = (595, 842)
) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, encrypt=encrypt)
    for number in range(1, pages + 1):
        canvas.setPageRotation(rotate if upright else 0)
        if rotate:
            canvas.transform(*UPRIGHT[rotate])
        for row, line in enumerate(LINES):
            canvas.drawString(50, (780 if upright else 500) - 20 * row, line)
        canvas.drawString(400, 780 if upright else 500, f"Page {number} of {pages}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def opened(data: bytes) -> Pdf:
    result = open_pdf(data)
    assert isinstance(result, Pdf), result
    return result


def test_a_text_layer_becomes_words_at_their_places_on_the_drawn_page() -> None:
    (only,) = opened(written()).pages
    assert only.number == 1 and only.sheet is not None
    words = {word.text: word for word in only.sheet.words}
    assert {*LINES[:2], "Page 1 of 1", "Grand Total 5,900.00"} <= set(words)
    assert "Invoice No: VE/2526/0417 Dated 12-Sep-2025" in words
    assert all(word.confidence == 1.0 for word in only.sheet.words)
    picture = open_image(only.jpeg)
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height) == (only.sheet.width, only.sheet.height)
    scale = picture.height / 842
    (left, top), _, (_, bottom), _ = words["TAX INVOICE"].box
    assert math.dist((left, (top + bottom) / 2), (50 * scale, (842 - 784) * scale)) < 12
    column = (slice(int(top), int(bottom)), slice(int(left), int(words["TAX INVOICE"].box[1][0])))
    assert picture.gray[column].min() < 100 < picture.gray.mean()  # there is ink in the box


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_words_of_a_page_stored_turned_stand_where_it_is_drawn(rotate: int) -> None:
    (only,) = opened(written(rotate=rotate)).pages
    assert only.sheet is not None and (only.sheet.width, only.sheet.height) == (1555, 2200)
    assert {*LINES[:2], "Page 1 of 1"} <= {word.text for word in only.sheet.words}
    picture = open_image(only.jpeg)
    assert isinstance(picture, Picture)
    ink = [
        picture.gray[int(word.box[0][1]) : int(word.box[2][1]) + 1, int(word.box[0][0]) : int(word.box[2][0]) + 1].min()
        for word in only.sheet.words
    ]
    assert max(ink) < 120


@pytest.mark.parametrize("rotate", [90, 180])
def test_text_that_does_not_stand_upright_on_the_page_is_read_by_eye(rotate: int) -> None:
    (only,) = opened(written(rotate=rotate, upright=False)).pages
    assert only.sheet is None


def test_pages_come_in_order_and_those_beyond_the_limit_are_counted() -> None:
    result = opened(written(13))
    assert [one.number for one in result.pages] == list(range(1, 11)) and result.unread == 3
    assert all(one.sheet and f"Page {one.number} of 13" in {word.text for word in one.sheet.words} for one in result.pages)


def scan_with_hidden_text() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawImage(ImageReader(Image.fromarray(page(size=(640, 900)))), 0, 0, 595, 842)
    text = canvas.beginText(50, 700)
    text.setTextRenderMode(3)
    for line in ["Grand Total 99,999.00", *LINES]:
        text.textLine(line)
    canvas.drawText(text)
    canvas.save()
    return out.getvalue()


def test_what_is_seen_of_a_scan_counts_not_the_text_hidden_behind_it() -> None:
    (only,) = opened(scan_with_hidden_text()).pages
    assert only.sheet is None and len(only.jpeg) > 5_000


def test_a_page_with_hardly_any_text_is_read_by_eye() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(50, 780, "Scanned by X")
    canvas.save()
    assert opened(out.getvalue()).pages[0].sheet is None


def test_bytes_in_front_of_the_header_do_not_hide_a_pdf() -> None:
    assert is_pdf(b"\r\n\r\n" + written()) and not is_pdf(b"\xff\xd8\xff") and not is_pdf(b"")


# --- bad input ------------------------------------------------------------------------------------------------------


def with_image(width: int, height: int, data: bytes) -> bytes:
    """A page that shows one deflated grey picture of the size claimed."""
    image = (
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8"
        f"/Filter[/FlateDecode/FlateDecode]/Length {len(data)}>>stream\n"
    ).encode() + data + b"\nendstream"  # fmt: skip
    draw = b"q 500 0 0 700 0 0 cm /I Do Q"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
        image,
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + table
    return body + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def bomb() -> bytes:
    """Claims 900 megapixels and brings a good part of them, in a few kilobytes."""
    once = zlib.compressobj(9)
    packed = b"".join(once.compress(bytes(1 << 20)) for _ in range(150)) + once.flush()
    return with_image(30_000, 30_000, zlib.compress(packed, 9))


def test_a_bomb_meets_the_limits_and_not_us() -> None:
    result = open_pdf(bomb())
    if isinstance(result, Pdf):  # the library left the picture out: then the page is bare
        assert result.pages[0].sheet is None
    else:
        assert result.reason in ("pdf_too_costly", "pdf_broken")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7", "pdf_broken"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "pdf_broken"),
        (written()[:700], "pdf_broken"),
        (written(encrypt="secret"), "pdf_encrypted"),
        (b"%PDF-1.7" + bytes(17_000_000), "too_large"),
    ],
    ids=["empty", "noise", "cut", "encrypted", "large"],
)
def test_files_that_cannot_be_opened_are_named(data: bytes, reason: str) -> None:
    assert open_pdf(data) == RefusedPdf(reason)


@pytest.mark.parametrize("size", [(1, 1), (14_400, 14_400), (14_400, 2), (226, 3000)])
def test_pages_of_any_size_are_drawn_within_bounds(size: tuple[float, float]) -> None:
    result = open_pdf(written(size=size))
    for one in result.pages if isinstance(result, Pdf) else ():
        with Image.open(io.BytesIO(one.jpeg)) as image:
            assert max(image.size) <= 2201


def child(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "child.py").write_text(code)
    monkeypatch.setattr(pdf, "_CHILD", folder / "child.py")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import time; time.sleep(60)", "pdf_too_costly"),
        ("import os; os.abort()", "pdf_too_costly"),
        ("print('hello')", "pdf_broken"),
        ("print('[' * 100000)", "pdf_broken"),
        ("print('[]')", "pdf_broken"),
        ("""print('{"pages": [{"jpeg_bytes": "x"}], "page_count": 1}')""", "pdf_broken"),
        ("""print('{"refused": ["x"]}')""", "pdf_broken"),
    ],
)
def test_a_process_that_was_taken_over_is_believed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    child(tmp_path, code, monkeypatch)
    monkeypatch.setattr(pdf, "TIMEOUT_S", 3)
    assert open_pdf(b"%PDF-1.7") == RefusedPdf(reason)


def test_the_process_is_given_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    told = tmp_path / "told"
    child(tmp_path, f"import os; open({str(told)!r}, 'w').write(repr(dict(os.environ)))", monkeypatch)
    open_pdf(b"%PDF-1.7")
    assert "secret" not in told.read_text() and "PATH" not in told.read_text()
