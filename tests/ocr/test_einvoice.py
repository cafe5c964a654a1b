"""A signed e-invoice is believed only under a key of the keyring, and nothing written into a token breaks the reader."""

import base64
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from ocr.einvoice import ALGORITHMS, EInvoice, NotAToken, irn_of, read_token
from ocr.einvoice_keys import Key, Keyring
from ocr.jws import CHARS_MAX
from ocr.kinds import kind_of

PORTAL = generate_private_key(65537, 2048)
FORGER = generate_private_key(65537, 2048)
RING = Keyring({"PORTAL": Key("PORTAL", PORTAL.public_key(), sandbox=False)})
SANDBOX = Keyring({"PORTAL": Key("PORTAL", PORTAL.public_key(), sandbox=True)})

SELLER, BUYER = "27AAPFU0939F1ZV", "29AAPFU0939F1ZR"
SAID = {
    "SellerGstin": SELLER, "BuyerGstin": BUYER, "DocNo": "ab/17", "DocTyp": "INV", "DocDt": "31/03/2026",
    "TotInvVal": 1416.5, "ItemCnt": 3, "MainHsnCode": "85365090",
    "Irn": irn_of(SELLER, date(2026, 3, 31), "INV", "AB/17"), "IrnDt": "2026-03-31 19:29:00",
}  # fmt: skip


def segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(
    said: Any = None, *, header: Any = None, payload: Any = None, key: RSAPrivateKey | None = PORTAL, as_text: bool = True
) -> str:
    said = {**SAID, **(said or {})}
    header = {"alg": "RS256", "kid": "PORTAL", "typ": "JWT", **(header or {})}
    payload = payload or {"iss": "NIC", "data": json.dumps(said) if as_text else said}
    return sign(json.dumps(header), json.dumps(payload), key)


def sign(header: str, payload: str, key: RSAPrivateKey | None = PORTAL) -> str:
    signed = f"{segment(header.encode())}.{segment(payload.encode())}"
    signature = key.sign(signed.encode(), PKCS1v15(), SHA256()) if key else b"no signature at all"
    return f"{signed}.{segment(signature)}"


def read(text: str, ring: Keyring = RING) -> EInvoice:
    found = read_token(text, ring)
    assert isinstance(found, EInvoice)
    assert kind_of(text) == "einvoice"
    return found


def standing(text: str, ring: Keyring = RING) -> tuple[str, str]:
    found = read(text, ring)
    return found.status, found.why


def test_a_token_signed_by_a_known_portal_is_taken_at_its_word() -> None:
    assert read(token()) == EInvoice(
        "VERIFIED", "", SELLER, BUYER, "ab/17", "INV", date(2026, 3, 31), 141650, 3, "85365090", str(SAID["Irn"]),
        "PORTAL", "NIC",
    )  # fmt: skip


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
@pytest.mark.parametrize("as_text", [True, False])
def test_both_names_of_the_algorithm_and_both_forms_of_data(algorithm: str, as_text: bool) -> None:
    assert standing(token(header={"alg": algorithm}, as_text=as_text)) == ("VERIFIED", "")


@pytest.mark.parametrize("wrap", ["\n{}", " {} ", "\ufeff{}", "{}\x00", "\r\n\t{}\r\n"])
def test_what_a_printer_puts_around_a_token_is_ignored(wrap: str) -> None:
    assert standing(wrap.format(token())) == ("VERIFIED", "")


def test_line_breaks_inside_a_token_are_ignored() -> None:
    whole = token()
    assert standing("\n".join(whole[at : at + 76] for at in range(0, len(whole), 76))) == ("VERIFIED", "")


def test_a_key_may_be_named_by_its_fingerprint_alone() -> None:
    ring = Keyring({"00FF10": Key("00FF10", PORTAL.public_key(), sandbox=False)})
    named = token(header={"kid": None, "x5t": segment(bytes.fromhex("00ff10"))})
    assert standing(named, ring) == ("VERIFIED", "")
    assert standing(token(header={"kid": None, "x5t": "!"}), ring) == ("CONSISTENT_UNVERIFIED", "key_not_known")


@pytest.mark.parametrize("ring", [Keyring(), Keyring({"OTHER": Key("OTHER", PORTAL.public_key(), sandbox=False)})])
@pytest.mark.parametrize("signer", [PORTAL, FORGER, None])
def test_without_the_key_a_token_is_only_consistent(ring: Keyring, signer: RSAPrivateKey | None) -> None:
    assert standing(token(key=signer), ring) == ("CONSISTENT_UNVERIFIED", "key_not_known")


@pytest.mark.parametrize("kid", [None, 7, "", [], {"a": 1}, "../PORTAL", "portal "])
def test_a_strange_key_id_finds_no_key_or_the_right_one(kid: object) -> None:
    expected = "VERIFIED" if kid == "portal " else "CONSISTENT_UNVERIFIED"
    assert read(token(header={"kid": kid})).status == expected


