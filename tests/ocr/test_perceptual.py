"""The same paper is known again from another photo; another bill of the same printer is not taken for it."""

import io
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ocr.image import Picture, open_image
from ocr.likeness import FIGURES_MAX, alike, likeness
from ocr.perceptual import edited_signs, fingerprints
from ocr.words import Sheet, Word

BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
LETTERHEAD = ["GSTIN 27AAPFU0939F1ZV", "Ph. 9812345678", "400001", "HSN 8544", "8536", "CGST 9.00 %", "SGST 9.00%", "2026-27"]


def sheet(words: list[str]) -> Sheet:
    return Sheet(100, 100, tuple(Word(word, BOX, 0.9) for word in words))


def bill(seed: int, lines: int = 12) -> list[str]:
    """Texts of an invoice: one letterhead for all, goods and amounts of its own."""
    random = Random(seed)
    words = [*LETTERHEAD, f"Invoice No: ST/{random.randint(1000, 9999)}"]
    for _ in range(lines):
        rate, quantity = random.randint(500, 90000) / 100, random.randint(1, 40)
        words += [f"MCB {random.choice('BCD')}16", "8536", f"{quantity:.2f}", f"{rate:.2f}", f"{rate * quantity:,.2f}"]
    total = random.randint(10000, 9999999) / 100
    return [*words, f"{total:,.2f}", f"{total * 0.09:.2f}", f"{total * 0.09:.2f}", f"Rs. {total * 1.18:,.2f}"]


def reread(words: list[str], seed: int, lost: float = 0.12, wrong: float = 0.06) -> list[str]:
    """What an engine makes of another photo: some words lost, some digits misread, the rest in another order."""
    random = Random(seed)
    kept = [word for word in words if random.random() >= lost]
    misread = [word.replace("1", "7", 1).replace("8", "3", 1) if random.random() < wrong else word for word in kept]
    return random.sample(misread, len(misread))


def prints(words: list[str]) -> tuple[int, ...]:
    return fingerprints([sheet(words)])


@pytest.mark.parametrize("seed", range(40))
def test_another_photo_of_the_same_paper_is_alike(seed: int) -> None:
    assert alike(prints(bill(seed)), prints(reread(bill(seed), seed)))
    assert alike(prints(reread(bill(seed), seed + 1)), prints(reread(bill(seed), seed + 2)))


@pytest.mark.parametrize("seed", range(40))
def test_half_of_the_paper_is_alike_to_the_whole(seed: int) -> None:
    words = bill(seed)
    assert alike(prints(words[: len(words) // 2]), prints(reread(words, seed)))
    assert alike(prints(words), prints(reread(words[len(words) // 2 :], seed)))


def test_no_two_bills_of_one_printer_are_alike() -> None:
    all_prints = [prints(bill(seed)) for seed in range(80)]
    assert not [(a, b) for a in range(80) for b in range(a) if alike(all_prints[a], all_prints[b])]


def test_two_changed_amounts_do_not_hide_a_paper() -> None:
    words = bill(5)
    assert alike(prints(words), prints([*words[:-2], "999.99", "Rs. 1,179.98"]))


def test_long_papers_keep_the_same_figures_and_stay_comparable() -> None:
    long, other = bill(1, lines=200), bill(2, lines=200)
    assert len(prints(long)) == FIGURES_MAX
    assert alike(prints(long), prints(reread(long, 3))) and not alike(prints(long), prints(other))
    assert alike(prints(long), prints(long[:300])) and not alike(prints(other), prints(long[:300]))


def test_several_pages_are_one_paper_in_any_order() -> None:
    words = bill(7)
    first, second = sheet(words[:30]), sheet(words[30:])
    assert fingerprints([first, second]) == fingerprints([second, first])
    assert alike(fingerprints([first, second]), fingerprints([second]))


@pytest.mark.parametrize("words", [[], ["no figures here"], ["12.50", "13.75"], ["9812345678", "27AAPFU0939F1ZV", "9%", "2.5"]])
def test_too_few_figures_are_like_nothing_not_even_themselves(words: list[str]) -> None:
    assert not alike(prints(words), prints(words)) and likeness(prints(words), prints(bill(1))) == 0


def test_phone_and_registration_numbers_leave_no_trace() -> None:
    assert prints(["9812345678", "GSTIN27AAPFU0939F1ZV", "A/c 001234567890", "UPI 98123-45678"]) == prints(["UPI 98123-45678"])


def test_figures_are_the_same_however_they_are_written() -> None:
    assert prints(["1,23,456.50"]) == prints(["123456.5"]) == prints(["Rs 123456.50 only"])
    assert prints(["100.00"]) != prints(["100"])


words_of_any_kind = st.lists(st.text(max_size=30) | st.from_regex(r"[0-9,.]{1,40}", fullmatch=True), max_size=30)


@given(words_of_any_kind, words_of_any_kind)
def test_laws_of_fingerprints(one: list[str], other: list[str]) -> None:
    a, b = prints(one), prints(other)
    assert all(0 <= figure < 2**63 for figure in a) and list(a) == sorted(set(a))  # fits a signed bigint
    assert likeness(a, b) == likeness(b, a) and 0 <= likeness(a, b) <= 1
    assert likeness(a, a) in (0, 1)


# --- signs of editing


def file_of(width: int = 640, height: int = 480, kind: str = "JPEG", **tags: object) -> bytes:
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype(np.uint8))
    exif, out = Image.Exif(), io.BytesIO()
    for name, value in tags.items():
        number = {"software": 0x0131, "model": 0x0110, "changed": 0x0132, "taken": 0x9003}[name]
        if name == "taken":
            exif.get_ifd(0x8769)[number] = value
        else:
            exif[number] = value
    image.save(out, kind, exif=exif)
    return out.getvalue()


def signs(data: bytes) -> tuple[str, ...]:
    picture = open_image(data)
    assert isinstance(picture, Picture)
    return edited_signs(picture, data)


@pytest.mark.parametrize("data", [
    file_of(), file_of(kind="PNG"), file_of(kind="WEBP"), file_of(software="HDR+ 1.0", model="Pixel"),
    file_of(1080, 2400, model="Pixel"), file_of(taken="2026:01:01 10:00:00", changed="2026:01:01 10:00:00"),
])  # fmt: skip
def test_a_plain_photo_shows_no_sign(data: bytes) -> None:
    assert signs(data) == ()


def test_signs_are_named() -> None:
    assert signs(file_of(software="Adobe Photoshop 25.0")) == ("edited_by_software",)
    assert signs(file_of(taken="2026:01:01 10:00:00", changed="2026:01:02 10:00:00")) == ("saved_after_taking",)
    assert signs(file_of(1080, 2400)) == signs(file_of(2400, 1080, "PNG")) == ("screenshot_size",)
    out, info = io.BytesIO(), PngInfo()
    info.add_text("Software", "GIMP 2.10")
    Image.new("RGB", (64, 64)).save(out, "PNG", pnginfo=info)
    assert signs(out.getvalue()) == ("edited_by_software",)


@pytest.mark.parametrize("data", [b"", b"none", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00"])
def test_broken_files_show_nothing(data: bytes) -> None:
    picture = open_image(file_of())
    assert isinstance(picture, Picture)
    assert edited_signs(picture, data) == ()
