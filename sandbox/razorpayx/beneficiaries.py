"""Contacts and fund accounts: whom money may go to."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox import ids
from sandbox.razorpayx.access import asked_json, notes_of, require_keys
from sandbox.razorpayx.book import Json
from sandbox.razorpayx.errors import ID_UNKNOWN, NAME_REQUIRED, RazorpayRefused
from sandbox.world import World, the_world

routes = Blueprint("razorpayx_beneficiaries", __name__)
routes.before_request(require_keys)
IDENTITY = ("name", "contact", "email", "type", "reference_id")


@routes.post("/v1/contacts")
def create_contact() -> tuple[Response, int]:
    world = the_world()
    with world.lock:
        contact, made = make_contact(world, asked_json())
    return jsonify(contact), 201 if made else 200


@routes.get("/v1/contacts/<id>")
def fetch_contact(id: str) -> Response:
    return jsonify(known(the_world().book.contacts, id))


@routes.post("/v1/fund_accounts")
def create_fund_account() -> tuple[Response, int]:
    world, asked = the_world(), asked_json()
    with world.lock:
        known(world.book.contacts, str(asked.get("contact_id")))
        account, made = make_fund_account(world, asked, str(asked["contact_id"]))
    return jsonify(account), 201 if made else 200


@routes.get("/v1/fund_accounts/<id>")
def fetch_fund_account(id: str) -> Response:
    return jsonify(known(the_world().book.fund_accounts, id))


def known(rows: dict[str, Json], id: str) -> Json:
    if id not in rows:
        raise RazorpayRefused(ID_UNKNOWN)
    return rows[id]


def make_contact(world: World, asked: dict[str, Any]) -> tuple[Json, bool]:
    """The contact, and whether it is new: the same five identifying fields give the same contact again."""
    name = asked.get("name")
    if not isinstance(name, str) or not name.strip():
        raise RazorpayRefused(NAME_REQUIRED, "name")
    if not 3 <= len(name.strip()) <= 50:
        raise RazorpayRefused("The name must be between 3 and 50 characters.", "name")
    identity = [asked.get(key) for key in IDENTITY]
    for contact in world.book.contacts.values():
        if [contact[key] for key in IDENTITY] == identity:
            return contact, False
    contact = {
        "id": ids.razorpay_id("cont"), "entity": "contact", **dict(zip(IDENTITY, identity, strict=True)),
        "batch_id": None, "active": True, "notes": notes_of(asked), "created_at": int(world.dial.now()),
    }  # fmt: skip
    world.book.contacts[contact["id"]] = contact
    return contact, True


def make_fund_account(world: World, asked: dict[str, Any], contact_id: str) -> tuple[Json, bool]:
    """The fund account, and whether it is new: the same details of the same contact give the same one again."""
    kind = asked.get("account_type")
    if kind not in ("vpa", "bank_account"):
        raise RazorpayRefused("The account type must be vpa or bank_account", "account_type")
    details = asked.get(kind)
    if not isinstance(details, dict):
        raise RazorpayRefused(f"The {kind} field is required", kind)
    wanted = _vpa(details) if kind == "vpa" else _bank_account(details)
    for account in world.book.fund_accounts.values():
        if account["contact_id"] == contact_id and account.get(kind) == wanted:
            return account, False
    account = {
        "id": ids.razorpay_id("fa"), "entity": "fund_account", "contact_id": contact_id, "account_type": kind,
        kind: wanted, "batch_id": None, "active": True, "created_at": int(world.dial.now()),
    }  # fmt: skip
    world.book.fund_accounts[account["id"]] = account
    return account, True


def make_nested(world: World, asked: object) -> Json:
    """The fund account of a composite request, made together with its contact."""
    if not isinstance(asked, dict) or not isinstance(asked.get("contact"), dict):
        raise RazorpayRefused("The contact field is required", "fund_account.contact")
    contact, _ = make_contact(world, asked["contact"])
    account, _ = make_fund_account(world, asked, contact["id"])
    return account


def _vpa(details: dict[str, Any]) -> Json:
    address = details.get("address")
    shape = r"[A-Za-z0-9.-]+@[A-Za-z0-9]+"
    if not isinstance(address, str) or not 3 <= len(address) <= 100 or not re.fullmatch(shape, address, re.ASCII):
        raise RazorpayRefused("The VPA address format is invalid", "vpa.address")
    username, handle = address.split("@")
    return {"username": username, "handle": handle, "address": address}


def _bank_account(details: dict[str, Any]) -> Json:
    name, ifsc, number = (str(details.get(key) or "") for key in ("name", "ifsc", "account_number"))
    if not 3 <= len(name) <= 120:
        raise RazorpayRefused("The name must be between 3 and 120 characters.", "bank_account.name")
    if not re.fullmatch(r"[A-Z]{4}0[A-Z0-9]{6}", ifsc, re.ASCII):
        raise RazorpayRefused("The IFSC is invalid", "bank_account.ifsc")
    if not re.fullmatch(r"[A-Za-z0-9]{5,35}", number, re.ASCII):
        raise RazorpayRefused("The account number is invalid", "bank_account.account_number")
    return {"ifsc": ifsc, "bank_name": ifsc[:4] + " Bank", "name": name, "notes": [], "account_number": number}
