"""What a code's text is, by its looks alone."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.kinds import kind_of
from tests.pictures import coupon_texts, links


def jws(header: object, payload: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


EINVOICE = jws({"alg": "RS256", "kid": "K"}, {"iss": "NIC", "data": '{"DocNo":"1"}'})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("7K3M-9QXA-2B4C-5D60", "coupon"),
        ("saathi 7k3m-9qxa-2b4c-5d60\n", "coupon"),
        ("7K3M9QXA2B4C5D60", "foreign"),
        ("7K3M-9QXA-2B4C-5D6O", "foreign"),
        ("7K3M-9QXA-2B4C-5D60-1", "foreign"),
        ("https://wa.me/919812345678?text=SAATHI%207K3M-9QXA-2B4C-5D60", "wa_link"),
        ("https://wa.me/919812345678?text=SAATHI+7K3M-9QXA-2B4C-5D60", "wa_link"),
        ("HTTPS://WA.ME/919812345678?text=SAATHI%207K3M-9QXA-2B4C-5D60", "wa_link"),
        ("https://api.whatsapp.com/send?phone=91981&text=7K3M-9QXA-2B4C-5D60", "wa_link"),
        ("https://wa.me/919812345678?text=hello", "foreign"),
        ("https://wa.me.example.com/9?text=SAATHI%207K3M-9QXA-2B4C-5D60", "foreign"),
        ("upi://pay?pa=shop@bank&pn=Shop", "upi"),
        ("UPI://PAY?pa=shop@bank", "upi"),
        ("upi://mandate?pa=shop@bank", "foreign"),
        (EINVOICE, "einvoice"),
        ("\n" + EINVOICE, "einvoice"),
        (jws({"alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"}, {"data": "{}"}), "einvoice"),
        (jws({"alg": "RS256"}, {"sub": "someone"}), "foreign"),
        (jws({"typ": "JWT"}, {"data": "{}"}), "foreign"),
        (jws([1], "x"), "foreign"),
        (EINVOICE.rsplit(".", 1)[0], "foreign"),
        ("eyJ.eyJ.x", "foreign"),
        (".".join([base64.urlsafe_b64encode(b"[" * 50_000).decode()] * 3), "foreign"),
        ("www.example.com", "foreign"),
        ("http://[::1", "foreign"),
        ("", "foreign"),
        ("\x00", "foreign"),
    ],
)
def test_the_kind_of_a_text(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_labels_of_ours_are_told_from_the_rest() -> None:
    assert {kind_of(text) for text in coupon_texts(50, 1)} == {"coupon"}
    assert {kind_of(text) for text in links(50, 1)} == {"wa_link"}


@given(st.text())
def test_any_text_has_a_kind(text: str) -> None:
    assert kind_of(text) in {"coupon", "wa_link", "upi", "einvoice", "foreign"}
