"""Any bytes give an upright picture or a named refusal, and nothing large is decoded first."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ocr.image import BYTES_MAX, PIXELS_KEPT, Picture, Refused, open_image


def scene(size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Red in the top left quarter, otherwise blue: turning it is seen."""
    image = Image.new("RGB", size, (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic(image: Image.Image) -> bytes:
    pillow_heif.register_heif_opener()  # its encoder stores the orientation as phones do; the reader does not need it
    return saved(image, "HEIF")


def opened(data: bytes) -> Picture:
    picture = open_image(data)
    assert isinstance(picture, Picture), picture
    assert picture.gray.shape == picture.bgr.shape[:2] and picture.bgr.dtype == picture.gray.dtype == np.uint8
    return picture


def is_red(picture: Picture, x: float, y: float) -> bool:
    blue, _, red = picture.bgr[int(y * len(picture.bgr)), int(x * len(picture.bgr[0]))]
    return bool(red > 128 > blue)


def png_claiming(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + saved(scene(), "PNG")[33:]


def jpeg_claiming(width: int, height: int) -> bytes:
    data = saved(scene(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


@pytest.mark.parametrize("data", [saved(scene(), "JPEG"), saved(scene(), "PNG"), saved(scene(), "WEBP"), heic(scene())])
def test_every_kind_of_photo_opens(data: bytes) -> None:
    picture = opened(data)
    assert (picture.width, picture.height, picture.scale) == (120, 80, 1.0)
    assert is_red(picture, 0.2, 0.2) and not is_red(picture, 0.8, 0.8)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_the_orientation_tag_is_obeyed_once(kind: str, orientation: int) -> None:
    image = scene()
    image.getexif()[0x0112] = orientation
    data = heic(image) if kind == "HEIC" else saved(image, kind, exif=image.getexif())
    picture = opened(data)
    assert (picture.width, picture.height) == ((120, 80) if orientation < 5 else (80, 120))
    red = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    corners = [(x, y) for x in (0, 1) for y in (0, 1) if is_red(picture, 0.2 + 0.6 * x, 0.2 + 0.6 * y)]
    assert corners == [red]


@pytest.mark.parametrize("tag", [0, 9, 65535])
def test_a_senseless_orientation_is_ignored(tag: int) -> None:
    image = scene()
    image.getexif()[0x0112] = tag
    assert opened(saved(image, "PNG", exif=image.getexif())).width == 120


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_colour_mode_becomes_plain(mode: str) -> None:
    shades = np.tile(np.repeat([0, 255], 40).astype(np.uint8), (60, 1))
    if mode == "I;16":
        image = Image.fromarray(shades.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(shades).convert(mode)
    gray = opened(saved(image, "JPEG" if mode in ("CMYK", "YCbCr") else "PNG")).gray
    assert gray[30, 10] < 30 and gray[30, 70] > 225


def test_transparency_is_seen_on_white() -> None:
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 30, 60))
    gray = opened(saved(image, "PNG")).gray
    assert gray[30, 10] == 0 and gray[30, 50] == 255


def test_of_an_animation_the_first_frame_is_taken() -> None:
    second = Image.new("RGB", (120, 80), (0, 255, 0))
    for kind in ("WEBP", "PNG"):
        data = saved(scene(), kind, save_all=True, append_images=[second, second])
        assert is_red(opened(data), 0.2, 0.2)


@pytest.mark.parametrize(("kind", "size"), [("JPEG", (7000, 5000)), ("JPEG", (5000, 3600)), ("PNG", (5000, 3600))])
def test_a_large_photo_is_reduced_and_says_by_how_much(kind: str, size: tuple[int, int]) -> None:
    image = scene(size)
    image.getexif()[0x0112] = 6
    picture = opened(saved(image, kind, exif=image.getexif(), compress_level=1))
    assert (picture.height, picture.width) == size
    assert PIXELS_KEPT / 2 < picture.gray.size <= PIXELS_KEPT
    assert picture.gray.shape[1] * picture.scale == pytest.approx(picture.width, rel=0.001)
    assert is_red(picture, 0.8, 0.2)


@pytest.mark.parametrize("make", [png_claiming, jpeg_claiming])
@pytest.mark.parametrize("size", [(8000, 5001), (10_000, 10_000), (65_000, 65_000)])
def test_a_pixel_bomb_is_refused_by_its_header(make: object, size: tuple[int, int]) -> None:
    assert open_image(make(*size)) == Refused("too_many_pixels")


def test_a_webp_canvas_is_checked_before_the_decoder_sees_it() -> None:
    canvas = (16_383).to_bytes(3, "little") * 2
    assert open_image(b"RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00" + canvas) == Refused(
        "too_many_pixels"
    )


def test_a_heic_bomb_is_refused() -> None:
    data = heic(scene((200, 200)))
    at = data.index(b"ispe") + 8
    bomb = data[:at] + struct.pack(">II", 20_000, 20_000) + data[at + 8 :]
    assert isinstance(open_image(bomb), Refused)


def test_thousands_of_scans_are_refused() -> None:
    data = saved(scene(), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    scan = data[at:-2]
    assert isinstance(open_image(data), Picture)
    assert open_image(data[:at] + scan * 500 + b"\xff\xd9") == Refused("broken_image")


def test_what_follows_the_picture_is_ignored() -> None:
    motion = saved(scene(), "JPEG") + b"\x00\x00\x00\x18ftypmp42" + b"\xff\xda\x00" * 5000
    assert is_red(opened(motion), 0.2, 0.2)


@pytest.mark.parametrize("data", [saved(scene(), "JPEG"), saved(scene(), "PNG"), saved(scene(), "WEBP"), heic(scene())])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_photo_cut_off_on_the_way_is_called_truncated(data: bytes, share: float) -> None:
    assert open_image(data[: int(len(data) * share)]) == Refused("truncated")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_an_image"),
        (b"\xff\xd8", "not_an_image"),
        (b"<html><body>404</body></html>", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (b"\x00" * 1000, "not_an_image"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "not_an_image"),
        (b"\x00\x00\x00\x18ftypmp42", "not_an_image"),
        (b"%PDF-1.7\n", "unsupported_format"),
        (saved(scene(), "GIF"), "unsupported_format"),
        (saved(scene(), "TIFF"), "unsupported_format"),
        (saved(scene(), "BMP"), "unsupported_format"),
        (saved(scene(), "AVIF"), "unsupported_format"),
        (saved(scene((1, 1)), "PNG"), "too_small"),
        (saved(scene((5000, 3)), "PNG"), "too_small"),
        (b"\xff\xd8\xff" + b"\x00" * 100, "truncated"),
        (saved(scene(), "JPEG") + bytes(BYTES_MAX), "too_large"),
    ],
)
def test_what_is_no_photo_is_refused_by_name(data: bytes, reason: str) -> None:
    assert open_image(data) == Refused(reason)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "HEIC"]), st.data())
def test_damaged_bytes_never_raise(kind: str, data: st.DataObject) -> None:
    image = scene((64, 48))
    whole = bytearray(heic(image) if kind == "HEIC" else saved(image, kind))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(open_image(bytes(whole)), (Picture, Refused))
