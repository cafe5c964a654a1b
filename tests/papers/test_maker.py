"""Photos, scans, PDFs and labels come out whole, the same for the same seed, and with their truth beside them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageOps

from loyalty.codes import Code, read_code
from tests.papers.camera import Pose, Scene, homography, random_bend
from tests.papers.conditions import GRADES, conditions
from tests.papers.coupons import KEYS, coupon_photo
from tests.papers.faults import photograph
from tests.papers.maker import KINDS, make
from tests.papers.raster import Print


def upright(data: bytes) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    first, again, other = make(4, 2, kind), make(4, 2, kind), make(5, 2, kind)
    assert first == again
    assert first.item["ground_truth"] != other.item["ground_truth"]


@pytest.mark.parametrize("grade", GRADES)
def test_a_photo_is_of_whatsapp_size_and_shows_something(grade: str) -> None:
    made = make(9, 1, "photo", grade)
    data = made.files[str(made.item["file"])]
    image = upright(data)
    assert max(image.size) in (1280, 1600) and 20_000 < len(data) < 1_500_000
    assert np.asarray(image).std() > 12


def test_the_manifest_item_holds_the_truth_and_where_it_stands() -> None:
    made = make(3, 7, "photo", "mild", "tally")
    item = made.item
    names = {
        "invoice_number",
        "invoice_date",
        "seller_name",
        "seller_gstin",
        "buyer_gstin",
        "taxable",
        "cgst",
        "sgst_utgst",
        "igst",
        "total",
    }
    truth = item["ground_truth"]
    assert isinstance(truth, dict) and names <= set(truth)
    assert (item["layout"], item["grade"], item["seed"]) == ("tally", "mild", "3:7") and item["lines"]
    image = upright(made.files[str(item["file"])])
    for quad in item["boxes"].values():
        assert all(-30 < x < image.width + 30 and -30 < y < image.height + 30 for x, y in quad)
    json.dumps(item)


def test_a_point_of_the_paper_is_found_again_in_the_photo() -> None:
    bend = random_bend(Random(3), 0.012, 0.004, 1)
    scene = Scene((800, 1100), (1000, 1400), homography((1000, 1400), (800, 1100), Pose(7, 15, -9, 0.9, 0.01, -0.02)), bend)
    xs, ys, _ = scene.maps()
    for point in ((120.0, 90.0), (500.0, 700.0), (930.0, 1300.0)):
        x, y = scene.seen(np.array([point]))[0]
        assert np.hypot(xs[round(y), round(x)] - point[0], ys[round(y), round(x)] - point[1]) < 2.0


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("by_exif", [True, False])
def test_boxes_follow_every_turn_of_the_phone(turns: int, by_exif: bool) -> None:
    rgb = np.full((600, 400, 3), 235, np.uint8)
    rgb[100:140, 60:200] = 0
    sheet = Print(rgb, {"mark": np.array([[60, 100], [200, 100], [200, 140], [60, 140]], float)})
    how = replace(conditions(Random(1), "mild"), quarter_turns=turns, by_exif=by_exif, thumb=False, marked=False, fill=0.9)
    photo = photograph(sheet, how, Random(2))
    pixels = np.asarray(upright(photo.jpeg)).mean(axis=2)
    x, y = photo.boxes["mark"].mean(axis=0)
    assert pixels[round(y), round(x)] < 80
    corner = photo.boxes["mark"][0] + (photo.boxes["mark"].mean(axis=0) - photo.boxes["mark"][0]) * 0.15
    assert pixels[round(corner[1]), round(corner[0])] < 110
    assert photo.hidden == ()


def test_what_is_cut_off_or_under_a_thumb_is_told() -> None:
    rgb = np.full((600, 400, 3), 235, np.uint8)
    corner = np.array([[0, 0], [60, 0], [60, 20], [0, 20]], float)
    how = replace(conditions(Random(1), "mild"), fill=1.3, quarter_turns=0, thumb=False)
    assert photograph(Print(rgb, {"corner": corner}), how, Random(1)).hidden == ("corner",)
    grid = {f"{x},{y}": corner + np.array([x, y]) for x in range(40, 330, 30) for y in range(40, 550, 30)}
    dazzled = photograph(Print(rgb, grid), replace(how, fill=0.9, glare=1.3), Random(2)).hidden
    held = photograph(Print(rgb, grid), replace(how, fill=1.0, thumb=True), Random(2)).hidden
    assert 0 < len(dazzled) < len(grid) / 2 and 0 < len(held) < len(grid) / 3


def test_a_pdf_has_its_text_or_is_a_picture() -> None:
    made = [
        make(1, place, "pdf", layout=layout) for place, layout in enumerate(("tally", "thermal", "app", "multipage", "hindi"))
    ]
    assert {bool(each.item["text_layer"]) for each in made} == {True, False}
    for each in made:
        [data] = each.files.values()
        assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
        assert (b"/Subtype /Image" in data) != bool(each.item["text_layer"])


def test_a_long_bill_is_a_photo_a_page() -> None:
    made = next(made for place in range(9) if len((made := make(2, place, "photo", "mild", "multipage")).files) > 1)
    assert next(iter(made.files)) == made.item["file"] == made.item["pages"][-1]
    assert set(made.files) == set(made.item["pages"])


@pytest.mark.parametrize("count", [1, 4, 9])
def test_labels_carry_genuine_codes_that_can_be_read(count: int) -> None:
    taken = coupon_photo(Random(count), conditions(Random(8), "mild"), count)
    assert all(isinstance(read_code(KEYS, code), Code) for code in taken.codes)
    gray = cv2.cvtColor(np.asarray(upright(taken.photo.jpeg)), cv2.COLOR_RGB2GRAY)
    read = {found.text for found in zxingcpp.read_barcodes(gray, formats=zxingcpp.BarcodeFormat.QRCode)}
    assert read == set(taken.texts)


def test_the_command_writes_files_and_a_manifest(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.papers", str(tmp_path), "--count", "3", "--seed", "8", "--grade", "medium"]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["items"]) == 3
    for item in manifest["items"]:
        assert (tmp_path / item["file"]).stat().st_size > 10_000 and item["grade"] == "medium"
