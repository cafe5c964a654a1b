"""Where money goes: a UPI id or a bank account, made of a secret's plain text. Pure; its `repr` shows nothing.

A bank secret's plain text is JSON: {"account": "...", "ifsc": "...", "name": "..."}. What is not one is refused by a
slug and never corrected. Whether the account exists only the bank knows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from base.ifsc import is_ifsc
from base.masking import mask_vpa
from loyalty.vpa import normal_vpa

# RBI: four letters of the bank, a zero, six letters or digits of the branch.
ACCOUNT = re.compile(r"[0-9]{9,18}", re.ASCII)  # what Indian banks issue
# RazorpayX takes 3 to 50 characters for a contact, the narrowest of the places a holder's name goes to; banks write Latin.
HOLDER = re.compile(r"(?=.*[A-Za-z]{2})[A-Za-z0-9 .'()/&_-]{3,50}", re.ASCII)


class BadDestination(ValueError):
    """Not a place that money can go to.

    `reason`: vpa_invalid | account_invalid | ifsc_invalid | holder_invalid | kind_unknown.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Vpa:
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BankAccount:
    number: str = field(repr=False)
    ifsc: str
    holder: str = field(repr=False)


Destination = Vpa | BankAccount


def parse(kind: str, plain: str) -> Destination:
    """The destination behind a secret of `kind` "vpa" or "bank". Raises BadDestination."""
    if kind == "vpa":
        address = normal_vpa(plain)
        if address is None:
            raise BadDestination("vpa_invalid")
        return Vpa(address)
    if kind == "bank":
        return _bank_account(plain)
    raise BadDestination("kind_unknown")


def plain_of(account: BankAccount) -> str:
    """The text that `parse("bank", …)` reads: what is sealed for a bank account."""
    return json.dumps({"account": account.number, "ifsc": account.ifsc, "name": account.holder}, separators=(",", ":"))


def bank_account(number: str, ifsc: str, holder: str) -> BankAccount:
    """Checked as typed, with the spaces of a passbook taken out. Raises BadDestination for the first that is wrong."""
    number, ifsc, holder = re.sub(r"[ -]", "", number), ifsc.strip().upper(), " ".join(holder.split())
    if not ACCOUNT.fullmatch(number) or not number.strip("0"):
        raise BadDestination("account_invalid")
    if not is_ifsc(ifsc):
        raise BadDestination("ifsc_invalid")
    if not HOLDER.fullmatch(holder):
        raise BadDestination("holder_invalid")
    return BankAccount(number, ifsc, holder)


def masked(destination: Destination) -> str:
    """What may be shown: `ra•••@okaxis`, or `HDFC ••••1121`."""
    match destination:
        case Vpa(address):
            return mask_vpa(address)
        case BankAccount(number, ifsc):
            return f"{ifsc[:4]} ••••{number[-4:]}"


def kind_of(destination: Destination) -> str:
    """The kind of its secret: "vpa" or "bank"."""
    return "vpa" if isinstance(destination, Vpa) else "bank"


def _bank_account(plain: str) -> BankAccount:
    try:
        told = json.loads(plain)
    except (ValueError, RecursionError):
        told = None
    parts = [told.get(name) for name in ("account", "ifsc", "name")] if isinstance(told, dict) else []
    match parts:
        case [str(number), str(ifsc), str(holder)]:
            return bank_account(number, ifsc, holder)
    raise BadDestination("account_invalid")
