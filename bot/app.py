"""The web: `create_app()` for gunicorn. Start here, then webhooks.py, turn.py, flows/entry.py, whatsapp/relay.py."""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify
from prometheus_client import generate_latest
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot import bells, edge, links, migrate, pictures
from bot.desk import HouseDesk
from bot.log import configure
from bot.webhooks import BODY_MAX_BYTES, webhooks
from bot.wiring import House, house
from console import pages

THREADS = int(os.environ.get("WEB_THREADS", "3"))  # per gunicorn process, and connections of each pool


def create_app(given: House | None = None) -> Flask:
    """The Flask application. Raises BadSettings with every fault of the environment."""
    configure()
    made = given or house(pool_size=THREADS)
    app = Flask("saathi")
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX_BYTES
    app.config["MAX_FORM_PARTS"] = 1_000
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_MAX_BYTES
    app.extensions["house"] = made
    app.register_blueprint(webhooks)
    pages.register(app, HouseDesk(made))
    if made.settings.development:
        from bot.dev import dev  # not even loaded where the world is real

        app.register_blueprint(dev)
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", mimetype="text/plain"))
    app.add_url_rule("/readyz", "readyz", edge.inside(made, lambda: ready(made)))
    app.add_url_rule("/media/<token>", "media", lambda token: pictures.serve(made, token))
    app.add_url_rule("/l/<token>", "link", lambda token: links.serve(made, token))
    app.add_url_rule("/metrics", "metrics", edge.inside(made, lambda: counted(made)))
    edge.forgive(app)
    edge.protect(app, made)
    return app


def counted(made: House) -> Response:
    return Response(generate_latest(made.metrics.registry), mimetype="text/plain")


def ready(made: House) -> Response:
    """200 when the database, its migrations and redis are there; 503 and what is missing otherwise."""
    missing: dict[str, str] = {}
    try:
        with made.engine.connect() as conn:
            if not migrate.is_current(conn):
                missing["migrations"] = "run ./saathi migrate"
    except SQLAlchemyError as fault:
        missing["database"] = type(fault).__name__
    try:
        bells.redis(made).ping()
    except RedisError as fault:
        missing["redis"] = type(fault).__name__
    answer = jsonify({"ready": not missing, "missing": missing})
    answer.status_code = 503 if missing else 200
    return answer
