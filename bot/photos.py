"""The media worker's job: fetch a picture or paper, keep it sealed, read it, say what was found.

A coupon is told at once. Of anything else the coach speaks first, within a second or two; then the paper is read, and
a bill becomes a claim in the transaction that ends the task. Nothing is read inside a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection

from bot import media, pictures, turn
from bot.paper import KINDS, reading_of
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.bill_events import InvoiceRead
from flows.codec import to_json
from flows.events import PhotoHard, PhotoRead
from handlers.photo import photo_read
from journal import inbox
from loyalty import claims
from loyalty.reading import Reading
from whatsapp.media import NotAvailable

if TYPE_CHECKING:
    from base.sealing import Sealer
    from ocr.image import Picture
    from ocr.paper import Paper

TRIES_MAX = 4  # then the member is asked for another picture
RETRY_S = (5, 20, 60)

PROBLEMS = {  # the reader's word -> the flows'
    "broken_image": "truncated", "unsupported_format": "unsupported",
    "pdf_encrypted": "pdf", "pdf_broken": "pdf", "pdf_too_costly": "pdf",
}  # fmt: skip
PRINT_MIN = 20  # pieces of print that make a paper; a wall with a sign on it has fewer
TOLD = ("pdf", "not_an_image", "truncated", "too_large", "too_many_pixels", "not_an_invoice")  # with a text of their own
PDF = b"%PDF-"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetching:
    """Pictures that are here. `all`: the claim's own ones first, then the new ones."""

    rows: Sequence[Any]
    all: Sequence[bytes]
    new: bytes


def read(house: House, task: Task) -> Ended | Later:
    """One picture, read once it is here. Whatever comes of it, the member is told: at the latest after TRIES_MAX tries.

    The count of tries is committed before each, so a picture that kills its worker is given up too."""
    photo = str(task.payload["photo"])
    try:
        ended = _read(house, task, photo) if task.attempts <= TRIES_MAX else _given_up(photo)
    except Exception as fault:  # a fault of ours, of the store or of a library must not leave the member waiting
        log.error("picture not read", photo=photo, fault=type(fault).__name__, exc_info=fault)
        ended = _later(house, task) if task.attempts < TRIES_MAX else _given_up(photo)
    return _not_left_alone(house, task, ended, photo)


def _not_left_alone(house: House, task: Task, ended: Ended | Later, photo: str) -> Ended | Later:
    """A bill whose pages could not be read together is decided on by what was read before."""
    if isinstance(ended, Later) or not isinstance(ended.happening, PhotoRead) or not task.payload.get("claim"):
        return ended
    with house.engine.connect() as conn:
        claim = claims.read(conn, str(task.payload["claim"]))
    return Ended(ended.outcome, InvoiceRead(claim.id, photo)) if claim and claim.state == "read" else ended


def _read(house: House, task: Task, photo: str) -> Ended | Later:
    here = _fetched(house, task, photo)
    if isinstance(here, NotAvailable):
        if here.retry and task.attempts < TRIES_MAX:
            return _later(house, task)
        log.warning("picture not available", photo=photo, why=here.why)
        problem = here.why if here.why == "too_large" else "not_available"
        return Ended(problem, PhotoRead(photo, (), problem))
    if here.new.startswith(PDF):
        return _paper(house, task, here, photo, PhotoRead(photo, (), "not_an_invoice"))
    return _picture(house, task, here, photo)


def _picture(house: House, task: Task, here: Fetching, photo: str) -> Ended | Later:
    """Codes first, for they are quick and certain; what holds none of ours may be a bill."""
    from ocr.image import Refused, open_image  # image libraries are the media worker's alone: the web stays small
    from ocr.qr import read_codes
    from ocr.quality import look

    picture = open_image(here.new)
    if isinstance(picture, Refused):
        return Ended(picture.reason, _refused(photo, picture.reason))
    found = read_codes(picture).codes
    seen = photo_read(photo, [code.text for code in found], () if found else look(picture))
    if seen.codes:
        return Ended("read", seen)
    _coach(house, task, picture, photo)
    return _paper(house, task, here, photo, seen)


def _paper(house: House, task: Task, here: Fetching, photo: str, otherwise: PhotoRead) -> Ended | Later:
    """Read it as a paper; `otherwise`: what is said when it is none."""
    paper = house.read_paper(here.new)
    claim = str(task.payload.get("claim") or "")
    if claim and not _is_another_bill(house, claim, here.rows[0], paper):
        paper = house.read_paper(here.all)
        if paper.kind in KINDS:
            return _ended(house, here, paper, claim, photo)
    if paper.kind not in KINDS or (paper.decision and paper.decision.verdict == "refuse"):
        return _no_bill(paper, photo, otherwise)
    return _ended(house, here, paper, "", photo)


