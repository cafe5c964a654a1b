"""The KYC reviews: the queue, one review with its picture beside what was read, and the decisions."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from base import staff
from base.media_store import NotStored
from base.sealing import CannotOpen
from base.staff import StaffError
from console import guard, kyc_page, words
from console.desk import decide_kyc, enter_pan
from console.guard import for_staff, refused
from loyalty import kyc_review
from loyalty.kyc_review import REASONS, CannotReview, UnknownReview, Verdict

SANDBOXED = "default-src 'none'; sandbox; frame-ancestors 'none'"
GONE = "there is no such review; it may have been dropped because the member gave something else"


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/kyc", "kyc_queue", queue)
    pages.add_url_rule("/kyc/<review>", "kyc_review", show)
    pages.add_url_rule("/kyc/<review>/picture", "kyc_picture", picture)
    pages.add_url_rule("/kyc/<review>/reveal", "kyc_reveal", reveal, methods=["POST"])
    pages.add_url_rule("/kyc/<review>/enter", "kyc_enter", enter, methods=["POST"])
    pages.add_url_rule("/kyc/<review>/approve", "kyc_approve", approve, methods=["POST"])
    pages.add_url_rule("/kyc/<review>/reject", "kyc_reject", reject, methods=["POST"])
    pages.add_url_rule("/kyc/<review>/ask", "kyc_ask", ask, methods=["POST"])


@for_staff("kyc.read")
def queue() -> Any:
    desk = guard.desk()
    with desk.engine.begin() as conn:
        now = desk.clock.now(conn)
        guard.note(conn, "kyc.read", "kyc queue")
        rows, figures = kyc_review.queue(conn), kyc_review.figures(conn, now)
        done = _done(conn)
    first = next((row.id for row in rows if not row.voted(g.me.staff_id)), None)
    return render_template(
        "kyc_queue.html", rows=rows, figures=figures, now=now, words=words, done=done, next_id=first, me=g.me
    )  # fmt: skip


@for_staff("kyc.read")
def show(review: str) -> Any:
    return _page(review)


@for_staff("kyc.reveal")
def reveal(review: str) -> Any:
    """The same page with the number in full, on record first."""
    return _page(review, in_full=True)


@for_staff("kyc.read_picture")
def picture(review: str) -> Any:
    """The photo that was sent, opened for this one answer."""
    desk = guard.desk()
    with desk.engine.begin() as conn:
        try:
            check = kyc_review.read(conn, review).check
        except UnknownReview:
            return refused(GONE, 404)
        found = kyc_page.photo(conn, desk.keyring, check.media_id)
        if found is not None:
            guard.note(conn, "kyc.read_picture", review, {"member": check.member_id, "picture": found.id})
    if found is None:
        return refused("there is no photo any more", 404)
    try:
        data = found.opened(desk.media.get(found.stored_as))
    except (NotStored, CannotOpen):
        return refused("the photo cannot be had", 404)
    except OSError:
        return refused("the media store does not answer: try again", 503)
    kind = kyc_page.shown_type(data)
    if kind is None:
        return refused("this photo is of a kind that browsers do not show", 415)
    return Response(data, 200, {"Content-Security-Policy": SANDBOXED, "Content-Disposition": "inline"}, mimetype=kind)


@for_staff("kyc.enter")
def enter(review: str) -> Any:
    """A colleague types what stands on the photo; a second one approves it."""
    desk = guard.desk()
    try:
        with desk.engine.begin() as conn:
            by = staff.acting(conn, g.me.name, "kyc.enter")
            fresh = enter_pan(desk, conn, review, by, request.form.get("pan", "")[:40], request.form.get("name", "")[:400])
    except UnknownReview:
        return refused(GONE, 404)
    except (CannotReview, StaffError) as why:
        return _page(review, told=str(why), status=409)
    return redirect(url_for("console.kyc_review", review=fresh), 303)


@for_staff("kyc.approve")
def approve(review: str) -> Any:
    return _decide(review, "approve")


@for_staff("kyc.reject")
def reject(review: str) -> Any:
    return _decide(review, "reject")


@for_staff("kyc.ask")
def ask(review: str) -> Any:
    return _decide(review, "ask")


def _page(review: str, *, in_full: bool = False, told: str = "", status: int = 200) -> Response:
    desk = guard.desk()
    with desk.engine.begin() as conn:
        now = desk.clock.now(conn)
        try:
            found = kyc_review.look(conn, review, g.me.name, now)
        except UnknownReview:
            return refused(GONE, 404)
        if in_full:
            kyc_review.reveal(conn, found, g.me.name, now)
        page = kyc_page.gather(conn, desk.keyring, found, g.me.staff_id, reveal=in_full)
        has_picture = kyc_page.photo(conn, desk.keyring, found.check.media_id) is not None
        done = _done(conn)
    return make_response(
        render_template(
            "kyc_review.html", page=page, review=found, check=found.check, now=now, words=words, reasons=REASONS,
            has_picture=has_picture, voted=found.voted(g.me.staff_id), told=told, done=done, me=g.me,
        ),
        status,
    )  # fmt: skip


def _decide(review: str, verdict: str) -> Any:
    desk = guard.desk()
    reason, note = request.form.get("reason", ""), request.form.get("note", "").strip()
    try:
        with desk.engine.begin() as conn:
            by = staff.acting(conn, g.me.name, f"kyc.{verdict}")
            done = decide_kyc(desk, conn, review, by, cast(Verdict, verdict), reason=reason, note=note)
            then = kyc_page.next_after(conn, kyc_review.read(conn, review), by.id)
    except UnknownReview:
        return refused(GONE, 404)
    except (CannotReview, StaffError) as why:
        return _page(review, told=str(why), status=409)
    if not done.missing:
        desk.ring(done.conversation_id)
    onward = url_for("console.kyc_review", review=then, done=review) if then else url_for("console.kyc_queue", done=review)
    return redirect(onward, 303)


def _done(conn: Any) -> Any:
    """The review that was decided just now, to be told above the next one, or the queue."""
    try:
        return kyc_review.read(conn, request.args.get("done", ""))
    except UnknownReview:
        return None
