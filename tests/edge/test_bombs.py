"""Files that are small to send and large to open: each is named, and the worker stays small."""

from __future__ import annotations

import pytest

from bot.bench import bombs
from ocr.image import Refused, open_image
from ocr.pdf import Pdf, RefusedPdf, open_pdf


@pytest.mark.parametrize("make", [bombs.many_pages, bombs.forms_within_forms, bombs.pages_in_a_circle, bombs.swelling_content])
def test_a_pdf_that_never_ends_comes_to_an_end(make) -> None:
    found = open_pdf(make())
    if isinstance(found, Pdf):
        assert len(found.pages) <= 10
    else:
        assert isinstance(found, RefusedPdf) and found.reason in ("pdf_too_costly", "pdf_broken")


def test_of_ten_thousand_pages_ten_are_read_and_the_rest_is_counted() -> None:
    found = open_pdf(bombs.many_pages())
    assert isinstance(found, Pdf) and (len(found.pages), found.unread) == (10, 9_990)


@pytest.mark.parametrize("data", [bombs.png(10_000, 10_000, rows=50), bombs.png(65_000, 65_000, rows=1)])
def test_more_pixels_than_are_taken_are_refused_by_the_head(data: bytes) -> None:
    found = open_image(data)
    assert isinstance(found, Refused) and found.reason == "too_many_pixels"


def test_a_comment_that_swells_is_not_read() -> None:
    before = bombs.opened(bombs.png(200, 200))
    after = bombs.opened(bombs.text_bomb_png())
    assert int(str(after["worker_mb"])) - int(str(before["worker_mb"])) < 60, after


def test_the_worker_stays_small_whatever_it_opens() -> None:
    for name in ("40 megapixels, all there", "pdf, 200 MB of drawing"):
        told = bombs.opened(bombs.BOMBS[name]())
        assert "died" not in str(told["told"]), told
        assert int(str(told["worker_mb"])) < 1_000 and int(str(told["pdf_process_mb"])) < 1_100, (name, told)
