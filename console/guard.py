"""Who may see a page: session, role, form token, fresh code; and what every answer tells the browser not to do."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for

from base import audit, sessions
from base.permissions import ACTS, may, needed
from base.sessions import Session
from console.desk import Desk

V = TypeVar("V", bound=Callable[..., Any])
FORM_MAX_BYTES = 64 * 1024
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
HSTS = "max-age=31536000"


def desk() -> Desk:
    found: Desk = current_app.extensions["desk"]
    return found


def for_staff(act: str) -> Callable[[V], V]:
    """A page of its own act: for whoever is signed in (`g.me`), may do it, and typed a code lately where it asks for one.
    What is posted must come from a form of ours."""

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(**given: Any) -> Any:
            me, proven = _look()
            if me is None:
                return redirect(_towards("console.sign_in"), 303)
            g.me = me  # also of a refusal: whoever may see nothing can still sign out
            if not may(me.roles, act):
                return refused(f"{me.name} may not do this: it needs the role {needed(act)}", 403)
            if request.method == "POST" and not fits(token_of_session()):
                return refused("this form is out of date: go back, load the page anew and try again", 403)
            if ACTS[act].step_up and not proven:
                return redirect(_towards("console.prove"), 303)
            return view(**given)

        guarded.acts = (act,)  # type: ignore[attr-defined]  # read by the test that walks all routes
        return guarded  # type: ignore[return-value]  # takes what the view takes

    return decorate


def i_may(act: str) -> bool:
    """Whether whoever is signed in may do it: a page offers nothing that would be refused."""
    me: Session | None = g.get("me")
    return me is not None and may(me.roles, act)


def _look() -> tuple[Session | None, bool]:
    token = token_of_session()
    if not token:
        return None, False
    with desk().engine.begin() as conn:
        now = desk().clock.now(conn)
        session = sessions.look(conn, token, now, "web")
    return session, session is not None and session.proven(now)


def end_session(why: str) -> None:
    """Of this browser, where it has one."""
    if not (token := token_of_session()):
        return
    with desk().engine.begin() as conn:
        now = desk().clock.now(conn)
        if (session := sessions.look(conn, token, now, "web")) is not None:
            sessions.end(conn, session.id, why, now)


def note(conn: Any, act: str, subject: str, after: Mapping[str, Any] | None = None) -> None:
    """On record: whoever is signed in did `act` to `subject`."""
    audit.write(conn, actor=g.me.name, act=act, subject=subject, at=desk().clock.now(conn), after=after)


# --- cookies and form tokens ----------------------------------------------------------------------------------------


def cookie_name(what: str) -> str:
    """With __Host- a browser takes the cookie from this host by https alone, and no sibling host can set it."""
    return f"__Host-saathi-{what}" if desk().secure else f"saathi-{what}"


def token_of_session() -> str:
    return request.cookies.get(cookie_name("console"), "")


def token_of_visitor() -> str:
    """Of a browser that is not signed in yet: so that nobody else can sign it in as somebody."""
    if "visitor" not in g:
        g.visitor = request.cookies.get(cookie_name("visitor"), "") or secrets.token_urlsafe(32)
    return str(g.visitor)


def set_cookie(answer: Response, what: str, value: str) -> None:
    answer.set_cookie(cookie_name(what), value, secure=desk().secure, httponly=True, samesite="Strict", path="/")


def drop_cookie(answer: Response, what: str) -> None:
    answer.delete_cookie(cookie_name(what), secure=desk().secure, httponly=True, samesite="Strict", path="/")


def form_token(path: str, key: str | None = None) -> str:
    """What a form that posts to `path` carries: nobody without the cookie can make it."""
    return hmac.digest((key or token_of_session()).encode(), f"form {path}".encode(), "sha256").hex()


def fits(key: str) -> bool:
    """Whether the form that was posted is ours, made for this cookie and this path, and this site's own."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    given = request.form.get("form_token", "")
    return bool(key) and hmac.compare_digest(form_token(request.path, key).encode(), given.encode())


# --- answers --------------------------------------------------------------------------------------------------------


def bound_body() -> None:
    """Before a form is read."""
    request.max_content_length = FORM_MAX_BYTES


def harden(answer: Response) -> Response:
    """Every answer of the pages, files included."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if desk().secure:
        answer.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "console.static":
        answer.headers["Cache-Control"] = "no-store"
    return answer


def refused(why: str, status: int) -> Response:
    return make_response(render_template("refused.html", why=why, me=g.get("me")), status)


def _towards(endpoint: str) -> str:
    """The page that lets them in, and where they wanted to go: a path of ours, and only what can be got."""
    wanted = request.path if request.method == "GET" else url_for("console.kyc_queue")
    return f"{url_for(endpoint)}?{urlencode({'next': wanted})}"


def wanted_next() -> str:
    """Where to go after signing in: never to another site, whatever the address says."""
    wanted = request.args.get("next", "")
    own = wanted.startswith("/console/") and not any(bad in wanted for bad in ("\\", "//", "\r", "\n"))
    return wanted if own else url_for("console.kyc_queue")