@pytest.mark.parametrize("signer", [FORGER, None])
def test_a_forged_signature_under_a_known_key_is_invalid(signer: RSAPrivateKey | None) -> None:
    assert standing(token(key=signer)) == ("INVALID", "bad_signature")


def test_one_changed_rupee_is_noticed() -> None:
    header, _, signature = token().split(".")
    payload = token({"TotInvVal": 1417.5}).split(".")[1]
    assert standing(f"{header}.{payload}.{signature}") == ("INVALID", "bad_signature")


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES256", "rs256", "", None, 5, ["RS256"], {"RS256": 1}])
@pytest.mark.parametrize("ring", [RING, Keyring()])
def test_another_algorithm_is_invalid_whoever_signed(algorithm: Any, ring: Keyring) -> None:
    assert standing(token(header={"alg": algorithm}), ring) == ("INVALID", "algorithm")


def test_a_header_that_demands_more_than_we_know_is_invalid() -> None:
    assert standing(token(header={"crit": ["exp"]})) == ("INVALID", "critical_header")


@pytest.mark.parametrize("ring", [RING, Keyring()])
@pytest.mark.parametrize(
    "change",
    [{"DocNo": "AB/18"}, {"DocTyp": "CRN"}, {"SellerGstin": BUYER}, {"DocDt": "01/04/2026"}, {"Irn": "0" * 64}],
)
def test_an_irn_that_is_not_the_hash_of_its_parts_is_invalid_even_when_signed(change: Any, ring: Keyring) -> None:
    assert standing(token(change), ring) == ("INVALID", "irn_hash")


def test_the_irn_follows_the_financial_year_and_capitals() -> None:
    # the example published with the rule
    known = "d9476807f5496dea9fc65c6a954887db156022ba4b0d17a3687d43576beb8e17"
    assert irn_of("37ARZPT4384Q1MT", date(2025, 4, 1), "INV", "TEST-00DF1") == known
    assert irn_of("37ARZPT4384Q1MT", date(2026, 3, 31), "INV", "TEST-00DF1") == known
    assert irn_of(SELLER, date(1999, 12, 1), "INV", "1") != irn_of(SELLER, date(2000, 4, 1), "INV", "1")
    as_written = {"Irn": irn_of(SELLER, date(2026, 3, 31), "INV", "ab/17")}
    assert standing(token(as_written)) == ("VERIFIED", "")


@pytest.mark.parametrize(
    ("written", "paise"),
    [
        (0, 0), (100, 10000), (100.0, 10000), (0.01, 1), (19.99, 1999), (1234567.89, 123456789), ("1416", 141600),
        ("1416.50", 141650), ("99999999999999.99", 9999999999999999), ("19.990", 1999),
    ],
)  # fmt: skip
def test_amounts_are_exact_paise(written: Any, paise: int) -> None:
    found = read(token({"TotInvVal": written}))
    assert (found.total_paise, found.status) == (paise, "VERIFIED")


@pytest.mark.parametrize(
    "written",
    ["", " ", "1,416.00", "1_416", "१४१६", "-5", -5,
     1.005, "1e3", "NaN", True, None, [], {}, 10**30, 1e300, "9" * 5000, "0x10"],
    ids=lambda written: repr(written)[:12],
)
def test_amounts_that_are_none_are_invalid(written: Any) -> None:
    found = read(token({"TotInvVal": written}))
    assert (found.status, found.why, found.total_paise) == ("INVALID", "bad_total", None)


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "1E-1000030", "1e-9" + "9" * 20, "9" * 5000, "NaN"],
                         ids=lambda number: number[:12])  # fmt: skip
def test_numbers_no_calculator_should_touch(number: str) -> None:
    data = json.dumps(SAID).replace("1416.5", number)
    assert read(token(payload={"data": data})).status == "INVALID"
    raw = sign('{"alg":"RS256","kid":"PORTAL"}', f'{{"data":{data}}}')
    found = read_token(raw, RING)
    assert isinstance(found, NotAToken) or found.status == "INVALID"


@pytest.mark.parametrize(
    ("field", "values", "why"),
    [
        ("SellerGstin", [None, "", 5, "27AAPFU0939F1Z", "27aapfu0939f1zv", SELLER + "\n"], "bad_seller_gstin"),
        ("BuyerGstin", ["x", 5, [], "29AAPFU0939F1Z"], "bad_buyer_gstin"),
        ("DocNo", [None, "", "A" * 17, "A 1", "<script>", [], True, 1.5], "bad_doc_number"),
        ("DocTyp", [None, "", "inv", "BOS", 1, ["INV"], {}], "bad_doc_type"),
        ("DocDt", [None, "", "31/02/2026", "2026-13-01", "1/4/2026", "yesterday", 20260331, "0000-00-00"], "bad_doc_date"),
        ("Irn", [None, "", "0" * 63, "g" * 64, 0, "0" * 64 + "\n"], "bad_irn"),
    ],
)
def test_a_field_that_is_nonsense_is_named(field: str, values: list[Any], why: str) -> None:
    for value in values:
        assert standing(token({field: value})) == ("INVALID", why), value


