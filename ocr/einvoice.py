"""A signed e-invoice token, as the QR code of a GST e-invoice or as the whole signed invoice: what it says, and whether to
believe it.

VERIFIED            signed by a key of the keyring, and the invoice reference number (IRN) is the hash of its own parts
CONSISTENT_UNVERIFIED  the key is not in the keyring, the IRN fits. Anyone can compute that hash: a witness, not a proof
INVALID             forged, damaged or nonsense; `why` names the first thing found
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from ocr.einvoice_keys import Keyring
from ocr.jws import Jws, json_of, split

Status = Literal["VERIFIED", "CONSISTENT_UNVERIFIED", "INVALID"]
Why = Literal[
    "", "key_not_known", "sandbox_issuer",
    "algorithm", "critical_header", "bad_signature", "repeated_key", "bad_data", "irn_hash",
    "bad_seller_gstin", "bad_buyer_gstin", "bad_doc_number", "bad_doc_type", "bad_doc_date", "bad_total", "bad_irn",
]  # fmt: skip
DocType = Literal["INV", "CRN", "DBN"]

# RFC 7518's name, and the XML-DSig name some portals put there: the same RSA-SHA256 (PKCS #1 v1.5).
ALGORITHMS = ("RS256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
TOTAL_PAISE_MAX = 10**17  # the portals' schema: at most 14 digits of rupees


@dataclass(frozen=True, slots=True)
class EInvoice:
    """What the token says. Unless INVALID, only buyer_gstin (a buyer without one), item_count and main_hsn may be None."""

    status: Status
    why: Why  # "" when VERIFIED
    seller_gstin: str | None = None
    buyer_gstin: str | None = None
    doc_number: str | None = None
    doc_type: DocType | None = None
    doc_date: date | None = None
    total_paise: int | None = None
    item_count: int | None = None
    main_hsn: str | None = None
    irn: str | None = None  # 64 lower-case hex digits
    kid: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class NotAToken:
    """Not of the form of an e-invoice's token at all."""


def read_token(text: str, keyring: Keyring) -> EInvoice | NotAToken:
    """The token's facts with their standing. White space anywhere in it is ignored; nothing in it can raise."""
    token = split(text)
    if token is None or "alg" not in token.header or "data" not in token.payload:
        return NotAToken()
    facts, fault = _facts(token)
    status, why = _standing(token, facts, fault, keyring)
    kid, issuer = token.header.get("kid"), token.payload.get("iss")
    return EInvoice(
        status, why, **facts,  # type: ignore[arg-type]  # each was checked where it was read
        kid=kid if isinstance(kid, str) else None, issuer=issuer if isinstance(issuer, str) else None,
    )  # fmt: skip


def irn_of(seller_gstin: str, doc_date: date, doc_type: str, doc_number: str) -> str:
    """The invoice reference number: SHA-256 over seller, financial year (2025-26), type and number in capitals."""
    first = doc_date.year if doc_date.month >= 4 else doc_date.year - 1
    parts = f"{seller_gstin}{first}-{(first + 1) % 100:02}{doc_type}{doc_number}"
    return hashlib.sha256(parts.encode()).hexdigest()


# --- standing -------------------------------------------------------------------------------------------------------


