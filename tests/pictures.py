"""Photos of coupon labels as phones take them: seeded, with the exact truth of every code's text and corners."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import segno

Array = npt.NDArray[Any]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MODULE_PX = 8  # a label is drawn large, then warped down to the photo
_QUIET_MODULES = 4


@dataclass(frozen=True, slots=True)
class Camera:
    """How the photo is taken. The defaults are a steady hand in daylight, at the size WhatsApp sends."""

    width: int = 1600
    height: int = 1200
    tilt: float = 0.0  # 0 seen from above; 0.3 the far edge is 30 % narrower
    turn_degrees: float = 0.0
    fill: float = 0.9  # share of the frame taken up by the labels
    blur_px: float = 0.0
    noise: float = 2.0
    light: float = 1.0
    glare: bool = False
    jpeg_quality: int = 75


@dataclass(frozen=True, slots=True)
class Photo:
    jpeg: bytes
    truth: dict[str, Array]  # text -> its four corners, clockwise from the code's own top left


def coupon_texts(count: int, seed: int) -> list[str]:
    """Texts of the right shape; whether they are genuine codes is not the eyes' business."""
    rng = np.random.default_rng(seed)
    letters = ["".join(rng.choice(list(_ALPHABET), 16)) for _ in range(count)]
    return ["-".join(word[at : at + 4] for at in range(0, 16, 4)) for word in letters]


def links(count: int, seed: int) -> list[str]:
    return [f"https://wa.me/919812345678?text=SAATHI%20{text}" for text in coupon_texts(count, seed)]


def label(text: str) -> tuple[Array, Array]:
    """A white label with the QR code and words below it, and the code's corners on it."""
    modules = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix], dtype=np.uint8)
    code = cv2.resize((1 - modules) * 255, None, fx=_MODULE_PX, fy=_MODULE_PX, interpolation=cv2.INTER_NEAREST)
    side, quiet = len(code), _QUIET_MODULES * _MODULE_PX
    paper = np.full((side + 2 * quiet + 40, side + 2 * quiet), 255, dtype=np.uint8)
    paper[quiet : quiet + side, quiet : quiet + side] = code
    cv2.putText(paper, text[-19:], (10, len(paper) - 20), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2, cv2.LINE_AA)
    low, high = quiet, quiet + side
    return paper, np.array([[low, low], [high, low], [high, high], [low, high]], dtype=np.float64)


def take(texts: list[str], seed: int, camera: Camera = Camera(), columns: int = 4) -> Photo:
    """One photo of a sheet with these labels."""
    rng = np.random.default_rng(seed)
    sheet, corners = _sheet(texts, columns)
    warp = _warp(sheet.shape, camera)
    scene = rng.normal(110, 6, (camera.height // 8, camera.width // 8)).astype(np.float32)
    table = cv2.resize(scene, (camera.width, camera.height), interpolation=cv2.INTER_LINEAR)
    size = (camera.width, camera.height)
    seen = cv2.warpPerspective(sheet, warp, size, flags=cv2.INTER_AREA).astype(np.float32)
    covered = cv2.warpPerspective(np.full(sheet.shape, 255, np.uint8), warp, size) > 127
    gray = np.where(covered, seen, table)
    if camera.glare:
        gray = gray + 600 * _spot(camera, rng)
    if camera.blur_px:
        gray = cv2.GaussianBlur(gray, (0, 0), camera.blur_px)
    gray = gray * camera.light + rng.normal(0, camera.noise, gray.shape)
    tint = np.stack([gray * 0.92, gray * 0.97, gray], axis=2)
    done, jpeg = cv2.imencode(
        ".jpg", np.clip(tint, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg_quality]
    )
    assert done
    truth = {text: cv2.perspectiveTransform(quad[None], warp)[0] for text, quad in zip(texts, corners, strict=True)}
    return Photo(jpeg.tobytes(), truth)


def turned_by_exif(jpeg: bytes, orientation: int) -> bytes:
    """The same scene as a phone held another way stores it: pixels turned, and a tag that says so."""
    from PIL import Image

    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    turned = Image.open(io.BytesIO(jpeg)).transpose(undo[orientation])
    turned.getexif()[0x0112] = orientation
    out = io.BytesIO()
    turned.save(out, "JPEG", quality=90, exif=turned.getexif())
    return out.getvalue()


def _sheet(texts: list[str], columns: int) -> tuple[Array, list[Array]]:
    drawn = [label(text) for text in texts]
    cell_h = max(len(paper) for paper, _ in drawn) + 24
    cell_w = max(len(paper[0]) for paper, _ in drawn) + 24
    columns = min(columns, len(texts))
    sheet = np.full((cell_h * math.ceil(len(texts) / columns), cell_w * columns), 235, dtype=np.uint8)
    corners = []
    for place, (paper, quad) in enumerate(drawn):
        top, left = place // columns * cell_h + 12, place % columns * cell_w + 12
        sheet[top : top + len(paper), left : left + len(paper[0])] = paper
        corners.append(quad + np.array([left, top]))
    return sheet, corners


def _warp(shape: tuple[int, ...], camera: Camera) -> Array:
    """From sheet to photo: tilted, turned, then fitted into the frame."""
    height, width = shape[0], shape[1]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    narrow = camera.tilt / 2 * width
    tilted = np.array([[narrow, height * camera.tilt / 3], [width - narrow, height * camera.tilt / 3], *flat[2:]])
    angle = math.radians(camera.turn_degrees)
    turned = tilted @ np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    turned -= turned.min(axis=0)
    extent = turned.max(axis=0)
    scale = min(camera.width / extent[0], camera.height / extent[1]) * camera.fill
    placed = turned * scale + (np.array([camera.width, camera.height]) - extent * scale) / 2
    warp: Array = cv2.getPerspectiveTransform(flat.astype(np.float32), placed.astype(np.float32))
    return warp


def _spot(camera: Camera, rng: np.random.Generator) -> Array:
    """A lamp's reflection: bright in the middle, soft at the edge."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width]
    centre = rng.uniform(0.4, 0.6, 2) * [camera.height, camera.width]
    radius = 0.18 * camera.width
    spot: Array = np.exp(-((((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / radius**2) ** 2))
    return spot
