"""The one Flask app and the threaded HTTP server around it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from flask import Flask, Response, jsonify

from sandbox import control, samples, service
from sandbox.httpd import MAX_REQUEST_BYTES, Server
from sandbox.razorpayx import beneficiaries, payouts, validations
from sandbox.razorpayx import control as razorpayx_control
from sandbox.razorpayx.errors import RazorpayRefused
from sandbox.razorpayx.errors import answer_refused as answer_razorpay_refused
from sandbox.settings import Settings, completed
from sandbox.twilio import account, content_api, content_control, media, messages
from sandbox.twilio.access import answer_refused
from sandbox.twilio.errors import Refused
from sandbox.world import WORLD, World

# What people send to each other is shown here: scripts and styles are this server's own, pictures may come from the bot.
PAGE_MAY = (
    "default-src 'self'; img-src 'self' http: https: data: blob:; media-src 'self' http: https: data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@cache
def create_app() -> Flask:
    """The app, the same for every world: each request brings its own. Making the routes takes longer than a test."""
    app = Flask("sandbox", static_folder=str(Path(__file__).parent / "page"), static_url_path="/page")
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 0
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    twilio_parts = (messages, media, account, content_api)
    ours = (control, service, samples, content_control, razorpayx_control)
    for part in (*twilio_parts, beneficiaries, payouts, validations, *ours):
        app.register_blueprint(part.routes)
    app.register_blueprint(media.cdn)
    app.register_error_handler(Refused, answer_refused)
    app.register_error_handler(RazorpayRefused, answer_razorpay_refused)
    app.add_url_rule("/", view_func=index)
    app.add_url_rule("/healthz", view_func=healthz)
    return app


def index() -> Response:
    page = Path(__file__).parent / "page" / "index.html"
    headers = {"Content-Security-Policy": PAGE_MAY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Response(page.read_text(encoding="utf-8"), headers=headers, content_type="text/html; charset=utf-8")


def healthz() -> Response:
    return jsonify({"status": "ok"})


def build_server(settings: Settings) -> tuple[Server, World]:
    """A server that listens but does not yet serve. Port 0 takes a free one. OSError when the port is taken."""
    server = Server(settings.host, settings.port)
    if not settings.port:  # the address is part of what this server answers, so the settings wait for it
        settings = replace(settings, port=server.port, own_url="", media_cdn_url="")
    world = World(completed(settings))
    app = create_app()
    server.app = lambda environ, start_response: app(environ | {WORLD: world}, start_response)
    return server, world


@contextmanager
def running(settings: Settings) -> Iterator[World]:
    """A sandbox on a thread of this process; its address is `world.settings.own_url`. Stopped at the end."""
    server, world = build_server(settings)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        world.stop()
        server.shutdown()
        server.server_close()
        thread.join(5)
