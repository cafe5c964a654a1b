"""The shape of a UPI id (VPA), `name@handle`. Whether it exists only the bank knows."""

from __future__ import annotations

import re

# What is seen in the wild; NPCI publishes no grammar. The handle has no dot, which keeps e-mail addresses out.
_IN_USE = re.compile(r"[a-z0-9._-]{2,256}@[a-z][a-z0-9]{1,63}", re.ASCII)
# RazorpayX, "Create a Payout to a VPA": 3 to 100 characters; letters, digits, dot and dash before the one @.
_RAZORPAYX = re.compile(r"[a-z0-9.-]+@[a-z0-9.-]+", re.ASCII)
RAZORPAYX_CHARACTERS_MAX = 100


def normal_vpa(typed: str) -> str | None:
    """The id in lower case without the spaces around it; None when it is not one. Nothing in it is ever corrected."""
    vpa = typed.strip().lower() if typed.isascii() else ""
    return vpa if _IN_USE.fullmatch(vpa) else None


def fits_razorpayx(vpa: str) -> bool:
    """Whether RazorpayX would take it: narrower than what people have (no underscore)."""
    return len(vpa) <= RAZORPAYX_CHARACTERS_MAX and _RAZORPAYX.fullmatch(vpa) is not None
