"""The media worker's job: fetch a picture or paper, keep it sealed, take a first look, say what was found.

A coupon is told at once, and so is a picture that shows nothing. Of anything else the coach speaks within a second or
two; then it goes to the paper workers' queue, where a page takes seconds: no coupon waits behind it. A page of print without a
trace of a code is searched no further here: that would take longer than all the rest of the first look, and only a coupon
that is printed on such a page and hard to read waits with it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from bot import media, picture_task, seen_codes, turn
from bot.picture_task import Fetching
from bot.task import Ended, Later, Next, Task
from bot.wiring import House
from flows.codec import to_json
from flows.events import PhotoHard, PhotoRead
from handlers.photo import photo_read
from journal import inbox

if TYPE_CHECKING:
    from ocr.image import Picture
    from ocr.qr import Readings

PROBLEMS = {  # the reader's word -> the flows'
    "broken_image": "truncated", "unsupported_format": "unsupported",
    "pdf_encrypted": "pdf", "pdf_broken": "pdf", "pdf_too_costly": "pdf",
}  # fmt: skip
PDF = b"%PDF-"
_WIPE = text("UPDATE tasks SET payload = jsonb_build_object('photo', CAST(:photo AS text)) WHERE id = :task")
LETTERS_MIN = 20  # letter-like spots; the worst photos of bills that were measured show 288


def read(house: House, task: Task) -> Ended | Later:
    """One picture, looked at once it is here."""
    return picture_task.answered(house, task, lambda here: _read(house, task, here))


def _read(house: House, task: Task, here: Fetching) -> Ended | Later:
    """Codes first, for they are quick and certain; what holds none of ours may be a bill."""
    from ocr.aadhaar_card import is_card_code
    from ocr.image import Refused, open_image  # image libraries are the workers' alone: the web stays small
    from ocr.qr import read_codes
    from ocr.quality_paper import WRITING_MIN, coach

    photo = str(task.payload["photo"])
    if here.new.startswith(PDF):
        return Ended("paper", next=Next("read_paper", "paper", task.payload))
    picture = open_image(here.new)
    if isinstance(picture, Refused):
        return Ended(picture.reason, refused(photo, picture.reason))
    look = cache(lambda: coach(picture))
    codes = read_codes(picture, leave_off=lambda: look().letters >= WRITING_MIN)
    if any(is_card_code(code.text) for code in codes.codes):
        return forgotten(house, task, here)
    seen = told_of(photo, picture, codes)
    if seen.codes:
        return Ended("read", seen)
    seems = look()
    if not seems.faults and seems.letters < LETTERS_MIN and not _may_be_a_bill(task, codes):
        return Ended("no_print", seen)
    if seems.faults and task.attempts == 1:
        _tell(house, task, PhotoHard(photo, seems.faults))
    if codes.left_off:
        return Ended("paper", next=Next("read_paper", "paper", task.payload))
    row = next(row for row in here.rows if row.id == photo)
    found = seen_codes.sealed(codes, photo, media.sealer_of(house, row))
    return Ended("paper", next=Next("read_paper", "paper", {**task.payload, "codes": found}))


def told_of(photo: str, picture: Picture, codes: Readings) -> PhotoRead:
    """What the codes on a picture say, and what is wrong with one that has none."""
    from ocr.quality import look

    return photo_read(photo, [code.text for code in codes.codes], () if codes.codes else look(picture))


def forgotten(house: House, task: Task, here: Fetching) -> Ended:
    """An Aadhaar card: the picture goes, and what its codes say, and the member is told why."""
    photo = str(task.payload["photo"])
    media.forget(house, next(row for row in here.rows if row.id == photo))

    def wipe(conn: Connection, now: datetime) -> None:
        conn.execute(_WIPE, {"task": task.id, "photo": photo})

    return Ended("aadhaar", PhotoRead(photo, (), "aadhaar"), wipe)


def refused(photo: str, reason: str) -> PhotoRead:
    """Of a picture that cannot be opened."""
    if reason == "too_small":  # a picture all the same: go closer
        return PhotoRead(photo, (), "no_code", (reason,))
    return PhotoRead(photo, (), PROBLEMS.get(reason, reason))


def _may_be_a_bill(task: Task, codes: Readings) -> bool:
    """Though next to nothing is written on it: a part of one that was asked for, or a signed code alone."""
    from ocr.kinds import kind_of

    return bool(task.payload.get("claim")) or any(kind_of(code.text) == "einvoice" for code in codes.codes)


def _tell(house: House, task: Task, hard: PhotoHard) -> None:
    """Tell at once what makes the picture hard to read; a bill may still come of it."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        key = f"{task.key}/coach"
        inbox.put_happening(conn, task.conversation_id, key, to_json(hard), now, house.keyring)
    turn.run(house, task.conversation_id)
