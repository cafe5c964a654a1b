"""What every text recogniser promises."""

from __future__ import annotations

from typing import Protocol

from ocr.image import Pixels
from ocr.words import Word


class Engine(Protocol):
    """Words of a picture, whichever way up its text stands.

    Boxes are pixels of the picture given, clockwise from the top left of the text itself: on a picture that lies on its
    side the first edge of a box runs downwards or upwards. The order of the words means nothing. A picture without text
    gives none; any uint8 picture of height x width x 3 is read without an error.

    An engine may be made in one process and used in another forked from it, by one thread at a time.
    """

    name: str

    def read(self, bgr: Pixels) -> tuple[Word, ...]: ...


class EngineMissing(Exception):
    """The engine asked for cannot be had on this machine. The text is one line: the fault and its remedy."""