def _standing(token: Jws, facts: Mapping[str, object], fault: Why, keyring: Keyring) -> tuple[Status, Why]:
    """The signature is looked at first: a forgery under a known key is called that, whatever else is wrong with it."""
    if token.header["alg"] not in ALGORITHMS:  # also "none", and HS256, where a public key would serve as the secret
        return "INVALID", "algorithm"
    if "crit" in token.header:
        return "INVALID", "critical_header"
    key = keyring.find(token.header.get("kid"), token.header.get("x5t"))
    if key is not None:
        try:
            key.public.verify(token.signature, token.signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            return "INVALID", "bad_signature"
    if token.repeated:
        return "INVALID", "repeated_key"
    if fault:
        return "INVALID", fault
    if key is None:
        return "CONSISTENT_UNVERIFIED", "key_not_known"
    if not key.sandbox and "sandbox" in str(token.payload.get("iss", "")).lower():
        return "CONSISTENT_UNVERIFIED", "sandbox_issuer"  # a test system's key that was not marked as one
    return "VERIFIED", ""


# --- facts ----------------------------------------------------------------------------------------------------------


def _facts(token: Jws) -> tuple[dict[str, object], Why]:
    """Everything readable, and the first fault found."""
    data = token.payload["data"]
    try:
        told, repeated = json_of(data) if isinstance(data, str) else (data, False)
    except ValueError:
        return {}, "bad_data"
    if not isinstance(told, dict):
        return {}, "bad_data"
    flat = _flat(told) if "DocDtls" in told else told
    facts: dict[str, object] = {
        "seller_gstin": _gstin(flat.get("SellerGstin")),
        "buyer_gstin": _gstin(flat.get("BuyerGstin")),
        "doc_number": _doc_number(flat.get("DocNo")),
        "doc_type": flat.get("DocTyp") if flat.get("DocTyp") in ("INV", "CRN", "DBN") else None,
        "doc_date": _date(flat.get("DocDt")),
        "total_paise": _paise(flat.get("TotInvVal")),
        "item_count": _count(flat.get("ItemCnt")),
        "main_hsn": _hsn(flat.get("MainHsnCode")),
        "irn": _irn(flat.get("Irn")),
    }
    return facts, "repeated_key" if repeated else _fault(flat, facts)


def _flat(whole: Mapping[str, object]) -> dict[str, object]:
    """A whole signed invoice under the names that the QR code uses."""
    document, seller, buyer, values = (_object(whole.get(n)) for n in ("DocDtls", "SellerDtls", "BuyerDtls", "ValDtls"))
    lines = whole.get("ItemList")
    items = [_object(line) for line in lines] if isinstance(lines, list) else []
    main = max(items, key=lambda item: _paise(item.get("AssAmt")) or 0, default={})
    return {
        "SellerGstin": seller.get("Gstin"), "BuyerGstin": buyer.get("Gstin"), "DocNo": document.get("No"),
        "DocTyp": document.get("Typ"), "DocDt": document.get("Dt"), "TotInvVal": values.get("TotInvVal"),
        "ItemCnt": len(items) or None, "MainHsnCode": main.get("HsnCd"), "Irn": whole.get("Irn"),
    }  # fmt: skip


def _fault(flat: Mapping[str, object], facts: Mapping[str, object]) -> Why:
    needed: tuple[tuple[str, Why], ...] = (
        ("seller_gstin", "bad_seller_gstin"), ("doc_number", "bad_doc_number"), ("doc_type", "bad_doc_type"),
        ("doc_date", "bad_doc_date"), ("total_paise", "bad_total"), ("irn", "bad_irn"),
    )  # fmt: skip
    for name, why in needed:
        if facts[name] is None:
            return why
    if facts["buyer_gstin"] is None and flat.get("BuyerGstin") not in (None, "", "URP"):  # URP: an unregistered person
        return "bad_buyer_gstin"
    seller, day, kind, number = (facts[name] for name in ("seller_gstin", "doc_date", "doc_type", "doc_number"))
    assert isinstance(day, date)
    # Capitals since 2025; before that the number was hashed as it was written.
    fitting = {irn_of(str(seller), day, str(kind), written) for written in (str(number), str(number).upper())}
    return "" if facts["irn"] in fitting else "irn_hash"


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _gstin(value: object) -> str | None:
    """Its shape only: the portals' test businesses fail the check digit, and a wrong one is for the checks to name."""
    return value if isinstance(value, str) and re.fullmatch(r"[0-9]{2}[0-9A-Z]{13}", value) else None


def _doc_number(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9/-]{1,16}", value) else None


def _date(value: object) -> date | None:
    """dd/mm/yyyy, or in older tokens yyyy-mm-dd with or without a time."""
    if not isinstance(value, str):
        return None
    indian = re.fullmatch(r"([0-9]{2})[/-]([0-9]{2})[/-]([0-9]{4})", value)
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]+Z?)?", value)
    try:
        if indian:
            return date(int(indian[3]), int(indian[2]), int(indian[1]))
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None


def _paise(value: object) -> int | None:
    """Rupees as a JSON number or string, exactly; more than two decimals is no amount of money."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,10})?", value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    rupees = Decimal(value)
    if rupees < 0 or not -10 <= rupees.adjusted() <= 15 or len(rupees.as_tuple().digits) > 25:
        return None  # nothing below is rounded: Decimal calculates with 28 digits
    paise = rupees * 100
    return int(paise) if paise == paise.to_integral_value() and paise <= TOTAL_PAISE_MAX else None


def _count(value: object) -> int | None:
    whole = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value) else value
    return whole if isinstance(whole, int) and not isinstance(whole, bool) and 0 <= whole < 10**6 else None


def _hsn(value: object) -> str | None:
    written = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return written if re.fullmatch(r"[0-9]{4,8}", written) else None


def _irn(value: object) -> str | None:
    return value.lower() if isinstance(value, str) and re.fullmatch(r"[0-9A-Fa-f]{64}", value) else None
