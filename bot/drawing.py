"""A picture of several codes goes back with a frame around each: green, red, or grey where it is none of ours."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import text

from bot import media, pictures
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.events import PhotoDrawn
from handlers.photo import codes_in
from loyalty.codes import Code, read_code
from whatsapp.media import NotAvailable

TRIES_MAX = 2  # the points are told in words anyway

log = structlog.get_logger()

_CLAIMED = text("SELECT serial FROM coupons WHERE serial = ANY(:serials) AND claimed_by_member = :member")


def draw(house: House, task: Task) -> Ended | Later:
    """Draw the picture of `photo` as its codes stand now; whatever goes wrong, the member is told nothing of it."""
    if task.attempts > TRIES_MAX:
        return Ended("given_up")
    with house.engine.connect() as conn:
        row = media.row_of(conn, str(task.payload["photo"]))
    data = media.bytes_of(house, row)
    jpeg = None if isinstance(data, NotAvailable) else _drawn(house, data, row)
    if jpeg is None:
        return Ended("not_drawn")
    picture = pictures.keep(house, jpeg, row.contact_id, media.sealer_of(house, row))
    return Ended("drawn", PhotoDrawn(row.id, picture))


def _drawn(house: House, data: bytes, row: Any) -> bytes | None:
    from ocr.annotate import Colour, Mark, annotated  # image libraries are the media worker's alone
    from ocr.image import Refused, open_image
    from ocr.qr import read_codes

    picture = open_image(data)
    if isinstance(picture, Refused):
        return None
    found = [(one, codes_in(one.text)) for one in read_codes(picture).codes]
    if len(found) < 2:
        return None
    read = {code: read_code(house.codes, code) for _, codes in found for code in codes}
    genuine = {code: one.serial for code, one in read.items() if isinstance(one, Code)}
    with house.engine.connect() as conn:
        asked = {"serials": list(genuine.values()), "member": row.member_id}
        mine = set(conn.scalars(_CLAIMED, asked))
    marks = []
    for number, (one, codes) in enumerate(found, start=1):
        green = any(genuine.get(code) in mine for code in codes)
        colour: Colour = "green" if green else "red" if codes else "grey"
        marks.append(Mark(tuple((float(x), float(y)) for x, y in one.corners), colour, str(number)))  # type: ignore[arg-type]  # four
    return annotated(picture, marks)
