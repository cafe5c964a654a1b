"""Bills that wait for a reviewer: what stands in the queue. Deciding on one is the command line's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template

from base.money import rupees
from console import guard, words
from console.guard import for_staff
from loyalty import claims


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/claims", "claims", queue)


@for_staff("claim.read")
def queue() -> Any:
    desk = guard.desk()
    with desk.engine.begin() as conn:
        guard.note(conn, "claim.read", "claims queue")
        rows, now = claims.queue(conn), desk.clock.now(conn)
    return render_template("claims.html", rows=rows, now=now, words=words, rupees=rupees, me=g.me)
