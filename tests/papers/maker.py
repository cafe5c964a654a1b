"""From a seed to a file and its line of the manifest. The same seed, place and wishes always give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tests.papers import handmade
from tests.papers.conditions import Conditions, Grade, conditions, grade_of
from tests.papers.coupons import coupon_photo
from tests.papers.faults import Photo, photograph
from tests.papers.invoice import random_bill
from tests.papers.layouts.registry import LAYOUTS, Layout
from tests.papers.page import Page
from tests.papers.pdf import picture_pdf, text_pdf
from tests.papers.raster import Print, print_page
from tests.papers.scan import scan_pixels, scanned
from tests.papers.truth import Bill

Kind = Literal["photo", "scan", "dotmatrix", "pdf", "coupon"]
KINDS: tuple[Kind, ...] = ("photo", "scan", "dotmatrix", "pdf", "coupon")
_SCAN_PX_PER_MM = 150 / 25.4
_LONGEST_PRINT_PX = 2300


@dataclass(frozen=True, slots=True)
class Made:
    files: Mapping[str, bytes]  # the first is the item's own file
    item: dict[str, object]


def make(seed: int, place: int, kind: str = "mixed", grade: str = "mixed", layout: str | None = None) -> Made:
    """The place-th paper of a seed. `kind` "mixed" is photos and, one in five, scans of office papers."""
    rng = Random(f"{seed}:{place}:{kind}:{grade}:{layout}")
    chosen: str = rng.choice(("photo",) * 4 + ("scan",)) if kind == "mixed" else kind
    step = grade_of(rng, grade)
    how = conditions(rng, step)
    name = f"{chosen}-{seed}-{place:04d}"
    if chosen == "coupon":
        return _coupons(name, rng, how, step)
    paper = _layout(rng, chosen, layout)
    bill = random_bill(rng, paper.wants)
    pages = paper.draw(bill, rng)
    for page in pages:
        _by_hand(page, bill, how, rng, last=page is pages[-1])
    item: dict[str, object] = {
        "file": "",
        "doc_type": bill.doc_type,
        "ground_truth": bill.ground_truth(),
        "confidence": "exact",
        "kind": chosen,
        "layout": paper.name,
        "grade": step,
        "seed": f"{seed}:{place}",
        "lines": _lines(bill),
    }
    finish: Callable[[str, Sequence[Page], Conditions, Grade, Random, dict[str, object]], Made]
    finish = _pdf if chosen == "pdf" else _pictures
    return finish(name, pages, how, step, rng, item)


def _layout(rng: Random, kind: str, wanted: str | None) -> Layout:
    if wanted:
        return LAYOUTS[wanted]
    if kind == "dotmatrix":
        return LAYOUTS["dotmatrix"]
    usual = [paper for paper in LAYOUTS.values() if paper.weight]
    return rng.choices(usual, [paper.weight for paper in usual])[0]


def _by_hand(page: Page, bill: Bill, how: Conditions, rng: Random, *, last: bool) -> None:
    page.holes = how.holes and page.width > 120
    if how.ticked:
        handmade.tick_lines(page, bill, rng)
    if last and how.signed:
        handmade.sign(page, rng)
    if last and how.stamped:
        handmade.stamp(page, bill, rng, over_text=how.stamped_over_text)
    if last and how.noted:
        handmade.note(page, bill, rng, over_text=how.noted_over_text)


def _pictures(name: str, pages: Sequence[Page], how: Conditions, grade: Grade, rng: Random, item: dict[str, object]) -> Made:
    """One picture a page; the last, with the sums, is the item's own file and the others are told beside it."""
    files: dict[str, bytes] = {}
    for number, page in reversed(list(enumerate(pages, start=1))):
        own = number == len(pages)
        photo = _taken(page, how, grade, rng, item)
        file = f"{name}.jpg" if own else f"{name}-p{number}.jpg"
        files[file] = photo.jpeg
        if own:
            item |= {"file": file, "hidden": list(photo.hidden), "boxes": _rounded(photo.boxes)}
    if len(files) > 1:
        item["pages"] = [*sorted(file for file in files if file != item["file"]), item["file"]]
    return Made(files, item)


def _taken(page: Page, how: Conditions, grade: Grade, rng: Random, item: dict[str, object]) -> Photo:
    if item["kind"] == "scan":
        return scanned(print_page(page, _SCAN_PX_PER_MM), grade, how, rng)
    longest = max(page.width, page.height)
    scale = min(1.15 * how.longest_px, _LONGEST_PRINT_PX) / longest
    if item["kind"] == "dotmatrix":
        how = replace(how, wear=min(0.75, how.wear + 0.15))
    day = f"{rng.randint(2024, 2026)}.{rng.randint(1, 12):02d}.{rng.randint(1, 28):02d}"
    watermark = f"SHOT ON AURA X{rng.randint(3, 12)}\n{day} {rng.randint(9, 20)}:{rng.randint(10, 59)}"
    return photograph(print_page(page, scale), how, rng, watermark=watermark)


def _pdf(name: str, pages: Sequence[Page], how: Conditions, grade: Grade, rng: Random, item: dict[str, object]) -> Made:
    with_text = rng.random() < 0.5 and item["layout"] not in ("hindi", "dotmatrix")
    if with_text:
        data = text_pdf(pages)
    else:
        prints: list[Print] = [print_page(page, _SCAN_PX_PER_MM) for page in pages]
        data = picture_pdf([scan_pixels(sheet, grade, how, rng)[0] for sheet in prints], rng.randint(55, 85))
    item |= {"file": f"{name}.pdf", "text_layer": with_text, "page_count": len(pages)}
    return Made({f"{name}.pdf": data}, item)


def _coupons(name: str, rng: Random, how: Conditions, grade: Grade) -> Made:
    count = rng.choice((1, 1, 1, 2, 3, 4, 6, 9, 12))
    taken = coupon_photo(rng, how, count)
    item: dict[str, object] = {
        "file": f"{name}.jpg",
        "doc_type": "Coupon labels",
        "ground_truth": {"texts": list(taken.texts), "codes": list(taken.codes)},
        "confidence": "exact",
        "kind": "coupon",
        "grade": grade,
        "hidden": list(taken.photo.hidden),
        "boxes": _rounded(taken.photo.boxes),
    }
    return Made({f"{name}.jpg": taken.photo.jpeg}, item)


def _lines(bill: Bill) -> list[dict[str, object]]:
    return [
        {
            "description": line.description,
            "hsn": line.hsn,
            "quantity": float(line.quantity),
            "unit": line.unit,
            "rate": float(line.rate),
            "taxable": float(line.taxable),
        }
        for line in bill.lines
    ]


def _rounded(boxes: Mapping[str, npt.NDArray[Any]]) -> dict[str, list[list[float]]]:
    return {field: np.round(quad, 1).tolist() for field, quad in boxes.items()}
