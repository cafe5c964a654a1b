"""The environment, read once. Every setting has a local default that works; what a real deployment must set is named
all at once by `faults`."""

from __future__ import annotations

import os
import re
import secrets
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
RAILS_FILE = ROOT / "config" / "payouts" / "rails.toml"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TWILIO_OWN = "https://api.twilio.com"
LOCAL_TOKEN = "local-development-token"


class BadSettings(Exception):
    """What is wrong with the environment, every fault with its remedy, one a line."""


class Settings(BaseSettings):
    """Names are the environment's, in lower case. docs/operations.md says what each one means."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    port: int = Field(8000, ge=1, le=65535)
    database_url: str = Field("", repr=False)  # empty: the embedded Postgres under .local/
    database_owner_url: str = Field("", repr=False)  # empty: database_url
    redis_url: str = Field("", repr=False)  # empty: the embedded Valkey
    public_base_url: str = ""
    twilio_account_sid: str = "AC" + "0" * 32
    twilio_auth_token: str = Field(LOCAL_TOKEN, repr=False)
    twilio_auth_token_secondary: str = Field("", repr=False)  # while the token is being changed: both are accepted
    twilio_from: str = "whatsapp:+14155238886"
    twilio_people_per_day: int | None = Field(None, ge=1)  # WhatsApp's tier of the sender; empty: what the database says
    twilio_api_base_url: str = ""  # empty: Twilio's own
    media_hosts: str = "api.twilio.com,.twiliocdn.com"
    twilio_delete_media: bool = True  # delete there what members sent, once our own copy is kept
    payout_provider: str = Field("razorpayx", pattern="^(razorpayx|cashfree)$")
    razorpayx_key_id: str = "local-key"
    razorpayx_key_secret: str = Field("local-secret", repr=False)
    razorpayx_account_number: str = "2323230000000000"
    razorpayx_webhook_secret: str = Field("local-webhook-secret", repr=False)
    razorpayx_api_base_url: str = ""  # empty: Razorpay's own; ends in /v1
    cashfree_client_id: str = "local-client"
    cashfree_client_secret: str = Field("local-client-secret", repr=False)
    cashfree_api_base_url: str = ""  # empty: Cashfree's own; ends in /payout
    cashfree_id_in_path: bool = False  # ask with GET /transfers/ID instead of GET /transfers?transfer_id=ID
    payout_checks: bool = False  # ask whether a destination exists, and whose it is; RazorpayX Lite in live mode only
    reconcile_hour: int = Field(2, ge=0, le=23)  # India's hour from which the night's payouts are compared
    ocr_engine: str = "rapidocr"
    einvoice_keys: str = ""  # the portals' public keys, a directory or a file; empty: no e-invoice is taken at its word
    data_keys: str = Field("", repr=False)  # id:base64 of 32 bytes, comma between; the last one seals
    code_keys: str = Field("", repr=False)  # letter:hex, comma between; the last one issues
    media_store: str = Field("", repr=False)  # a directory, or s3://key:secret@host/bucket; empty: .local/media
    saathi_root: str = ""  # under whose .local/ embedded servers, logs and local keys live; empty: beside the code
    ops_token: str = Field("", max_length=200, repr=False)  # with which our own monitors ask /metrics and /readyz
    sandbox_url: str = ""  # where the stand-in for the outside world listens; development only

    @property
    def home(self) -> Path:
        return self.root / ".local"

    @property
    def root(self) -> Path:
        return Path(self.saathi_root) if self.saathi_root else ROOT

    @property
    def development(self) -> bool:
        """Twilio's base URL is on this machine: clocks may be moved, local defaults are enough."""
        return urlsplit(self.twilio_api_base_url).hostname in LOOPBACK

    @property
    def base_url(self) -> str:
        """Where Twilio reaches us."""
        return self.public_base_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.twilio_auth_token, self.twilio_auth_token_secondary)))

    def faults(self) -> list[str]:
        """What keeps the service from running against the real world; empty in development."""
        if self.development:
            return []
        required = REQUIRED | PROVIDERS[self.payout_provider]
        found = [f"{name.upper()} is not set: {why}" for name, why in required.items() if name not in self.model_fields_set]
        if self.public_base_url and not self.public_base_url.startswith("https://"):
            found.append("PUBLIC_BASE_URL must start with https://: Twilio signs the URL it calls")
        if "_" in (urlsplit(self.public_base_url).hostname or ""):
            found.append("PUBLIC_BASE_URL must not have an underscore in its host: Twilio refuses such status callbacks")
        if not re.fullmatch(r"whatsapp:\+[0-9]{7,15}", self.twilio_from):  # else no message would find its sender
            found.append(f"TWILIO_FROM is {self.twilio_from!r}: write it as whatsapp:+14155238886")
        if sandbox := self._sandbox_keys():
            found.append(f"EINVOICE_KEYS holds {sandbox}: a sandbox key, which anyone can have sign an invoice; take it away")
        return found

    def _sandbox_keys(self) -> str:
        """The first path below EINVOICE_KEYS, or itself, whose name marks keys of the portals' test systems."""
        if not self.einvoice_keys:
            return ""
        place = Path(self.einvoice_keys)
        return next((str(p) for p in (place, *sorted(place.rglob("*"))) if p.name.lower().startswith("sandbox")), "")


