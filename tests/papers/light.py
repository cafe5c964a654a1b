"""Light and what gets in its way: table, shadow, lamp, thumb. All work on float pixels (height, width, 3), 0..255, RGB."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_TABLES = ((96, 70, 48), (150, 118, 84), (60, 58, 60), (188, 186, 180), (120, 128, 134), (34, 32, 34), (142, 60, 52))
_SKINS = ((196, 146, 118), (150, 104, 78), (112, 74, 54), (222, 178, 150))


def table(rng: Random, pixels: Array, bare: Array) -> None:
    """Paints what the paper lies on, wood, stone or cloth, wherever it is `bare`."""
    height, width = pixels.shape[:2]
    noise = np.random.default_rng(rng.getrandbits(32))
    base = np.array(rng.choice(_TABLES), np.float32)
    kind = rng.choice(("wood", "stone", "plain"))
    cells = {"wood": (height // 4 + 1, width // 90 + 1), "stone": (height // 5 + 1, width // 5 + 1), "plain": (12, 12)}[kind]
    depth = {"wood": 12, "stone": 22, "plain": 6}[kind]
    grain = field_of((width, height), noise.normal(0, depth, cells))
    pixels[bare] = base + grain[bare][:, None]


def field_of(size: tuple[int, int], cells: Array) -> Array:
    """A small grid of values stretched smoothly over the picture."""
    stretched: Array = cv2.resize(cells.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return stretched


def daylight(rng: Random, size: tuple[int, int], level: float, unevenness: float) -> Array:
    """Light falling off to one side."""
    angle, steps = rng.uniform(0, 2 * math.pi), np.linspace(-1, 1, 6)
    slope = steps[None, :] * math.cos(angle) + steps[:, None] * math.sin(angle)
    return field_of(size, level * (1 - unevenness * 0.5 * (slope + 1) / 2 * 1.4))


def shadow(rng: Random, size: tuple[int, int], depth: float) -> Array:
    """The shadow of a hand and phone: darker beyond a soft slanted edge."""
    width, height = size
    angle = rng.uniform(0, 2 * math.pi)
    xs, ys = np.meshgrid(np.linspace(-1, 1, 48), np.linspace(-1, 1, 48))
    edge = xs * math.cos(angle) + ys * math.sin(angle) + 0.15 * np.sin(3 * xs + rng.uniform(0, 6)) - rng.uniform(-0.2, 0.6)
    soft = 1 / (1 + np.exp(-edge * rng.uniform(8, 30)))
    return field_of((width, height), 1 - depth * soft)


def glare(rng: Random, size: tuple[int, int], strength: float) -> Array:
    """A lamp's reflection, 0..strength: bright in the middle, soft outside."""
    xs, ys = np.meshgrid(np.linspace(0, 1, 64), np.linspace(0, 1, 64))
    x, y, radius = rng.uniform(0.15, 0.85), rng.uniform(0.15, 0.85), rng.uniform(0.06, 0.16)
    away = ((xs - x) ** 2 + ((ys - y) * rng.uniform(0.7, 1.4)) ** 2) / radius**2
    spot: Array = np.clip(field_of(size, strength * np.exp(-(away**1.3))), 0, None)
    return spot


def thumb(rng: Random, pixels: Array) -> Array:
    """A thumb reaching in from an edge, painted into `pixels`; returns where it is, 0..1."""
    height, width = pixels.shape[:2]
    side = rng.choice(("bottom", "bottom", "left", "right"))
    long, thick = rng.uniform(0.1, 0.18) * max(width, height), rng.uniform(0.035, 0.05) * max(width, height)
    along = rng.uniform(0.1, 0.9)
    centre = {
        "bottom": (along * width, height),
        "left": (0, (0.4 + 0.5 * along) * height),
        "right": (width, (0.4 + 0.5 * along) * height),
    }[side]
    lean = {"bottom": 90, "left": 0, "right": 0}[side] + rng.uniform(-25, 25)
    mask = np.zeros((height, width), np.uint8)
    middle = (round(centre[0]), round(centre[1]))
    cv2.ellipse(mask, middle, (round(long), round(thick)), lean, 0, 360, 255, -1, cv2.LINE_AA)
    cover = cv2.blur(mask, (7, 7)).astype(np.float32) / 255
    inner = cv2.blur(mask, (61, 61)).astype(np.float32) / 255  # rounder: darker to its rim
    skin = np.array(rng.choice(_SKINS), np.float32) * (0.62 + 0.38 * inner[..., None])
    pixels += cover[..., None] * (skin - pixels)
    where: Array = cover
    return where