def _no_bill(paper: Paper, photo: str, otherwise: PhotoRead) -> Ended:
    """Why it is none: another kind of paper, or nothing that could be read."""
    found = [told for problem in paper.problems if (told := PROBLEMS.get(problem, problem)) in TOLD]
    if sum(len(sheet.words) for sheet in paper.sheets) < PRINT_MIN:
        found = [told for told in found if told != "not_an_invoice"]
    problem = found[0] if found else otherwise.problem or "no_code"
    return Ended(problem, PhotoRead(photo, (), problem, otherwise.hints, otherwise.foreign))


def _ended(house: House, here: Fetching, paper: Paper, claim: str, photo: str) -> Ended:
    """The claim is written in the transaction that ends the task, so that it is there once, with its happening."""
    from ocr.perceptual import fingerprints

    row = here.rows[-1]
    claim_id, sealer = claim or house.ids.new("clm"), media.sealer_of(house, row)
    reading = _looked_at(house, reading_of(paper), here, sealer)
    marks = fingerprints(paper.sheets)

    def write(conn: Connection, now: datetime) -> None:
        if claim:
            claims.lock(conn, claim)
            claims.put_read_again(conn, claim, [each.id for each in here.rows], reading, marks, sealer, now)
        else:
            whose = claims.Whose(row.programme_id, row.conversation_id, row.contact_id)
            claims.put_read(conn, claim_id, whose, [photo], reading, marks, sealer, now)

    return Ended("bill", InvoiceRead(claim_id, photo), write)


def _looked_at(house: House, reading: Reading, here: Fetching, sealer: Sealer) -> Reading:
    """With the signs of editing, and where a part of the bill is asked for, a picture that shows which one."""
    from ocr.annotate import cut_off
    from ocr.image import Refused, open_image
    from ocr.perceptual import edited_signs
    from ocr.quality_paper import EDGES

    picture = open_image(here.new)
    if isinstance(picture, Refused):  # a PDF: its page is whole in itself
        return reading
    reading = replace(reading, signs=edited_signs(picture, here.new))
    asked = reading.question
    edge = next((one for one in EDGES if asked is not None and one == asked.edge), None)
    if asked is None or asked.kind != "corner" or edge is None:
        return reading
    hint = pictures.keep(house, cut_off(picture, [edge]), here.rows[-1].contact_id, sealer)
    return replace(reading, question=replace(asked, hint=hint))


def _is_another_bill(house: House, claim_id: str, row: Any, paper: Paper) -> bool:
    """Whether a picture sent for the missing part of a bill is a whole other one: its number and seller say so."""
    with house.engine.connect() as conn:
        claim = claims.read(conn, claim_id)
    if claim is None or paper.kind not in KINDS:
        return claim is None
    reading = reading_of(paper)
    ours, theirs = (claim.seller_gstin, claim.number_key), (reading.seller_gstin, reading.number_key)
    return None not in ours and None not in theirs and ours != theirs


def _coach(house: House, task: Task, picture: Picture, photo: str) -> None:
    """Tell at once what makes the picture hard to read; a bill may still come of it."""
    from ocr.quality_paper import coach

    faults = coach(picture).faults
    if not faults or task.attempts > 1:
        return
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        event = to_json(PhotoHard(photo, faults))
        inbox.put_happening(conn, task.conversation_id, f"{task.key}/coach", event, now, house.keyring)
    turn.run(house, task.conversation_id)


def _refused(photo: str, reason: str) -> PhotoRead:
    if reason == "too_small":  # a picture all the same: go closer
        return PhotoRead(photo, (), "no_code", (reason,))
    return PhotoRead(photo, (), PROBLEMS.get(reason, reason))


def _given_up(photo: str) -> Ended:
    log.critical("picture given up", photo=photo)
    return Ended("given_up", PhotoRead(photo, (), "unsupported"))


def _fetched(house: House, task: Task, photo: str) -> Fetching | NotAvailable:
    """The new picture and, for a claim that is to be read again, all that it has."""
    wanted = [str(one) for one in task.payload.get("photos", [photo])]
    with house.engine.connect() as conn:
        claim = claims.read(conn, str(task.payload["claim"])) if task.payload.get("claim") else None
        ids = list(dict.fromkeys([*(claim.media if claim else ()), *wanted]))
        rows = [media.row_of(conn, one) for one in ids]
    data: list[bytes] = []
    for row in rows:
        found = media.bytes_of(house, row)
        if isinstance(found, NotAvailable):
            return found
        data.append(found)
    return Fetching(rows, data, data[ids.index(photo)])


def _later(house: House, task: Task) -> Later:
    with house.engine.connect() as conn:
        return Later(house.clock.now(conn) + timedelta(seconds=RETRY_S[min(task.attempts, len(RETRY_S)) - 1]))
