"""What can be set, from the command line or from SANDBOX_* in the environment; the command line wins."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field is an option: `bot_url` is `--bot-url` and `SANDBOX_BOT_URL`; `sender` is `--from`."""

    host: str = "127.0.0.1"
    port: int = 8100
    bot_url: str = "http://127.0.0.1:8000"  # where webhooks are posted
    public_base_url: str = ""  # what webhooks are signed over; empty: bot_url
    own_url: str = ""  # how the bot reaches this server; empty: host and port
    media_cdn_url: str = ""  # where media redirects lead; empty: own_url
    account_sid: str = "AC" + "0" * 31 + "1"
    auth_token: str = "sandbox-auth-token"
    sender: str = "whatsapp:+14155238886"
    inbound_policy: str = "rc=2&rp=ct,rt,5xx"  # the fragment registered with the inbound URL
    razorpay_key_id: str = "rzp_test_sandbox"
    razorpay_key_secret: str = "sandbox-key-secret"
    razorpay_webhook_secret: str = "sandbox-webhook-secret"
    razorpay_secret: str = ""  # one value for both secrets above
    latency_ms: int = 0  # added to every API answer
    tick_ms: int = 80  # between sent, delivered and read
    payout_ms: int = 400  # between one payout state and the next
    approval_ms: int = 0  # from a template's submission to its approval
    samples: str = ""  # a folder of pictures that the page offers; empty: none
    session_newlines: int = 0  # 1: newlines are allowed in the variables of session (unapproved) content


def parse_settings(argv: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """Settings from `argv` over `environ` over the defaults. A wrong value ends the process with usage (exit 2)."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    for field in fields(Settings):
        option = "from" if field.name == "sender" else field.name
        kind = int if field.type in (int, "int") else str
        default = environ.get("SANDBOX_" + option.upper(), field.default)
        flag = "--" + option.replace("_", "-")
        parser.add_argument(flag, dest=field.name, type=kind, default=default, help=f"default {field.default!r}")
    return completed(Settings(**vars(parser.parse_args(argv))))


def completed(given: Settings) -> Settings:
    """The same settings with every empty value that follows from another one filled in."""
    values = {field.name: getattr(given, field.name) for field in fields(Settings)}
    values["own_url"] = (given.own_url or f"http://127.0.0.1:{given.port}").rstrip("/")
    values["bot_url"] = given.bot_url.rstrip("/")
    values["public_base_url"] = (given.public_base_url or given.bot_url).rstrip("/")
    values["media_cdn_url"] = (given.media_cdn_url or values["own_url"]).rstrip("/")
    if given.razorpay_secret:
        values["razorpay_key_secret"] = values["razorpay_webhook_secret"] = given.razorpay_secret
    return Settings(**values)


def from_environment(argv: Sequence[str]) -> Settings:
    """Settings of this process."""
    return parse_settings(argv, os.environ)