@pytest.mark.parametrize("day", ["31-03-2026", "2026-03-31", "2026-03-31 10:00:00", "2026-03-31T00:00:00Z"])
def test_dates_as_the_portals_have_written_them(day: str) -> None:
    assert read(token({"DocDt": day})).doc_date == date(2026, 3, 31)


@pytest.mark.parametrize("buyer", [None, "", "URP"])
def test_a_buyer_without_a_number_is_no_fault(buyer: Any) -> None:
    found = read(token({"BuyerGstin": buyer}))
    assert (found.status, found.buyer_gstin) == ("VERIFIED", None)


def test_what_older_tokens_leave_out_is_no_fault() -> None:
    said = {k: v for k, v in SAID.items() if k not in ("IrnDt", "ItemCnt", "MainHsnCode")}
    found = read(token(payload={"data": json.dumps(said)}))
    assert (found.status, found.item_count, found.main_hsn, found.issuer) == ("VERIFIED", None, None, None)


def test_a_whole_signed_invoice_says_the_same_as_its_qr_code() -> None:
    whole = {
        "AckNo": 1, "Irn": SAID["Irn"], "DocDtls": {"Typ": "INV", "No": "ab/17", "Dt": "31/03/2026"},
        "SellerDtls": {"Gstin": SELLER}, "BuyerDtls": {"Gstin": BUYER}, "ValDtls": {"TotInvVal": 1416.5},
        "ItemList": [{"HsnCd": "1", "AssAmt": "x"}, {"HsnCd": "85365090", "AssAmt": 900.0}, {"HsnCd": "8544", "AssAmt": 300}],
    }  # fmt: skip
    assert read(token(payload={"iss": "NIC", "data": json.dumps(whole)})) == read(token())
    broken = {"DocDtls": 1, "SellerDtls": [], "ValDtls": None, "ItemList": {"a": 1}}
    assert standing(token(payload={"data": json.dumps(broken)})) == ("INVALID", "bad_seller_gstin")


@pytest.mark.parametrize("data", ["", "null", "[]", "not json", '{"a":', "[" * 100_000, '{"a":' * 20_000, 7, None, [1], True],
                         ids=lambda data: repr(data)[:12])  # fmt: skip
def test_data_that_is_no_invoice_is_invalid(data: Any) -> None:
    assert standing(token(payload={"data": data})) == ("INVALID", "bad_data")


def test_a_key_that_stands_twice_is_invalid_wherever_it_is() -> None:
    twice = json.dumps(SAID)[:-1] + ', "TotInvVal": 9.0}'
    assert standing(token(payload={"data": twice})) == ("INVALID", "repeated_key")
    header, payload = '{"alg":"RS256","kid":"PORTAL"}', json.dumps({"data": json.dumps(SAID)})
    assert standing(sign('{"alg":"none","alg":"RS256","kid":"PORTAL"}', payload)) == ("INVALID", "repeated_key")
    assert standing(sign(header, payload[:-1] + ', "data": "{}"}')) == ("INVALID", "repeated_key")


def test_a_test_systems_token_is_believed_only_under_a_key_marked_as_such() -> None:
    of_sandbox = token(payload={"iss": "NIC Sandbox", "data": json.dumps(SAID)})
    assert standing(of_sandbox, SANDBOX) == ("VERIFIED", "")
    assert standing(of_sandbox, RING) == ("CONSISTENT_UNVERIFIED", "sandbox_issuer")


DEEP = base64.urlsafe_b64encode(b"[" * 60_000).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b", "a.b.c.d", "hello", "e30.e30.e30", "upi://pay?pa=a@b", "abc.de=f.g", f"{DEEP}.{DEEP}.{DEEP}",
     sign("[]", "{}", None),
     sign('{"alg":"RS256"}', '{"sub":1}', None), sign('{"kid":"K"}', '{"data":""}', None),
     "A" * (CHARS_MAX + 1),
     "a.b.c" + " " * CHARS_MAX, "é.é.é", "e30.e30.", sign("\udcff".encode("utf-8", "surrogatepass").hex(), "{}", None)],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_has_another_form_is_no_token(text: str) -> None:
    assert read_token(text, RING) == NotAToken()
    assert kind_of(text) != "einvoice"


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(read_token(text, RING), EInvoice | NotAToken)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(SAID)), json_values)
def test_no_value_in_a_field_breaks_the_reader(field: str, value: Any) -> None:
    found = read_token(token({field: value}, key=None), Keyring())
    assert isinstance(found, EInvoice) and found.status in ("CONSISTENT_UNVERIFIED", "INVALID")


@given(st.decimals(min_value=0, max_value=Decimal("99999999999.99"), places=2))
def test_every_amount_of_money_comes_through_to_the_paisa(rupees: Decimal) -> None:
    for written in (str(rupees), float(rupees)):
        assert read(token({"TotInvVal": written}, key=None), Keyring()).total_paise == int(rupees * 100)
