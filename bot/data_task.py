"""The task behind "my data": all that we hold of a person, as a file that leaves by a link like our pictures."""

from __future__ import annotations

import structlog
from sqlalchemy import text

from base.sealing import CannotOpen
from bot import data_file, my_data, pictures
from bot.task import Ended, Later, Task
from bot.wiring import House
from flows.my_data_events import DataFileFailed, DataFileMade

TRIES_MAX = 3

log = structlog.get_logger()

_KEY = text("SELECT data_key FROM contacts WHERE id = :id")


def make(house: House, task: Task) -> Ended | Later:
    """Make it and tell the member; what is sealed and does not open is told to them as a failure, and to us."""
    contact = str(task.payload["contact"])
    if task.attempts > TRIES_MAX:
        return Ended("given_up", DataFileFailed())
    try:
        with house.engine.connect() as conn:
            held = my_data.collect(house, conn, contact)
            sealer = house.keyring.unwrap(conn.execute(_KEY, {"id": contact}).scalar_one(), contact)
    except my_data.NothingHeld:
        return Ended("erased")
    except CannotOpen as fault:
        log.error("data file not made", contact=contact, fault=str(fault))
        return Ended("cannot_open", DataFileFailed())
    file = pictures.keep(house, data_file.document(held), contact, sealer, data_file.CONTENT_TYPE)
    return Ended("made", DataFileMade(file))
