"""Providers' webhooks over HTTP: forged, unset secrets, and a callback for nobody's payout."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from bot.payout_events import _secret
from tests.house import Home, home
from tests.servers import Database

BODY = json.dumps({"type": "TRANSFER_SUCCESS", "data": {"transfer_id": "nobodys", "status": "SUCCESS"}}).encode()
AT = "1617695238078"


def signed(secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), AT.encode() + BODY, hashlib.sha256).digest()
    return {"x-webhook-signature": base64.b64encode(digest).decode(), "x-webhook-timestamp": AT}


def post(made: Home, secret: str) -> int:
    return made.web.post("/cashfree/events", data=BODY, headers=signed(secret)).status_code


def test_cashfree_is_heard_and_a_forger_is_not(database: Database) -> None:
    with home(database.url, cashfree_client_secret="ours") as made:
        assert [post(made, "theirs"), post(made, "ours"), post(made, "ours")] == [403, 200, 200]
        assert made.count("SELECT count(*) FROM provider_events WHERE outcome = 'unrelated'") == 1


@pytest.mark.parametrize("name", ["cashfree_client_secret", "razorpayx_webhook_secret"])
def test_a_secret_that_nobody_has_set_signs_nothing_in_a_real_house(database: Database, name: str) -> None:
    """Its development value is known to everyone."""
    with home(database.url, twilio_api_base_url="https://api.twilio.com") as made:
        assert _secret(made.house, name) == ()
    with home(database.url, twilio_api_base_url="https://api.twilio.com", **{name: "ours"}) as made:
        assert _secret(made.house, name) == ("ours",)
