"""Twilio's REST API through the SDK, its answers as values. Only the relay, the sweeper and the CLI import this."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, ProxyError
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from whatsapp.content.approval import UNSUBMITTED, Approval
from whatsapp.errors import Kind, kind_of
from whatsapp.inbound import Media, is_message
from whatsapp.outcome import Accepted, Listed, Outcome, Post, Refused, Uncertain

CONNECT_TIMEOUT_S = 3.05
READ_TIMEOUT_S = 10.0
PAGE_SIZE = 200
LISTED_MAX = 10_000


class Twilio:
    """Safe to share between threads. `base_url` serves api, content and messaging paths alike; empty: Twilio's own."""

    def __init__(self, account_sid: str, auth_token: str, *, base_url: str = "", connections: int = 48) -> None:
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # at INFO it writes numbers and words
        http = TwilioHttpClient()
        http.timeout = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)  # the SDK's own is none at all
        # a retry by the adapter could send a message twice, so there is none
        adapter = HTTPAdapter(pool_maxsize=connections, max_retries=0)
        http.session.mount("https://", adapter)
        http.session.mount("http://", adapter)
        # a region or edge in the environment would rewrite the host we were given
        nowhere = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
        self._sdk = Client(account_sid, auth_token, http_client=http, environment=nowhere)
        self._api_url = base_url.rstrip("/") or self._sdk.api.base_url
        if base_url:
            for domain in (self._sdk.api, self._sdk.content, self._sdk.messaging):
                domain.base_url = base_url.rstrip("/")

    def send(self, post: Post) -> Outcome:
        """Post a message once. Never raises for what the network or Twilio does."""
        given: dict[str, Any] = {"to": post.to, "from_": post.sender, "status_callback": post.status_callback}
        if post.content_sid:
            given["content_sid"] = post.content_sid
            given["content_variables"] = json.dumps(dict(post.variables or {}), ensure_ascii=False)
        else:
            given["body"] = post.body
            given |= {"media_url": [post.media_url]} if post.media_url else {}
        try:
            sid = self._sdk.messages.create(**given).sid
        except (TwilioException, requests.RequestException, ValueError) as fault:  # ValueError: an answer without JSON
            return _outcome(fault)
        return Accepted(sid) if isinstance(sid, str) and sid else Uncertain("answer without a sid")

    def listed(self, *, since: datetime, to: str | None = None, limit: int = 1_000) -> Iterator[Listed]:
        """Messages to `to` from `since` on, newest first. Raises what the SDK raises."""
        given = {"to": to} if to else {}
        for message in self._sdk.messages.stream(date_sent_after=since, limit=limit, page_size=PAGE_SIZE, **given):
            yield _listed(message)

    def media_of(self, sid: str) -> tuple[Media, ...]:
        """Where the media of a received message lie. Raises what the SDK raises."""
        found = self._sdk.messages(sid).media.list(limit=10)
        path = f"{self._api_url}/2010-04-01/Accounts/{self._sdk.account_sid}/Messages/{sid}/Media"
        return tuple(Media(f"{path}/{media.sid}", media.content_type or "") for media in found)

    def delete_media(self, sid: str, media_sid: str) -> None:
        """Raises what the SDK raises, also where it is not there any more."""
        self._sdk.messages(sid).media(media_sid).delete()

    def contents(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        listed = self._sdk.content.v1.contents.list(page_size=PAGE_SIZE)
        for content in sorted(listed, key=lambda c: c.date_created.timestamp() if c.date_created else 0.0):
            found.setdefault(content.friendly_name or content.sid, content.sid)
        return found

    def create_content(self, name: str, locale: str, samples: Mapping[str, str], types: Mapping[str, object]) -> str:
        # the SDK's request object turns types it knows into classes and sends their empty fields as well
        payload = {"friendly_name": name, "language": locale, "variables": dict(samples), "types": dict(types)}
        made = self._sdk.content.v1.contents.create(_PlainRequest(payload))
        return str(made.sid)

    def approval(self, sid: str) -> Approval:
        return _approval(self._sdk.content.v1.contents(sid).approval_fetch().fetch().whatsapp or {})

    def submit(self, sid: str, name: str, category: str) -> Approval:
        asked = _PlainApproval({"name": name, "category": category})
        told = self._sdk.content.v1.contents(sid).approval_create.create(asked)
        return _approval({"status": told.status, "rejection_reason": told.rejection_reason})

    def check_account(self) -> str:
        """The account's status, such as `active`. Raises what the SDK raises."""
        return str(self._sdk.api.v2010.accounts(self._sdk.account_sid).fetch().status)


class _PlainRequest(ContentList.ContentCreateRequest):  # type: ignore[misc]  # the SDK has no types
    def __init__(self, payload: dict[str, Any]) -> None:
        self._payload = payload

    def to_dict(self) -> dict[str, Any]:
        return self._payload


class _PlainApproval(ApprovalCreateList.ContentApprovalRequest):  # type: ignore[misc]  # the SDK has no types
    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "category": self.category}  # the SDK's own sends the fields nobody filled as null


