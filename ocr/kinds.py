"""What a code's text looks like. Shape only: not whether a coupon is genuine or an e-invoice truly signed."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from ocr.jws import split

CodeKind = Literal["coupon", "wa_link", "upi", "einvoice", "foreign"]

_COUPON = re.compile(r"(?:SAATHI[ :]+)?" + "-".join(["[0-9A-HJKMNP-TV-Z]{4}"] * 4), re.IGNORECASE)
_WA_HOSTS = {"wa.me", "www.wa.me", "api.whatsapp.com"}


def kind_of(text: str) -> CodeKind:
    """coupon: our bare code; wa_link: a WhatsApp link with one; upi: a payment request; einvoice: the portal's JWS."""
    text = text.strip()
    if _COUPON.fullmatch(text):
        return "coupon"
    if _carries_coupon(text):
        return "wa_link"
    if text[:10].lower() == "upi://pay?":
        return "upi"
    if _is_einvoice(text):
        return "einvoice"
    return "foreign"


def _carries_coupon(text: str) -> bool:
    try:
        link = urlsplit(text)
        words = parse_qs(link.query, max_num_fields=20).get("text", [])
    except ValueError:
        return False
    to_whatsapp = link.scheme.lower() in ("http", "https") and (link.hostname or "") in _WA_HOSTS
    return to_whatsapp and any(_COUPON.fullmatch(word.strip()) for word in words)


def _is_einvoice(text: str) -> bool:
    """A signed token whose header names its algorithm and whose payload has `data` (the GST portals' signed QR)."""
    token = split(text)
    return token is not None and "alg" in token.header and "data" in token.payload
