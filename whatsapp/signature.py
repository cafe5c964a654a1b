"""Is this request Twilio's? Checked with the SDK's validator against the URL that we registered, never the one seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)


class Headers(Protocol):
    def get(self, key: str, /) -> str | None: ...


def check(
    public_base_url: str, path_and_query: str, headers: Headers, body: Mapping[str, Any] | str | bytes,
    auth_tokens: Sequence[str],
) -> bool:
    """Whether one of `auth_tokens` (primary, and secondary while a token is being changed) signed this request.

    `body` is the form with every value of every name, blank ones too (Flask's `request.form`), or a JSON request's raw
    body, which must come with bodySHA256 in the query: without it Twilio signs the URL alone. Anything missing, of
    an unknown algorithm or garbled is False, never an error.
    """
    signature = headers.get(SIGNATURE_HEADER) or ""
    algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER) or "")
    if not signature or algorithm.upper() not in (HMAC_SHA1, HMAC_SHA256):
        return False
    url = public_base_url.rstrip("/") + path_and_query
    try:
        if not isinstance(body, Mapping):
            body = body.decode() if isinstance(body, bytes) else body
            if "bodySHA256" not in parse_qs(urlsplit(url).query):
                return False
        # an empty token would let anyone sign
        return any(RequestValidator(token).validate(url, body, signature, algorithm) for token in auth_tokens if token)
    except ValueError:  # bytes that are no text, half a surrogate pair, a port that is no number
        return False