def _approval(told: Mapping[str, Any]) -> Approval:
    return Approval(str(told.get("status") or UNSUBMITTED), str(told.get("rejection_reason") or ""))


def _outcome(fault: Exception) -> Outcome:
    """What an error says about the message: refused for certain, or who knows."""
    match fault:
        case TwilioRestException() | TwilioServiceException():
            status, code = int(fault.status or 0), _number(fault.code)
            words = str(getattr(fault, "msg", "") or getattr(fault, "detail", None) or getattr(fault, "title", ""))
            if status >= 500 or status in (0, 408) or 200 <= status < 300:
                return Uncertain(f"http {status}")
            return Refused(kind_of(code, status), code, words[:300])
        case requests.ConnectTimeout() | ProxyError():
            return Refused(Kind.RETRY, 0, type(fault).__name__)
        case requests.ConnectionError() if _never_connected(fault):
            return Refused(Kind.RETRY, 0, "not connected")
        case InvalidURL() | MissingSchema() | InvalidSchema():
            return Refused(Kind.OPERATOR, 0, "TWILIO_API_BASE_URL is no URL")
    return Uncertain(type(fault).__name__)


def _never_connected(fault: BaseException | None) -> bool:
    """Whether the connection was never made: refused, no such host, a certificate that is not trusted."""
    names = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLCertVerificationError")
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        inner = getattr(fault, "reason", None)
        wrapped = [one for one in (inner, *getattr(fault, "args", ())) if isinstance(one, BaseException)]
        if type(fault).__name__ in names:
            return True
        fault = next(iter(wrapped), fault.__cause__ or fault.__context__)
    return False


def _number(code: object) -> int:
    return int(code) if isinstance(code, int | str) and str(code).isdigit() else 0


def _listed(message: Any) -> Listed:
    created = message.date_created or message.date_sent or datetime.fromtimestamp(0, UTC)
    return Listed(
        sid=message.sid, sender=message.from_ or "", to=message.to or "", body=message.body or "",
        inbound=str(message.direction) == "inbound", status=str(message.status or ""),
        error_code=_number(message.error_code) or None, num_media=_number(message.num_media),
        created_at=created if created.tzinfo else created.replace(tzinfo=UTC),
    )  # fmt: skip


def list_inbound(twilio: Twilio, sender: str, since: datetime) -> list[dict[str, Any]]:
    """What people sent to `sender` since then, as whatsapp.inbound.from_listing takes it; media are asked for too."""
    found = []
    for one in twilio.listed(to=sender, since=since, limit=LISTED_MAX):
        raw: dict[str, Any] = {"sid": one.sid, "from": one.sender, "to": one.to, "body": one.body}
        if one.inbound and is_message(raw):
            media = twilio.media_of(one.sid) if one.num_media else ()
            places = [{"url": m.url, "content_type": m.content_type} for m in media]
            found.append({**raw, "sent_at": one.created_at, "media": places})
    return found
