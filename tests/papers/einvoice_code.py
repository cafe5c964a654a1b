"""The portal's signed QR of an e-invoice, in shape: its signature is random unless a signer is given."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random

from tests.papers.truth import Bill

_DOC = {"Tax Invoice": "INV", "Bill of Supply": "INV", "Credit Note": "CRN"}
Signer = Callable[[bytes], bytes]  # what is signed -> RS256 signature


def token(bill: Bill, rng: Random, *, kid: str = "", sign: Signer | None = None) -> str:
    """header.payload.signature of this bill; without `sign` no key verifies it."""
    header = {"alg": "RS256", "kid": kid or f"{rng.getrandbits(160):040X}", "typ": "JWT"}
    data = {
        "SellerGstin": bill.seller.gstin,
        "BuyerGstin": bill.buyer.gstin or "URP",
        "DocNo": bill.number,
        "DocTyp": _DOC[bill.doc_type],
        "DocDt": bill.day.strftime("%d/%m/%Y"),
        "TotInvVal": float(bill.total),
        "ItemCnt": len(bill.lines),
        "MainHsnCode": max(bill.lines, key=lambda line: line.taxable).hsn,
        "Irn": bill.irn,
        "IrnDt": f"{bill.day.isoformat()} 14:{rng.randint(10, 59)}:00",
    }
    payload = {"iss": "NIC", "data": json.dumps(data, separators=(",", ":"))}
    signed = f"{_part(_json(header))}.{_part(_json(payload))}"
    signature = sign(signed.encode()) if sign else rng.randbytes(256)
    return f"{signed}.{_part(signature)}"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
