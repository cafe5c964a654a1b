"""What lens, sensor, screen and WhatsApp do to a scene: blur, moiré, noise, watermark, JPEG."""

from __future__ import annotations

import io
import math
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.papers.fonts import Face, sized

Array = npt.NDArray[Any]


def out_of_focus(pixels: Array, sigma: float) -> Array:
    blurred: Array = cv2.GaussianBlur(pixels, (0, 0), sigma) if sigma > 0.15 else pixels
    return blurred


def shaken(pixels: Array, length: float, angle_degrees: float) -> Array:
    """Motion blur of a hand that did not keep still."""
    if length < 1.2:
        return pixels
    side = 2 * math.ceil(length) + 1
    kernel = np.zeros((side, side), np.float32)
    angle, middle = math.radians(angle_degrees), side // 2
    for step in np.linspace(-length / 2, length / 2, 4 * side):
        kernel[round(middle + step * math.sin(angle)), round(middle + step * math.cos(angle))] = 1
    smeared: Array = cv2.filter2D(pixels, -1, kernel / kernel.sum())
    return smeared


def moire(rng: Random, pixels: Array) -> Array:
    """Fringes of a photographed screen, a little different for each colour."""
    height, width = pixels.shape[:2]
    xs, ys = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    angle, pitch = rng.uniform(-0.3, 0.3), rng.uniform(4.5, 9)
    for colour in range(3):
        across = (xs * math.cos(angle) + ys * math.sin(angle)) * (2 * math.pi / (pitch * (1 + 0.02 * colour)))
        pixels[..., colour] *= 0.94 + 0.06 * np.sin(across)
    pixels *= np.array([0.93, 0.98, 1.06], np.float32)
    return pixels


def noisy(rng: Random, pixels: Array, sigma: float) -> Array:
    """Grain of the sensor, mostly in the brightness."""
    grain = np.zeros(pixels.shape[:2], np.int16)
    cv2.setRNGSeed(rng.getrandbits(31))
    cv2.randn(grain, 0, sigma)
    pixels += grain[..., None]
    return pixels


def watermark(rng: Random, image: Image.Image, text: str) -> None:
    """The camera app's line in a corner; its date is the photo's, not the paper's."""
    font = sized(Face("vera"), max(18, image.height // 52))
    draw = ImageDraw.Draw(image)
    draw.multiline_text(
        (image.width * 0.03, image.height * 0.985),
        text,
        font=font,
        fill=(255, 255, 255),
        anchor="ld",
        stroke_width=1,
        stroke_fill=(120, 120, 120),
    )


def jpeg(
    pixels: Array, quality: int, *, longest: int | None = None, orientation: int = 1, text: str = "", rng: Random | None = None
) -> bytes:
    """Encodes RGB pixels, made smaller if need be. `orientation`: pixels are stored turned, with the EXIF tag that says so."""
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if longest and max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.BILINEAR)
    if text and rng:
        watermark(rng, image, text)
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    if orientation != 1:
        image = image.transpose(undo[orientation])
        exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()
