"""How bad a photo is: three grades, each a range for every fault, drawn anew for each photo."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Grade = Literal["mild", "medium", "hard"]
GRADES: tuple[Grade, ...] = ("mild", "medium", "hard")
_MIXED = ("mild",) * 9 + ("medium",) * 7 + ("hard",) * 4


@dataclass(frozen=True, slots=True)
class Conditions:
    turn: float  # degrees
    pitch: float
    yaw: float
    fill: float
    off_x: float
    off_y: float
    curl: float
    crumple: float
    folds: int
    light: float
    unevenness: float
    shadow: float
    glare: float
    warmth: float
    focus_px: float
    shake_px: float
    noise: float
    thumb: bool
    moire: bool
    wear: float  # 0 fresh ink; 0.5 half of it gone in places
    signed: bool
    stamped: bool
    stamped_over_text: bool
    noted: bool
    noted_over_text: bool
    ticked: bool
    holes: bool
    tight: bool  # the photo was cropped to the paper
    marked: bool  # the camera app's watermark
    quarter_turns: int  # as stored, counter-clockwise
    by_exif: bool  # the turn is told by a tag
    longest_px: int
    jpeg_quality: int


def grade_of(rng: Random, wanted: str) -> Grade:
    chosen: Grade = rng.choice(_MIXED) if wanted == "mixed" else wanted
    return chosen


def conditions(rng: Random, grade: Grade) -> Conditions:
    level = GRADES.index(grade)

    def upto(*ends: float) -> float:
        return rng.uniform(0, ends[level])

    def between(*ranges: tuple[float, float]) -> float:
        return rng.uniform(*ranges[level])

    def often(*shares: float) -> bool:
        return rng.random() < shares[level]

    def both(*ends: float) -> float:
        return rng.uniform(-ends[level], ends[level])

    turned = often(0.04, 0.14, 0.25)
    return Conditions(
        turn=both(1.5, 5, 11),
        pitch=both(3, 11, 20),
        yaw=both(2, 7, 13),
        fill=between((0.93, 1.0), (0.86, 1.01), (0.78, 1.04)),
        off_x=both(0.003, 0.012, 0.03),
        off_y=both(0.003, 0.012, 0.03),
        curl=upto(0.002, 0.008, 0.016) if often(0.4, 0.7, 0.8) else 0.0,
        crumple=between((0.0, 0.0008), (0.0008, 0.002), (0.0015, 0.0042)) if often(0.2, 0.4, 0.6) else 0.0,
        folds=rng.randint(1, 2) if often(0.1, 0.3, 0.5) else 0,
        light=between((0.82, 0.98), (0.66, 0.95), (0.45, 0.85)),
        unevenness=upto(0.15, 0.4, 0.6),
        shadow=between((0.05, 0.15), (0.15, 0.4), (0.3, 0.6)) if often(0.2, 0.5, 0.6) else 0.0,
        glare=between((0.2, 0.3), (0.3, 0.6), (0.6, 1.3)) if often(0.0, 0.12, 0.3) else 0.0,
        warmth=both(0.03, 0.07, 0.12),
        focus_px=between((0.0, 0.6), (0.4, 0.95), (0.7, 1.6)),
        shake_px=between((0, 0), (0, 2.2), (0, 5)) if often(0, 0.3, 0.5) else 0.0,
        noise=between((1, 3), (2, 6), (4, 12)),
        thumb=often(0.0, 0.12, 0.3),
        moire=often(0.0, 0.02, 0.08),
        wear=upto(0.1, 0.35, 0.55),
        signed=often(0.5, 0.6, 0.6),
        stamped=often(0.15, 0.3, 0.4),
        stamped_over_text=often(0.0, 0.25, 0.6),
        noted=often(0.1, 0.3, 0.45),
        noted_over_text=often(0.0, 0.08, 0.35),
        ticked=often(0.1, 0.25, 0.3),
        holes=often(0.08, 0.15, 0.15),
        tight=often(0.5, 0.4, 0.25),
        marked=often(0.05, 0.12, 0.12),
        quarter_turns=rng.choice((1, 2, 3)) if turned else 0,
        by_exif=rng.random() < 0.5,
        longest_px=rng.choice(((1600,), (1600, 1600, 1280), (1600, 1280, 1280))[level]),
        jpeg_quality=rng.randint(*((74, 84), (66, 80), (58, 74))[level]),
    )
