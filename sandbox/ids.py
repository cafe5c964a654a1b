"""Identifiers in the vendors' shapes."""

import secrets

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def sid(prefix: str) -> str:
    """A Twilio SID: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def razorpay_id(prefix: str) -> str:
    """A Razorpay id: the entity's prefix, `_` and 14 base-62 characters."""
    return prefix + "_" + "".join(secrets.choice(BASE62) for _ in range(14))


def utr() -> str:
    """A bank's reference for a UPI or IMPS transfer: 12 digits."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)