REQUIRED = {
    "public_base_url": "the https address at which Twilio reaches this service",
    "twilio_account_sid": "the account's SID from Twilio's console",
    "twilio_auth_token": "the account's auth token from Twilio's console",
    "twilio_from": "the WhatsApp sender, for example whatsapp:+14155238886",
    "data_keys": "run `./saathi keys new` and keep its output somewhere safe",
    "code_keys": "run `./saathi keys new` and keep its output somewhere safe",
}

PROVIDERS = {  # what each payout provider needs besides
    "razorpayx": {
        "razorpayx_key_id": "RazorpayX's API key id",
        "razorpayx_key_secret": "RazorpayX's API key secret",
        "razorpayx_account_number": "the RazorpayX account that pays",
        "razorpayx_webhook_secret": "the secret RazorpayX signs its webhooks with",
    },
    "cashfree": {
        "cashfree_client_id": "Cashfree's payout client id",
        "cashfree_client_secret": "Cashfree's payout client secret, which also signs its webhooks",
    },
}


def load() -> Settings:
    """The settings of this process: the environment, then what `make up` wrote under .local/. Raises BadSettings."""
    settings, malformed = read()
    if malformed:
        raise BadSettings("\n".join(malformed))
    return settings


def read() -> tuple[Settings, list[str]]:
    """The same without a refusal: what is malformed stands at its default, and is named."""
    where = Path(os.environ.get("SAATHI_ROOT") or ROOT) / ".local" / "env"
    try:
        return _with_keys(_from_environment(where, {})), []
    except ValidationError as fault:
        wrong = {str(e["loc"][0]): str(e["msg"]) for e in fault.errors()}
    defaults = {name: Settings.model_fields[name].default for name in wrong}
    lines = [f"{name.upper()}: {why}" for name, why in wrong.items()]
    return _with_keys(_from_environment(where, defaults)), lines


def _from_environment(file: Path, instead: dict[str, Any]) -> Settings:
    return Settings(_env_file=file, **instead)  # type: ignore[call-arg]  # a runtime argument of pydantic-settings


def _with_keys(settings: Settings) -> Settings:
    keys = _local_keys(settings)
    complete = settings.model_copy(update=keys)
    complete.model_fields_set.difference_update(keys)  # nobody has set them: a real deployment is told so
    return complete


def new_keys() -> dict[str, str]:
    """Fresh keys for DATA_KEYS and CODE_KEYS."""
    return {"DATA_KEYS": "k1:" + b64encode(secrets.token_bytes(32)).decode(), "CODE_KEYS": "A:" + secrets.token_hex(32)}


def _local_keys(settings: Settings) -> dict[str, str]:
    """Keys of a machine that has none configured and does not speak to the real Twilio: made once, kept under .local/."""
    missing = {n for n in ("data_keys", "code_keys") if not getattr(settings, n)}
    if not missing or (not settings.development and "twilio_auth_token" in settings.model_fields_set):
        return {}
    path = settings.home / "keys"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text("".join(f"{name}={value}\n" for name, value in new_keys().items()))
        try:
            os.link(fresh, path)  # fails where another process was first: then its keys are the keys
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    kept = dict(line.split("=", 1) for line in path.read_text().splitlines())
    return {name: kept[name.upper()] for name in missing}
