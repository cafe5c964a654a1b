"""The blueprint: signing in and out, a fresh code, and the way to the pages. `register` hangs it into a web."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from base.permissions import needed
from base.sign_in import WRONG, sign_in, step_up
from console import claim_pages, guard, kyc_pages
from console.desk import Desk, door
from console.guard import for_staff

log = structlog.get_logger()

TYPED_MAX = 300
BUSY = "many people are signing in just now: try again in a moment"
# A password costs a tenth of a second of a core, and strangers may ask: one at a time, so that webhooks are still answered.
_hashing = BoundedSemaphore(1)


def register(app: Flask, desk: Desk) -> None:
    """Hang the pages into a web, under /console."""
    app.extensions["desk"] = desk
    pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    pages.before_request(guard.bound_body)
    pages.after_request(guard.harden)
    pages.add_url_rule("/", "home", home)
    pages.add_url_rule("/sign-in", "sign_in", sign_in_page, methods=["GET", "POST"])
    pages.add_url_rule("/prove", "prove", prove, methods=["GET", "POST"])
    pages.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    kyc_pages.register(pages)
    claim_pages.register(pages)
    pages.context_processor(lambda: {
        "form_token": guard.form_token, "visitor": guard.token_of_visitor, "may": guard.i_may, "needed": needed,
    })  # fmt: skip
    for fault in (OperationalError, InterfaceError, PoolTimeout):
        pages.register_error_handler(fault, _database_away)
    app.register_blueprint(pages)


@for_staff("staff.sign_in")
def home() -> Any:
    return redirect(url_for("console.kyc_queue"), 303)


def sign_in_page() -> Any:
    """Name, password and code at once; whatever is wrong, the same answer."""
    if request.method == "GET":
        return _form("sign_in.html", "", 200)
    if not guard.fits(request.cookies.get(guard.cookie_name("visitor"), "")):
        return _form("sign_in.html", "this form is out of date: please fill it in again", 403)
    name, password, code = (request.form.get(field, "")[:TYPED_MAX] for field in ("name", "password", "code"))
    if not _hashing.acquire(blocking=False):  # to wait would hold one of the web's few threads
        return _form("sign_in.html", BUSY, 503)
    try:
        token = sign_in(door(guard.desk()), name.strip().lower(), password, code, "web")
    finally:
        _hashing.release()
    if token is None:
        return _form("sign_in.html", WRONG, 403)
    guard.end_session("signed in anew")
    answer = make_response(redirect(guard.wanted_next(), 303))
    guard.set_cookie(answer, "console", token)
    guard.drop_cookie(answer, "visitor")
    return answer


@for_staff("staff.sign_in")
def prove() -> Any:
    """A fresh code, for what asks for one."""
    if request.method == "GET":
        return _form("prove.html", "", 200)
    if not step_up(door(guard.desk()), g.me, request.form.get("code", "")[:TYPED_MAX]):
        return _form("prove.html", WRONG, 403)
    return redirect(guard.wanted_next(), 303)


@for_staff("staff.sign_in")
def sign_out() -> Any:
    guard.end_session("signed out")
    answer = make_response(redirect(url_for("console.sign_in"), 303))
    guard.drop_cookie(answer, "console")
    return answer


def _database_away(fault: Exception) -> Response:
    log.error("page not served", path=request.path, fault=type(fault).__name__)
    return Response("the database does not answer: try again in a moment\n", 503, mimetype="text/plain")


def _form(template: str, told: str, status: int) -> Response:
    answer = make_response(render_template(template, told=told, me=g.get("me")), status)
    if template == "sign_in.html":
        guard.set_cookie(answer, "visitor", guard.token_of_visitor())
    return answer
