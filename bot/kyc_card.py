"""The paper worker's job: a photo of a PAN card read, and the PAN on it sealed in the transaction that ends the task.

An Aadhaar card that was sent instead is forgotten: the picture goes from the store, and nothing of it is told or logged.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from base.masking import mask_pan
from bot import media, picture_task
from bot.picture_task import Fetching
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.events import PhotoRead
from flows.kyc_events import KycCardRead
from handlers import secrets
from handlers.photo import codes_in

if TYPE_CHECKING:
    from ocr.pan_card import PanCard

LINES_OF_A_PAPER = 20  # a card has some ten: whoever sends a bill now shall not lose it

_KEY = text("SELECT data_key FROM members WHERE id = :member FOR NO KEY UPDATE")


def read(house: House, task: Task) -> Ended | Later:
    """One photo of a card; whatever comes of it, the member is told."""
    photo = str(task.payload["photo"])
    ended = picture_task.answered(house, task, lambda here: _read(house, photo, here))
    if isinstance(ended, Ended) and isinstance(ended.happening, PhotoRead):  # it could not be had, or not be opened
        return replace(ended, happening=KycCardRead(photo, problem="unreadable"))
    return ended


def _read(house: House, photo: str, here: Fetching) -> Ended:
    from ocr import aadhaar_card  # image libraries are the workers' alone: the web stays small
    from ocr.page import sheet_of
    from ocr.pan_card import read_pan_card
    from ocr.paper_files import pages_of
    from ocr.qr import read_codes
    from ocr.rows import page_of

    pages, _ = pages_of([here.new])
    if not pages:
        return _not_read(photo, "unreadable")
    page = pages[0]
    codes = [code.text for code in (page.codes or read_codes(page.picture)).codes]
    if any(map(codes_in, codes)):
        return _not_read(photo, "no_card")
    if any(map(aadhaar_card.is_card_code, codes)):
        return _aadhaar(house, photo, here)
    sheet = page.sheet or sheet_of(page.picture, house.eyes)[0]
    lines = [row.text for row in page_of(sheet).rows]
    if aadhaar_card.is_card(lines):
        return _aadhaar(house, photo, here)
    card = read_pan_card(lines)
    if card is None:
        return _not_read(photo, "no_card" if len(lines) >= LINES_OF_A_PAPER else "unreadable")
    return _card(house, photo, here, card)


def _card(house: House, photo: str, here: Fetching, card: PanCard) -> Ended:
    row = here.rows[-1]
    token = house.ids.new("sec")

    def store(conn: Connection, now: datetime) -> None:
        wrapped = conn.execute(_KEY, {"member": row.member_id}).scalar_one_or_none()
        if wrapped is None:  # erased while the card was read: nothing is kept, and the answer will find nothing
            return
        sealer = house.keyring.unwrap(wrapped, row.member_id)
        whose = secrets.Whose(row.contact_id, row.member_id)
        secrets.keep(conn, sealer, token, whose, "pan", card.pan, card.pan[-4:], now)

    return Ended("read", KycCardRead(photo, token, mask_pan(card.pan), card.name), store)


def _aadhaar(house: House, photo: str, here: Fetching) -> Ended:
    media.forget(house, here.rows[-1])
    return _not_read(photo, "aadhaar")


def _not_read(photo: str, problem: str) -> Ended:
    return Ended(problem, KycCardRead(photo, problem=problem))
