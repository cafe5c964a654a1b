"""The doctor's look at the world, by harmless reads only: Twilio, our own address from outside, the payout provider."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import requests
from twilio.base.exceptions import TwilioException

from bot.diagnosis import Wrong
from bot.wiring import House
from payouts.provider import NotFound, RateLimited, Refused, Unknown

RETRY_POLICY = "rc=2&rp=ct,rt,5xx"  # two retries, also when we answered 5xx: the message was not stored then
TIMEOUT_S = 8.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOBODYS_REFERENCE = "saathi-doctor"


def twilio(house: House) -> str:
    """The account is fetched with our credentials."""
    try:
        status = house.twilio.check_account()
    except (TwilioException, requests.RequestException, ValueError) as fault:
        if getattr(fault, "status", None) in (401, 403, 404):
            raise Wrong(
                "Twilio does not know this account and token",
                "copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN from Twilio's console again",
            ) from fault
        raise Wrong(f"Twilio does not answer as it should: {type(fault).__name__}") from fault
    if status != "active":
        raise Wrong(f"the account is {status}", "see Twilio's console")
    return "the account is active"


def webhook(house: House) -> str:
    """Our public address leads to us. What must be registered there is told in any case."""
    base = house.settings.base_url
    register = f"register {base}/twilio/inbound#{RETRY_POLICY}"
    own = urlsplit(base).hostname in LOOPBACK
    try:
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=not own) as client:
            answer = client.get(f"{base}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        where = f"{base}/healthz is not reachable ({type(fault).__name__})"
        raise Wrong(where, f"start ./saathi serve and lead this address to it, then {register}") from fault
    if answer.status_code != httpx.codes.OK or answer.text.strip() != "ok":
        what = f"{base}/healthz answers {answer.status_code}, and not as we do"
        raise Wrong(what, f"lead PUBLIC_BASE_URL to port {house.settings.port} of this service, then {register}")
    return f"{base} leads to us; {register}"


def payouts(house: House) -> str:
    """Payouts are listed by a reference that nobody uses."""
    found = house.payouts.ask(NOBODYS_REFERENCE)
    match found:
        case NotFound():
            return f"{house.payouts.name} answers"
        case RateLimited():
            return f"{house.payouts.name} answers, though it is asked too often just now"
        case Refused("unreachable"):
            raise Wrong(f"{house.payouts.name} is not reachable")
        case Unknown("asking_http_401" | "asking_http_403"):
            remedy = "look at RAZORPAYX_KEY_ID, RAZORPAYX_KEY_SECRET and the addresses RazorpayX allows"
            raise Wrong(f"{house.payouts.name} does not know this key and secret", remedy)
        case Unknown("asking_http_400"):
            raise Wrong(f"{house.payouts.name} refuses the question", "look at RAZORPAYX_ACCOUNT_NUMBER")
        case Unknown(why):
            raise Wrong(f"{house.payouts.name} does not answer as it should: {why}")
    raise Wrong(f"{house.payouts.name} answers a question that nobody asked: {type(found).__name__}")
