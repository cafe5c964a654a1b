"""The codes of a picture on their way from the first look to the reading of the paper, so that they are looked for once.

Sealed, and bound to the picture: what a shop's code says is the shop's own affair.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from base.sealing import Sealer

if TYPE_CHECKING:  # image libraries are the workers' alone
    from ocr.qr import Readings


def sealed(codes: Readings, photo: str, sealer: Sealer) -> str:
    """Fit for a task's payload."""
    told = [[[code.text, code.corners] for code in codes.codes], codes.rungs, codes.skipped, codes.unread]
    return base64.b64encode(sealer.seal(json.dumps(told).encode(), _place(photo))).decode()


def opened(words: str, photo: str, sealer: Sealer) -> Readings:
    """What was sealed. Raises CannotOpen."""
    from ocr.qr import Reading, Readings

    codes, rungs, skipped, unread = json.loads(sealer.open(base64.b64decode(words), _place(photo)))
    found = []
    for text, corners in codes:
        a, b, c, d = ((float(x), float(y)) for x, y in corners)
        found.append(Reading(text, (a, b, c, d)))
    return Readings(tuple(found), tuple(rungs), tuple(skipped), unread)


def _place(photo: str) -> str:
    return f"codes/{photo}"
