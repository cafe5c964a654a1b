"""Where money may go: what is taken, what is refused and by which word, and that nothing of it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.destination import BadDestination, BankAccount, Vpa, bank_account, kind_of, masked, parse, plain_of

GOOD = {"account": "1121431121541121", "ifsc": "HDFC0001234", "name": "Ramesh Kumar"}


def bank(**other: Any) -> str:
    return json.dumps(GOOD | other)


def test_a_vpa_and_a_bank_account() -> None:
    assert parse("vpa", " Ramesh.Kumar@OkAxis ") == Vpa("ramesh.kumar@okaxis")
    account = parse("bank", bank())
    assert account == BankAccount("1121431121541121", "HDFC0001234", "Ramesh Kumar")
    assert (masked(Vpa("ramesh@okaxis")), masked(account)) == ("ra•••@okaxis", "HDFC ••••1121")
    assert (kind_of(Vpa("ramesh@okaxis")), kind_of(account)) == ("vpa", "bank")


def test_what_a_member_types_is_read_without_its_spaces_but_never_corrected() -> None:
    assert bank_account("1121 4311-2154 1121", "hdfc0001234 ", " Ramesh   Kumar ") == parse("bank", bank())
    with pytest.raises(BadDestination, match="ifsc_invalid"):
        bank_account("1121431121541121", "HDFCO001234", "Ramesh Kumar")  # the letter O for the zero


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"account": "12345678"}, "account_invalid"),
        ({"account": "1" * 19}, "account_invalid"),
        ({"account": "0" * 12}, "account_invalid"),
        ({"account": "११२१४३११२१५४"}, "account_invalid"),
        ({"account": 1121431121541121}, "account_invalid"),
        ({"account": "11214311A1541121"}, "account_invalid"),
        ({"ifsc": "HDFC1001234"}, "ifsc_invalid"),
        ({"ifsc": "HDFC000123"}, "ifsc_invalid"),
        ({"ifsc": "HDFC0001234\n5"}, "ifsc_invalid"),
        ({"ifsc": None}, "account_invalid"),
        ({"name": "Al"}, "holder_invalid"),
        ({"name": "रमेश कुमार"}, "holder_invalid"),
        ({"name": "x" * 51}, "holder_invalid"),
        ({"name": "123 456"}, "holder_invalid"),
        ({"name": "Ramesh; DROP"}, "holder_invalid"),
    ],
)
def test_bank_accounts_that_are_none(other: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadDestination, match=f"^{reason}$"):
        parse("bank", bank(**other))


@pytest.mark.parametrize("plain", ["", "[]", "null", "{}", "ramesh@okaxis", "[" * 100_000, '{"account": []}'])
def test_a_bank_secret_that_cannot_be_read(plain: str) -> None:
    with pytest.raises(BadDestination, match="account_invalid"):
        parse("bank", plain)


@pytest.mark.parametrize("plain", ["", "two@at@signs", "ramesh", "रमेश@okaxis", "a b@okaxis", "ramesh@ok.axis", "x@" + "y" * 99])
def test_vpas_that_are_none(plain: str) -> None:
    with pytest.raises(BadDestination, match="vpa_invalid"):
        parse("vpa", plain)


def test_a_kind_that_nobody_pays_to() -> None:
    with pytest.raises(BadDestination, match="kind_unknown"):
        parse("pan", "ABCPA1234A")


def test_neither_repr_nor_refusal_shows_what_it_is_about() -> None:
    shown = repr(parse("bank", bank())) + repr(parse("vpa", "ramesh.kumar@okaxis"))
    assert not any(part in shown for part in ("1121431121541121", "Ramesh", "ramesh"))
    with pytest.raises(BadDestination) as refused:
        parse("bank", bank(account="11214311A1541121"))
    assert "1121" not in str(refused.value)


@given(st.from_regex(r"[1-9][0-9]{8,17}", fullmatch=True), st.from_regex(r"[A-Z]{4}0[A-Z0-9]{6}", fullmatch=True))
def test_what_is_sealed_reads_back(number: str, ifsc: str) -> None:
    account = BankAccount(number, ifsc, "Ramesh Kumar")
    assert parse("bank", plain_of(account)) == account


@given(st.text(max_size=60))
def test_any_text_is_a_destination_or_a_named_refusal(plain: str) -> None:
    for kind in ("vpa", "bank"):
        try:
            parse(kind, plain)
        except BadDestination as refused:
            assert refused.reason in {"vpa_invalid", "account_invalid"}
