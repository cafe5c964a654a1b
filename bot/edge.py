"""What every answer of the web carries, and what strangers are not told."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, request
from gunicorn.http.errors import NoMoreData, ParseException

from bot.wiring import House

# Nothing of ours is a page unless it says so itself: whatever a browser is shown here loads, runs and sends nothing.
NOTHING_RUNS = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": NOTHING_RUNS,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
log = structlog.get_logger()

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HSTS = "max-age=31536000; includeSubDomains"


def protect(app: Flask, house: House) -> None:
    """Every answer of `app`, errors too, carries the headers; a route that needs another policy sets its own."""
    headers = dict(HEADERS)
    if urlsplit(house.settings.base_url).scheme == "https":
        headers["Strict-Transport-Security"] = HSTS

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in headers.items():
            if name not in response.headers:
                response.headers[name] = value
        return response


def forgive(app: Flask) -> None:
    """A request that does not keep to HTTP, as may show while its body is read, is its caller's fault: 400."""

    def broken(fault: Exception) -> Response:
        log.warning("broken request", where=request.path, fault=type(fault).__name__)
        return Response("bad request\n", 400, mimetype="text/plain")

    app.register_error_handler(ParseException, broken)
    app.register_error_handler(NoMoreData, broken)


def inside(house: House, answer: Callable[[], Response]) -> Callable[[], Response]:
    """`answer`, for our own monitors only: whoever shows OPS_TOKEN, and in development this machine. 404 to others."""

    def guarded() -> Response:
        return answer() if _is_ours(house) else Response("not found\n", 404, mimetype="text/plain")

    return guarded


def _is_ours(house: House) -> bool:
    """An address proves nothing where a proxy stands before us: to it everybody comes from this machine."""
    if token := house.settings.ops_token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return house.settings.development and request.remote_addr in LOOPBACK
