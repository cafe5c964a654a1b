"""Every layout prints every bill it may get: nothing blank, nothing off the paper, the fields where they are said to be."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest

from tests.papers import fonts
from tests.papers.einvoice_code import token
from tests.papers.invoice import random_bill
from tests.papers.layouts.registry import LAYOUTS
from tests.papers.page import Page, Text
from tests.papers.raster import print_page
from tests.papers.truth import Bill


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@cache
def drawn(name: str, seed: int) -> tuple[Bill, list[Page]]:
    rng = Random(f"{name}:{seed}")
    bill = random_bill(rng, LAYOUTS[name].wants)
    return bill, LAYOUTS[name].draw(bill, rng)


def test_there_are_many_layouts() -> None:
    assert len(LAYOUTS) >= 12


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_print_is_neither_blank_nor_black(name: str) -> None:
    _, pages = drawn(name, 1)
    for page in pages:
        print_ = print_page(page, 4.0)
        assert print_.rgb.shape == (round(page.height * 4), round(page.width * 4), 3)
        dark = (print_.rgb.mean(axis=2) < 140).mean()
        assert 0.005 < dark < 0.45


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_what_is_true_is_printed_and_stays_on_the_paper(name: str) -> None:
    for seed in range(5):
        bill, pages = drawn(name, seed)
        last = pages[-1]
        texts = {mark.field: mark.text for mark in last.marks if isinstance(mark, Text) and mark.field}
        assert bill.number in texts["invoice_number"]
        assert str(bill.seller.gstin) in texts["seller_gstin"]
        assert "invoice_date" in texts or bill.day.strftime("%d") in texts["invoice_number"]
        assert f"{int(bill.total)}" in texts["total"].replace(",", "")
        if bill.buyer.gstin:
            assert bill.buyer.gstin in texts["buyer_gstin"]
        for page in pages:
            for mark in page.marks:
                if isinstance(mark, Text):
                    assert mark.x >= -0.5 and mark.x + mark.width <= page.width + 0.5, mark
                    assert 0 < mark.y <= page.height + 0.5, mark


@pytest.mark.parametrize("name", sorted(set(LAYOUTS) - {"dotmatrix"}))
def test_fields_do_not_overprint_each_other(name: str) -> None:
    for seed in range(5):
        _, pages = drawn(name, seed)
        named = [mark for mark in pages[-1].marks if isinstance(mark, Text) and mark.field]
        others = [mark for mark in pages[-1].marks if isinstance(mark, Text)]
        for mark in named:
            for other in others:
                if other is not mark and abs(other.y - mark.y) < 0.2 * mark.size_pt * 0.353:
                    shared = min(mark.x + mark.width, other.x + other.width) - max(mark.x, other.x)
                    assert shared < 1.0, (seed, mark, other)


def test_ink_lies_where_a_field_is_said_to_be() -> None:
    _, pages = drawn("tally", 3)
    print_ = print_page(pages[0], 6.0)
    for quad in print_.boxes.values():
        (left, top), (right, bottom) = quad.min(axis=0).astype(int), quad.max(axis=0).astype(int)
        assert (print_.rgb[top:bottom, left:right].mean(axis=2) < 140).mean() > 0.03


def test_the_code_on_an_e_invoice_says_what_the_paper_says() -> None:
    import zxingcpp

    bill, pages = drawn("einvoice", 2)
    [read] = zxingcpp.read_barcodes(print_page(pages[0], 8.0).rgb, formats=zxingcpp.BarcodeFormat.QRCode)
    header, payload, signature = read.text.split(".")
    said = json.loads(json.loads(unpacked(payload))["data"])
    assert said["Irn"] == bill.irn and said["DocNo"] == bill.number and said["SellerGstin"] == bill.seller.gstin
    assert said["TotInvVal"] == float(bill.total) and json.loads(unpacked(header))["alg"] == "RS256"
    assert len(unpacked(signature)) == 256


def test_a_signer_may_sign_the_code() -> None:
    bill, _ = drawn("einvoice", 2)
    signed = token(bill, Random(1), kid="K", sign=lambda data: data[::-1])
    body, _, signature = signed.rpartition(".")
    assert unpacked(signature) == body.encode()[::-1]


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_machine_without_system_fonts_prints_all_the_same(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    caches = (drawn, fonts.path, fonts.sized, fonts.width_em, fonts.has_rupee)
    monkeypatch.setattr(fonts, "_SYSTEM", tmp_path)
    for kept in caches:
        kept.cache_clear()
    try:
        bill, pages = drawn(name, 1)
        assert print_page(pages[-1], 3.0).rgb.std() > 10
        assert any(isinstance(mark, Text) and bill.number in mark.text for mark in pages[-1].marks)
    finally:
        for kept in caches:
            kept.cache_clear()


def test_a_long_bill_has_its_sums_on_the_last_page_alone() -> None:
    _, pages = drawn("multipage", 5)
    assert len(pages) >= 2 or len(pages[0].marks) > 200
    for page in pages[:-1]:
        assert not any(isinstance(mark, Text) and mark.field == "total" for mark in page.marks)


def test_black_needles_leave_white_between_the_letters() -> None:
    _, pages = drawn("dotmatrix", 1)
    assert np.median(print_page(pages[0], 6.0).rgb) > 200
