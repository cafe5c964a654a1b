"""IFSCs: the eleven letters and digits that name a branch of an Indian bank."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}", re.ASCII)  # the bank, a nought, the branch


def is_ifsc(text: str) -> bool:
    """Whether it has the shape; which branches there are only the Reserve Bank's list says."""
    return _SHAPE.fullmatch(text) is not None
