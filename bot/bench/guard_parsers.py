"""Everything of ours that reads what strangers write, with samples of what is right. None may raise but what it says."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl

from werkzeug.datastructures import MultiDict

from base.gstin import normal_gstin
from base.pan import holds_pan, normal_pan, pan_in_words
from base.pin import as_pin
from bot.bench.rubbish import as_bytes, bent
from flows.invoice_answers import as_value
from flows.pincode import read_pin
from flows.spelling import as_indian_mobile, as_name, as_profile_name, as_shop, whole_number
from flows.understand import exactly, nearly
from handlers.aadhaar import strike_out_aadhaar
from handlers.photo import codes_in
from handlers.secrets import account_given, unasked
from loyalty.code_search import code_in_link, find_codes
from loyalty.codes import CodeKeys, make_code, read_code
from loyalty.programme_file import BadProgramme, parse_programme
from loyalty.vpa import normal_vpa
from ocr.amount_words import amounts_of
from ocr.amounts import sums_in
from ocr.einvoice import read_token
from ocr.einvoice_keys import Keyring
from ocr.gstin import gstins_in, repaired
from ocr.invoice import read_invoice
from ocr.jws import split
from ocr.kinds import kind_of
from ocr.words import Sheet, Word
from payouts import cashfree_words, destination, razorpayx_events
from whatsapp import delivery, inbound, signature

KEYS = CodeKeys.parse("A:" + "1f" * 32)
CODE = make_code(KEYS, 4711)
GSTIN, OTHER = "27AAPFU0939F1ZV", "29ABCFS1234K1Z3"
TOKEN = (
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IlRFU1QiLCJ0eXAiOiJKV1QifQ."
    "eyJpc3MiOiJOSUMiLCJkYXRhIjoie1wiU2VsbGVyR3N0aW5cIjpcIjI3QUFQRlUwOTM5RjFaVlwiLFwiRG9jTm9cIjpcIkFCLzE3XCIsXCJEb2NUeXBcIjpc"
    "IklOVlwiLFwiRG9jRHRcIjpcIjMxLzAzLzIwMjZcIixcIlRvdEludlZhbFwiOjE0MTYuNX0ifQ.c2lnbmF0dXJl"
)
FORM = (
    "MessageSid=SM00000000000000000000000000000001&From=whatsapp%3A%2B919812345678&To=whatsapp%3A%2B14155238886&Body=points&"
    "NumMedia=1&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2Fx&MediaContentType0=image%2Fjpeg&ProfileName=Ramesh&ButtonPayload=yes"
    "&Latitude=18.5&Longitude=73.8&InteractiveData=%7B%22a%22%3A1%7D&ExternalUserId=whatsapp%3AIN.1234"
)
REPORT = "row=1&post=2&MessageSid=SM00000000000000000000000000000001&MessageStatus=delivered&ErrorCode=63016"
RAZORPAYX = json.dumps({"event": "payout.processed", "payload": {"payout": {"entity": {
    "id": "pout_1", "reference_id": "po_1", "status": "processed", "amount": 10000, "utr": "UTR1", "currency": "INR",
    "status_details": {"reason": "x"}}}}})  # fmt: skip
CASHFREE = json.dumps({"type": "TRANSFER_SUCCESS", "data": {"transfer": {
    "transfer_id": "po_1", "cf_transfer_id": 1, "status": "SUCCESS", "transfer_amount": "100.00",
    "transfer_utr": "U1"}}})  # fmt: skip
BILL = (
    "TAX INVOICE\nROSHNI TRADERS  GSTIN: 27AAPFU0939F1ZV\nInvoice No: GST/2526/0417  Date: 05/01/2026\nBuyer: Kumar Electricals"
    "  GSTIN: 29ABCFS1234K1Z3\nFR WIRE 2.5 SQMM  854449  10 NOS  1,250.00  12,500.00\nTaxable  12,500.00\nCGST 9%  1,125.00\n"
    "SGST 9%  1,125.00\nTotal  14,750.00\nRupees Fourteen Thousand Seven Hundred Fifty Only"
)
PROGRAMME = 'id = "roshni"\nname = "R"\nlocales = ["en"]\n[redeem]\nleast_points = 50\n[[products]]\nsku = "A"\npoints = 1\n'


@dataclass(frozen=True, slots=True)
class Parser:
    name: str
    reads: Callable[[str], object]
    samples: tuple[str, ...]
    refuses: tuple[type[Exception], ...] = ()  # what it raises by its own word


def _signature(words: str) -> object:
    form = MultiDict(parse_qsl(words, keep_blank_values=True))
    headers = {"X-Twilio-Signature": words[:40], "X-Twilio-Webhooks-Signature-Settings": words[-40:]}
    url = "https://bot.example.com"
    return [signature.check(url, f"/x?{words[:80]}", headers, body, ("t", "")) for body in (form, words)]


def _webhook(words: str) -> object:
    raw = words.encode("utf-8", "surrogatepass")
    razorpayx_events.verify_webhook(("s",), raw, words[:64])
    cashfree_words.verify_webhook(("s",), raw, words[:64], words[-20:])
    return razorpayx_events.parse_event(raw), cashfree_words.parse_event(raw)


def _status(words: str) -> object:
    form = MultiDict(parse_qsl(words, keep_blank_values=True))
    return delivery.parse(form, form)


def _sheet(words: str) -> Sheet:
    """Lines as rows, two blanks between boxes."""
    found = []
    for row, line in enumerate(words.split("\n")[:200]):
        left = 40.0
        for part in line.split("  "):
            right, top = left + 9.0 * len(part), 40.0 + 26.0 * row
            if part.strip():
                found.append(Word(part, ((left, top), (right, top), (right, top + 18), (left, top + 18)), 0.95))
            left = right + 18
    return Sheet(1200, 6000, tuple(found))


def _said(words: str) -> object:
    from flows.events import Said

    return [(exactly(Said(words), None, locale), nearly(Said(words), None, locale)) for locale in ("en", "hi")]


def _money(words: str) -> object:
    return sums_in(words), amounts_of(words[:400]), whole_number(words), as_value("total", words)


PLACES = (as_name, as_profile_name, as_shop, as_indian_mobile, read_pin, as_pin)
PARSERS = (
    Parser("twilio signature", _signature, (FORM, "bodySHA256=00&x=1", "key=1,algorithm=HMAC_SHA256")),
    Parser("inbound message", lambda w: inbound.parse(MultiDict(parse_qsl(w, keep_blank_values=True))), (FORM,)),
    Parser("delivery report", _status, (REPORT,)),
    Parser("payout webhooks", _webhook, (RAZORPAYX, CASHFREE)),
    Parser("coupon codes", lambda w: (find_codes(w), read_code(KEYS, w), code_in_link(w)),
           (CODE, f"my code is {CODE.replace('-', ' ')}", f"https://wa.me/14155238886?text={CODE}", CODE.lower())),
    Parser("qr payloads", lambda w: (kind_of(w), codes_in(w)),
           (TOKEN, CODE, "upi://pay?pa=a@okaxis&am=1", f"https://wa.me/1?text={CODE}", "http://[::1]/?text=x")),
    Parser("e-invoice token", lambda w: (split(w), read_token(w, Keyring({}))), (TOKEN, TOKEN.replace(".", " . "))),
    Parser("fields of a bill", lambda w: read_invoice([_sheet(w)]), (BILL,)),
    Parser("money", _money, ("₹ 1,25,000.50", "Rs. 14,750/-", "Rupees Fourteen Thousand Only", "१,२५,०००", "12.5")),
    Parser("dates and numbers typed", lambda w: [as_value(f, w) for f in ("date", "number", "seller", "total", "")],
           ("05/01/2026", "5 jan 26", "2026-01-05", "GST/2526/0417", GSTIN)),
    Parser("gstin", lambda w: (normal_gstin(w), repaired(w), gstins_in(w)),
           (GSTIN, f"GSTIN: {GSTIN} {OTHER}", "27 AAPFU0939F1ZV")),
    Parser("pan", lambda w: (normal_pan(w), holds_pan(w), pan_in_words(w)), ("ABCPD1234F", "my pan is abcpd 1234 f")),
    Parser("upi id, account, ifsc", lambda w: (normal_vpa(w), account_given(w), _destination(w)),
           ("ramesh@okaxis", "50100123456789", "HDFC0001234", '{"number": "50100123456789", "ifsc": "HDFC0001234"}')),
    Parser("words of a member", _said, ("redeem 500", "stop", "हाँ", "points please", "1")),
    Parser("names and places", lambda w: [read(w) for read in PLACES],
           ("Ramesh Kumar", "+91 98123 45678", "411001", "4907", "Kumar & Sons (P) Ltd.")),
    Parser("aadhaar and secrets", lambda w: (strike_out_aadhaar(w, find_codes), unasked(w)),
           ("2341 2341 2346", "aadhaar 234123412346", "ramesh@okaxis", "ABCPD1234F")),
    Parser("programme file", lambda w: parse_programme(w.encode("utf-8", "surrogatepass")), (PROGRAMME,), (BadProgramme,)),
    Parser("query of a link", lambda w: parse_qs(w[:2000], keep_blank_values=True), (FORM,)),
)  # fmt: skip


def _destination(words: str) -> object:
    found: list[object] = []
    for kind in ("vpa", "bank", "x"):
        try:
            found.append(destination.masked(destination.parse(kind, words)))
        except destination.BadDestination as refused:
            found.append(str(refused))
    return found


def tried(parser: Parser, inputs: int, seed: int) -> Iterator[tuple[str, Exception]]:
    """Give the parser so many bad inputs; each that made it raise what it should not."""
    dice = random.Random(f"{seed}/{parser.name}")
    for _ in range(inputs):
        words = bent(dice, parser.samples)
        if dice.random() < 0.2:
            words = as_bytes(dice, words).decode("utf-8", "replace")
        try:
            parser.reads(words)
        except parser.refuses:
            continue
        except Exception as fault:  # what is looked for: anything at all
            yield words, fault
