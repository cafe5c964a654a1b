"""What a box says: cut out, brought to the network's height, read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, Protocol

import cv2
import numpy as np

from ocr.engines.detection import Boxes
from ocr.image import Pixels

HEIGHT_PX = 48  # what the network reads
PAD_PX = 8  # empty room behind the last letter
WIDTH_MIN_PX, WIDTH_MAX_PX = 48, 2400  # fifty times as long as high; longer ones are squeezed
_EXTRA = "₹°×–—½"


class Recogniser(Protocol):
    session: Any
    postprocess_op: Any


class Alphabet:
    """The letters an Indian invoice can hold, out of the network's 18,700: a logo is not read as Chinese.

    Full-width forms stand for the plain letters: the network, taught on both, now and then prefers them.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        plain = {at: _plain(character) for at, character in enumerate(characters) if at}
        kept = [(at, letter) for at, letter in plain.items() if letter]
        self._columns = np.array([0, *(at for at, _ in kept)])  # the first is the gap between letters
        self._letters = ["", *(letter for _, letter in kept)]

    def decode(self, chances: Any) -> tuple[str, float]:
        """Text and mean confidence of the letters chosen. `chances` is steps x characters."""
        among = chances[:, self._columns]
        best = among.argmax(axis=1)
        fresh = best > 0
        fresh[1:] &= best[1:] != best[:-1]
        if not fresh.any():
            return "", 0.0
        text = "".join(self._letters[at] for at in best[fresh])
        return text, float(among.max(axis=1)[fresh].mean())


def _plain(character: str) -> str:
    if len(character) != 1:
        return ""
    if 0xFF01 <= ord(character) <= 0xFF5E:
        return chr(ord(character) - 0xFEE0)
    return character if " " <= character <= "~" or character in _EXTRA else ""


def cut_out(bgr: Pixels, box: Any) -> Pixels:
    """The text in a box, upright if the box starts at the text's own top left."""
    width, height = (max(1, round(side)) for side in size_of(box))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    warp = cv2.getPerspectiveTransform(np.asarray(box, dtype=np.float32), corners)
    cut = cv2.warpPerspective(bgr, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8)


def size_of(box: Any) -> tuple[float, float]:
    """Length and height of the text in a box."""
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return max(math.dist(a, b), math.dist(c, d)), max(math.dist(a, d), math.dist(b, c))


def texts(recogniser: Recogniser, alphabet: Alphabet, bgr: Pixels, boxes: Boxes, pool: Executor) -> list[tuple[str, float]]:
    """Text and confidence for each box, each read at its own width: most cells of a table are short, and the time a
    reading takes grows with the width."""
    longest_first = sorted(range(len(boxes)), key=lambda at: -_shape(boxes[at]))  # so that no core waits at the end
    read = pool.map(lambda at: _text(recogniser, alphabet, cut_out(bgr, boxes[at])), longest_first)
    found = dict(zip(longest_first, read, strict=True))
    return [found[at] for at in range(len(boxes))]


def _shape(box: Any) -> float:
    length, height = size_of(box)
    return length / max(height, 1.0)


def _text(recogniser: Recogniser, alphabet: Alphabet, cut: Pixels) -> tuple[str, float]:
    width = round(cut.shape[1] * HEIGHT_PX / cut.shape[0])
    width = min(max(width, WIDTH_MIN_PX), WIDTH_MAX_PX)
    shrinking = cut.shape[0] > HEIGHT_PX
    line = cv2.resize(cut, (width, HEIGHT_PX), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
    normal = np.zeros((1, 3, HEIGHT_PX, width + PAD_PX), dtype=np.float32)
    normal[0, :, :, :width] = line.astype(np.float32).transpose(2, 0, 1) * (2 / 255) - 1
    return alphabet.decode(recogniser.session(normal)[0])
