"""What reading a photo and reading a paper have in common: the bytes at hand, another try, and an answer whatever comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from bot import media
from bot.lease import LeaseLost
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.bill_events import InvoiceRead
from flows.events import PhotoRead
from loyalty import claims
from whatsapp.media import NotAvailable

TRIES_MAX = 4  # then the member is asked for another picture
RETRY_S = (5, 20, 60)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fetching:
    """Pictures that are here. `all`: the claim's own ones first, then the new ones."""

    rows: Sequence[Any]
    all: Sequence[bytes]
    new: bytes


def answered(house: House, task: Task, read: Callable[[Fetching], Ended | Later]) -> Ended | Later:
    """The pictures fetched and `read`. Whatever comes of it, the member is told: at the latest after TRIES_MAX tries.

    The count of tries is committed before each, so a picture that kills its worker is given up too."""
    photo = str(task.payload["photo"])
    try:
        ended = _tried(house, task, photo, read) if task.attempts <= TRIES_MAX else _given_up(photo)
    except LeaseLost:
        raise
    except Exception as fault:  # a fault of ours, of the store or of a library must not leave the member waiting
        log.error("picture not read", photo=photo, fault=type(fault).__name__, exc_info=fault)
        ended = _later(house, task) if task.attempts < TRIES_MAX else _given_up(photo)
    return _not_left_alone(house, task, ended, photo)


def _tried(house: House, task: Task, photo: str, read: Callable[[Fetching], Ended | Later]) -> Ended | Later:
    here = _fetched(house, task, photo)
    if not isinstance(here, NotAvailable):
        return read(here)
    if here.retry and task.attempts < TRIES_MAX:
        return _later(house, task)
    log.warning("picture not available", photo=photo, why=here.why)
    problem = here.why if here.why == "too_large" else "not_available"
    return Ended(problem, PhotoRead(photo, (), problem))


def _not_left_alone(house: House, task: Task, ended: Ended | Later, photo: str) -> Ended | Later:
    """A bill whose pages could not be read together is decided on by what was read before."""
    if isinstance(ended, Later) or not isinstance(ended.happening, PhotoRead) or not task.payload.get("claim"):
        return ended
    with house.engine.connect() as conn:
        claim = claims.read(conn, str(task.payload["claim"]))
    return replace(ended, happening=InvoiceRead(claim.id, photo)) if claim and claim.state == "read" else ended


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
