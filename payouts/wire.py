"""One request to a payout provider over plain HTTP, and what it means where no answer came."""

from __future__ import annotations

import logging
import ssl
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from payouts.provider import Refused, Unknown

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def send(
    method: str, url: str, *, timeout_s: float, auth: httpx.Auth | None = None, **request: Any
) -> httpx.Response | Refused | Unknown:
    """A connection that could not be made is a Refused: nothing has reached them. Whatever fails after that may have.

    A client per call: workers fork, and a pooled connection must not be shared across a fork. A proxy of the environment
    is for the outside world, never for a stand-in on this machine."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes every URL, and some carry an account's number
    outside = urlsplit(url).hostname not in _LOOPBACK
    try:
        with httpx.Client(
            timeout=timeout_s, auth=auth, follow_redirects=False, trust_env=outside, verify=_authorities()
        ) as client:
            return client.request(method, url, **request)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return Refused("unreachable", permanent=False)
    except httpx.HTTPError as fault:
        return Unknown(type(fault).__name__.lower())


@cache
def _authorities() -> ssl.SSLContext:
    """Reading the list of authorities takes longer than a request on this machine; it does not change while we run."""
    return httpx.create_ssl_context()
