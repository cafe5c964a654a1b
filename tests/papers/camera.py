"""Where each millimetre of paper lands in the photo: a bent sheet, held at an angle, in a frame.

`Scene.maps` says for every pixel of the photo which pixel of the print it shows; `Scene.seen` carries points the other way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_CELL = 8  # the mapping is smooth: it is worked out for every eighth pixel


@dataclass(frozen=True, slots=True)
class Bend:
    """A smooth displacement of paper in its own pixels: a curl, some waves, and their slopes for the light."""

    waves: tuple[tuple[float, float, float, float, float], ...]  # kx, ky, phase, amplitude along x, along y
    folds: tuple[tuple[float, float, float, float], ...]  # where (share of width or height), horizontal?, depth, side

    def shift(self, points: Array, size: tuple[float, float]) -> Array:
        """Displacement of points (N, 2) on paper of this size."""
        unit = points / np.array(size)
        moved = np.zeros_like(points)
        for kx, ky, phase, along_x, along_y in self.waves:
            wave = np.sin(2 * math.pi * (kx * unit[:, 0] + ky * unit[:, 1]) + phase)
            moved[:, 0] += along_x * wave
            moved[:, 1] += along_y * wave
        return moved * max(size)

    def slope(self, points: Array, size: tuple[float, float]) -> Array:
        """How much each point leans to the light: about -1..1."""
        unit = points / np.array(size)
        lean = np.zeros(len(points))
        for kx, ky, phase, along_x, along_y in self.waves:
            strength = 120 * math.hypot(along_x, along_y)
            lean += strength * np.cos(2 * math.pi * (kx * unit[:, 0] + ky * unit[:, 1]) + phase)
        for where, flat, depth, side in self.folds:
            away = unit[:, 1 if flat else 0] - where
            lean += depth * side * np.tanh(away * 60) * np.exp(-np.abs(away) * 5) - depth * np.exp(-((away * 160) ** 2))
        return lean


@dataclass(frozen=True, slots=True)
class Scene:
    size: tuple[int, int]  # width, height of the photo
    paper: tuple[int, int]  # of the print
    homography: Array
    bend: Bend

    def maps(self) -> tuple[Array, Array, Array]:
        """For every pixel of the photo: x and y on the print, and the paper's lean there."""
        width, height = self.size
        columns, rows = math.ceil(width / _CELL) + 2, math.ceil(height / _CELL) + 2
        xs = (np.arange(columns) - 0.5) * _CELL - 0.5  # centres of cells, one more than needed on every side
        ys = (np.arange(rows) - 0.5) * _CELL - 0.5
        grid = np.stack(np.meshgrid(xs, ys), axis=2).reshape(1, -1, 2)
        flat = cv2.perspectiveTransform(grid, np.linalg.inv(self.homography))[0]
        source = flat + self.bend.shift(flat, self.paper)
        lean = self.bend.slope(flat, self.paper)
        stacked = np.column_stack([source, lean]).reshape(rows, columns, 3).astype(np.float32)
        full = cv2.resize(stacked, (columns * _CELL, rows * _CELL), interpolation=cv2.INTER_LINEAR)
        cut = full[_CELL : _CELL + height, _CELL : _CELL + width]
        return np.ascontiguousarray(cut[..., 0]), np.ascontiguousarray(cut[..., 1]), np.ascontiguousarray(cut[..., 2])

    def seen(self, points: Array) -> Array:
        """Where points of the print are in the photo."""
        flat = points.astype(np.float64)
        for _ in range(6):  # the bend is gentle: a few steps undo it to a hundredth of a pixel
            flat = points - self.bend.shift(flat, self.paper)
        moved: Array = cv2.perspectiveTransform(flat[None], self.homography)[0]
        return moved


@dataclass(frozen=True, slots=True)
class Pose:
    """How the phone is held. Angles in degrees; `fill`: share of the frame the paper takes, above 1 its edges are cut."""

    turn: float
    pitch: float
    yaw: float
    fill: float
    off_x: float  # shares of the frame
    off_y: float


def homography(paper: tuple[int, int], frame: tuple[int, int], pose: Pose) -> Array:
    width, height = paper
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    flat = corners - np.array([width / 2, height / 2])
    pitch, yaw, turn = (math.radians(angle) for angle in (pose.pitch, pose.yaw, pose.turn))
    turned = flat @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    x, y = turned[:, 0], turned[:, 1]
    away = 1.3 * math.hypot(width, height)
    depth = away + x * math.sin(yaw) + y * math.sin(pitch)
    seen = np.column_stack([x * math.cos(yaw), y * math.cos(pitch)]) * (away / depth)[:, None]
    extent = seen.max(axis=0) - seen.min(axis=0)
    scale = min(frame[0] / extent[0], frame[1] / extent[1]) * pose.fill
    middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
    placed = (seen - middle) * scale + np.array([frame[0] * (0.5 + pose.off_x), frame[1] * (0.5 + pose.off_y)])
    found: Array = cv2.getPerspectiveTransform(corners.astype(np.float32), placed.astype(np.float32))
    return found.astype(np.float64)


def random_bend(rng: Random, curl: float, crumple: float, folds: int) -> Bend:
    """`curl`: a page that will not lie flat, in shares of its length; `crumple`: it was once in a pocket."""
    waves = [(rng.uniform(0.2, 0.5), rng.uniform(0, 0.25), rng.uniform(0, 6.3), curl * 0.3, curl)] if curl else []
    for _ in range(7 if crumple else 0):
        kx, ky = rng.uniform(0.8, 3.2), rng.uniform(0.8, 3.2) * rng.choice((-1, 1))
        small = crumple / math.hypot(kx, ky)
        waves.append((kx, ky, rng.uniform(0, 6.3), small * rng.uniform(-1, 1), small * rng.uniform(-1, 1)))
    creases = [
        (
            rng.choice((0.25, 0.34, 0.5, 0.5, 0.66)) + rng.uniform(-0.02, 0.02),
            float(rng.random() < 0.7),
            rng.uniform(0.08, 0.2),
            rng.choice((-1.0, 1.0)),
        )
        for _ in range(folds)
    ]
    return Bend(tuple(waves), tuple(creases))
