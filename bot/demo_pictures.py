"""Photographs for the demo: labels with real QR codes, drawn, tilted, lit unevenly and saved as a phone would."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image, ImageDraw

LABEL = (360, 430)
GAP = 30
JPEG_QUALITY = 78  # about what is left after WhatsApp has made a picture smaller

Picture = NDArray[np.uint8]


def photograph(labels: Sequence[tuple[str, str]], path: Path, *, columns: int, tilt: float) -> Path:
    """A photo of labels (link in the QR, words under it), seen at an angle. `tilt`: 0 straight, 0.3 steep."""
    sheet = _sheet(labels, columns)
    height, width = sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = corners * np.float32(0.92) + np.array([60, 60], dtype=np.float32)
    pushed = [[220, 90], [-60, 200], [30, -60], [-90, 0]]  # px per unit of tilt: no two sides stay parallel
    seen += np.array(pushed, dtype=np.float32) * np.float32(tilt)
    warp = cv2.getPerspectiveTransform(corners, seen)
    photo = cv2.warpPerspective(sheet, warp, (width + 120, height + 120), borderValue=(96, 112, 128))
    light = np.linspace(0.72, 1.05, photo.shape[1], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(7).normal(0, 4, photo.shape)
    photo = np.clip(cv2.GaussianBlur(photo, (3, 3), 0) * light + noise, 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), photo, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return path


def _sheet(labels: Sequence[tuple[str, str]], columns: int) -> Picture:
    rows = -(-len(labels) // columns)
    size = (columns * (LABEL[0] + GAP) + GAP, rows * (LABEL[1] + GAP) + GAP)
    sheet = Image.new("RGB", size, (214, 214, 208))
    for number, (link, words) in enumerate(labels):
        row, column = divmod(number, columns)
        sheet.paste(_label(link, words), (GAP + column * (LABEL[0] + GAP), GAP + row * (LABEL[1] + GAP)))
    return np.array(sheet)[:, :, ::-1].astype(np.uint8)


def _label(link: str, words: str) -> Image.Image:
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
    qr = Image.open(drawn).convert("RGB").resize((340, 340))
    label = Image.new("RGB", LABEL, "white")
    label.paste(qr, (10, 8))
    ImageDraw.Draw(label).text((LABEL[0] / 2, 385), words, fill="black", anchor="mm", font_size=30)
    return label
