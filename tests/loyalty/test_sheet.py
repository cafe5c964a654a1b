"""A printed sheet can be scanned: the page's own drawing is painted, and a decoder reads every label."""

import base64
import re
import zlib

import numpy as np
import pytest
import zxingcpp

from loyalty.sheet import BadSheet, Grid, Label, sheet_pdf

DOTS_PER_POINT = 3  # 216 dpi


def labels(count: int, product: str = "LED bulb 9 W") -> list[Label]:
    codes = [f"A{n:03d}-9QXA-2B4C-5D60" for n in range(count)]
    return [Label(code, f"https://wa.me/919812345678?text=SAATHI%20{code}", product, "LB-9W") for code in codes]


def pages(pdf: bytes) -> list[str]:
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [
        zlib.decompress(base64.a85decode(stream.strip(), adobe=False)).decode("latin-1") for stream in trimmed(streams)
    ]


def trimmed(streams: list[bytes]) -> list[bytes]:
    return [stream.strip().removesuffix(b"~>") for stream in streams]


def painted(page: str) -> np.ndarray:
    """Only filled rectangles: that is what the QR codes are made of."""
    paper = np.full((842 * DOTS_PER_POINT, 596 * DOTS_PER_POINT), 255, np.uint8)
    for numbers in re.findall(r"([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+) re", page):
        x, y, width, height = (float(number) * DOTS_PER_POINT for number in numbers)
        top, bottom = round(len(paper) - y - height), round(len(paper) - y)
        paper[top:bottom, round(x) : round(x + width)] = 0
    return paper


def test_every_label_of_a_full_page_scans_as_its_link() -> None:
    wanted = labels(28)
    (page,) = pages(sheet_pdf(wanted))
    read = zxingcpp.read_barcodes(painted(page), formats=zxingcpp.BarcodeFormat.QRCode)
    assert {code.text for code in read} == {label.link for label in wanted}
    assert all(label.code in page and label.sku in page for label in wanted)


def test_labels_flow_over_pages_and_the_last_may_be_short() -> None:
    assert [page.count("LB-9W") for page in pages(sheet_pdf(labels(57)))] == [28, 28, 1]
    assert [page.count("LB-9W") for page in pages(sheet_pdf(labels(7), Grid(columns=3, rows=2)))] == [6, 1]


def test_the_same_labels_give_the_same_bytes() -> None:
    assert sheet_pdf(labels(3)) == sheet_pdf(labels(3))
    assert b"CreationDate (D:2000" in sheet_pdf(labels(1))


def test_crop_marks_stay_in_the_margins() -> None:
    (page,) = pages(sheet_pdf(labels(1), Grid(columns=2, rows=2, margin_x_mm=10, margin_y_mm=10)))
    lines = re.findall(r"n ([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l S", page)
    assert len(lines) == 12
    edge = 10 * 72 / 25.4 + 0.01
    for x1, y1, x2, y2 in (map(float, line) for line in lines):
        assert (
            max(x1, x2) <= edge or min(x1, x2) >= 595.27 - edge or max(y1, y2) <= edge or min(y1, y2) >= 841.89 - edge
        )


@pytest.mark.parametrize("product", ["", "x" * 500, "line\nbreak\ttab", "(brackets) \\ and % signs", "Größe 2,5 mm²"])
def test_any_western_product_name_prints(product: str) -> None:
    (page,) = pages(sheet_pdf(labels(1, product)))
    assert "A000-9QXA-2B4C-5D60" in page


@pytest.mark.parametrize(
    ("count", "product", "grid", "fault"),
    [
        (0, "x", Grid(), "no labels"),
        (1, "बल्ब", Grid(), "Latin"),
        (1, "bulb 💡", Grid(), "Latin"),
        (1, "x", Grid(columns=0), "at least one"),
        (1, "x", Grid(margin_x_mm=-1), "at least one"),
        (1, "x", Grid(columns=12, rows=20), "too fine"),
        (1, "x", Grid(margin_x_mm=105), "too fine"),
        (1, "x", Grid(margin_y_mm=150), "too fine"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_words(count: int, product: str, grid: Grid, fault: str) -> None:
    with pytest.raises(BadSheet, match=fault):
        sheet_pdf(labels(count, product), grid)
