"""The media worker's job: fetch a picture, keep it sealed, read its codes, say what was found."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text

from base.media_store import NotStored
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.events import PhotoRead
from handlers.photo import photo_read
from whatsapp.media import Fetched, NotAvailable, fetch

TRIES_MAX = 4  # then the member is asked for another picture
RETRY_S = (5, 20, 60)

PROBLEMS = {"broken_image": "truncated", "unsupported_format": "unsupported"}  # the reader's word -> the flows'

log = structlog.get_logger()

_ROW = text("""
    SELECT m.id, m.url, m.stored_as, m.contact_id, c.data_key FROM media m JOIN contacts c ON c.id = m.contact_id
    WHERE m.id = :id""")
_STORED = text("""
    UPDATE media SET stored_as = :key, size_bytes = :size, sniffed_type = :type, stored_at = :now WHERE id = :id""")


def read(house: House, task: Task) -> Ended | Later:
    """One picture, read once it is here. Whatever comes of it, the member is told: at the latest after TRIES_MAX tries.

    The count of tries is committed before each, so a picture that kills its worker is given up too."""
    photo = str(task.payload["photo"])
    if task.attempts > TRIES_MAX:
        return _given_up(photo)
    try:
        return _read(house, task, photo)
    except Exception as fault:  # a fault of ours, of the store or of a library must not leave the member waiting
        log.error("picture not read", photo=photo, fault=type(fault).__name__, exc_info=fault)
        return _later(house, task) if task.attempts < TRIES_MAX else _given_up(photo)


def _read(house: House, task: Task, photo: str) -> Ended | Later:
    from ocr.image import Refused, open_image  # image libraries are the media worker's alone: the web stays small
    from ocr.qr import read_codes
    from ocr.quality import look

    with house.engine.connect() as conn:
        row = conn.execute(_ROW, {"id": photo}).one()
    data = _bytes(house, row)
    if isinstance(data, NotAvailable):
        if data.retry and task.attempts < TRIES_MAX:
            return _later(house, task)
        log.warning("picture not available", photo=photo, why=data.why)
        problem = data.why if data.why == "too_large" else "not_available"
        return Ended(problem, PhotoRead(photo, (), problem))
    picture = open_image(data)
    if isinstance(picture, Refused):
        return Ended(picture.reason, _refused(photo, picture.reason))
    found = read_codes(picture).codes
    happening = photo_read(photo, [code.text for code in found], () if found else look(picture))
    return Ended(happening.problem or "read", happening)


def _refused(photo: str, reason: str) -> PhotoRead:
    if reason == "too_small":  # a picture all the same: go closer
        return PhotoRead(photo, (), "no_code", (reason,))
    return PhotoRead(photo, (), PROBLEMS.get(reason, reason))


def _given_up(photo: str) -> Ended:
    log.critical("picture given up", photo=photo)
    return Ended("given_up", PhotoRead(photo, (), "unsupported"))


def _bytes(house: House, row: Any) -> bytes | NotAvailable:
    """The picture's bytes: from the store when an earlier try had put them there, else from where it was sent."""
    sealer, place = house.keyring.unwrap(row.data_key, row.contact_id), f"media/{row.id}"
    if row.stored_as:
        try:
            return sealer.open(house.media.get(row.stored_as), place)
        except NotStored:
            log.error("picture missing from the store", photo=row.id)
    fetched = fetch(row.url, house.fetching)
    if not isinstance(fetched, Fetched):
        return fetched
    key = f"media/{hashlib.sha256(row.id.encode()).hexdigest()[:2]}/{row.id}"
    house.media.put(key, sealer.seal(fetched.data, place))
    with house.engine.begin() as conn:
        conn.execute(_STORED, {
            "id": row.id, "key": key, "size": len(fetched.data), "type": fetched.content_type,
            "now": house.clock.now(conn),
        })  # fmt: skip
    return fetched.data


def _later(house: House, task: Task) -> Later:
    with house.engine.connect() as conn:
        return Later(house.clock.now(conn) + timedelta(seconds=RETRY_S[min(task.attempts, len(RETRY_S)) - 1]))
