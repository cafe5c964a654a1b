"""The paper worker's job: what the first look took for a paper is read in full, and a bill becomes a claim in the
transaction that ends the task. Nothing is read inside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from bot import lease, media, picture_task, pictures, seen_codes
from bot.paper import KINDS, reading_of
from bot.photos import PDF, PROBLEMS, forgotten, refused, told_of
from bot.picture_task import Fetching
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.bill_events import InvoiceRead
from flows.events import PhotoRead
from loyalty import claims
from loyalty.reading import Reading

if TYPE_CHECKING:
    from base.sealing import Sealer
    from ocr.image import Picture
    from ocr.paper import Paper
    from ocr.paper_files import File

PRINT_MIN = 20  # pieces of print that make a paper; a wall with a sign on it has fewer
TOLD = ("pdf", "not_an_image", "truncated", "too_large", "too_many_pixels", "not_an_invoice")  # with a text of their own
# Pages are begun within this; with the last of them, and a PDF's opening, a job ends within bells.JOB_TIMEOUT_S.
READ_S_MAX = 150


@dataclass(frozen=True, slots=True)
class _Look:
    """The new file, ready to be read; `otherwise`: what is said when it is no bill."""

    file: File
    picture: Picture | None  # None: a PDF, whose page is whole in itself
    otherwise: PhotoRead


def read(house: House, task: Task) -> Ended | Later:
    """One paper, read to its end or for READ_S_MAX; the lease lasts from page to page."""
    return picture_task.answered(house, task, lambda here: _read(house, task, here))


def _read(house: House, task: Task, here: Fetching) -> Ended | Later:
    look = _looked(house, task, here)
    return look if isinstance(look, Ended) else _paper(house, task, here, look)


def _looked(house: House, task: Task, here: Fetching) -> _Look | Ended:
    """As the first look left it: opened once more, since that was another process; its codes are looked for where it left
    off doing so, and what is told of them is what it would have told."""
    from ocr.aadhaar_card import is_card_code  # image libraries are the workers' alone: the web stays small
    from ocr.image import Refused, open_image
    from ocr.paper_files import Seen
    from ocr.qr import read_codes

    photo = str(task.payload["photo"])
    if here.new.startswith(PDF):
        return _Look(here.new, None, PhotoRead(photo, (), "not_an_invoice"))
    picture = open_image(here.new)
    if isinstance(picture, Refused):
        return Ended(picture.reason, refused(photo, picture.reason))
    row, found = next(row for row in here.rows if row.id == photo), task.payload.get("codes")
    codes = seen_codes.opened(str(found), photo, media.sealer_of(house, row)) if found else read_codes(picture)
    if any(is_card_code(code.text) for code in codes.codes):
        return forgotten(house, task, here)
    seen = told_of(photo, picture, codes)
    return Ended("read", seen) if seen.codes else _Look(Seen(here.new, picture, codes), picture, seen)


def _paper(house: House, task: Task, here: Fetching, look: _Look) -> Ended:
    go_on = _while_it_lasts(house, task)
    paper = house.read_paper(look.file, go_on=go_on)
    if paper.kind not in KINDS and _is_aadhaar(paper):
        return forgotten(house, task, here)
    claim = str(task.payload.get("claim") or "")
    if claim and not _is_another_bill(house, claim, here.rows[0], paper):
        files = [look.file if data is here.new else data for data in here.all]
        paper = house.read_paper(files, go_on=go_on)
        if paper.kind in KINDS:
            return _ended(house, here, paper, claim, look)
    if paper.kind not in KINDS or (paper.decision and paper.decision.verdict == "refuse"):
        return _no_bill(paper, look.otherwise)
    return _ended(house, here, paper, "", look)


def _is_aadhaar(paper: Paper) -> bool:
    """Nothing of such a card may be kept. A bill is none, whatever numbers stand on it."""
    from ocr.aadhaar_card import is_card
    from ocr.rows import page_of

    return is_card(row.text for sheet in paper.sheets for row in page_of(sheet).rows)


def _while_it_lasts(house: House, task: Task) -> Callable[[], bool]:
    """Asked before each page: whether there is time for it; if so, the task is ours for that long. Raises LeaseLost."""
    began = house.monotonic()

    def go_on() -> bool:
        if house.monotonic() - began > READ_S_MAX:
            return False
        lease.renew(house, task)
        return True

    return go_on


def _no_bill(paper: Paper, otherwise: PhotoRead) -> Ended:
    """Why it is none: another kind of paper, or nothing that could be read."""
    found = [told for problem in paper.problems if (told := PROBLEMS.get(problem, problem)) in TOLD]
    if sum(len(sheet.words) for sheet in paper.sheets) < PRINT_MIN:
        found = [told for told in found if told != "not_an_invoice"]
    problem = found[0] if found else otherwise.problem or "no_code"
    return Ended(problem, replace(otherwise, codes=(), problem=problem))


def _ended(house: House, here: Fetching, paper: Paper, claim: str, look: _Look) -> Ended:
    """The claim is written in the transaction that ends the task, so that it is there once, with its happening."""
    from ocr.perceptual import fingerprints

    row, photo = here.rows[-1], look.otherwise.photo
    claim_id, sealer = claim or house.ids.new("clm"), media.sealer_of(house, row)
    reading = _looked_at(house, reading_of(paper), here, look.picture, sealer)
    marks = fingerprints(paper.sheets)

    def write(conn: Connection, now: datetime) -> None:
        if claim:
            claims.lock(conn, claim)
            claims.put_read_again(conn, claim, [each.id for each in here.rows], reading, marks, sealer, now)
        else:
            whose = claims.Whose(row.programme_id, row.conversation_id, row.contact_id)
            claims.put_read(conn, claim_id, whose, [photo], reading, marks, sealer, now)

    return Ended("bill", InvoiceRead(claim_id, photo), write)


def _looked_at(house: House, reading: Reading, here: Fetching, picture: Picture | None, sealer: Sealer) -> Reading:
    """With the signs of editing, and where a part of the bill is asked for, a picture that shows which one."""
    from ocr.annotate import cut_off
    from ocr.perceptual import edited_signs
    from ocr.quality_paper import EDGES

    if picture is None:
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
