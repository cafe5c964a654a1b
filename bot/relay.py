"""The relay's process: turn whatsapp.relay until told to stop. Several may run; they share the work by rows."""

from __future__ import annotations

import random
import signal
import threading
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import bells, campaigns, heartbeat, pictures
from bot.content import specs
from bot.wiring import House
from whatsapp.content.sync import ContentMap
from whatsapp.relay import Ports, Relay

IDLE_S = 0.05  # between two looks at an empty outbox
GATHER_S = 0.02  # answers that come close together are written down together
SWEEP_EVERY_S = 2.0
TROUBLE_S = 1.0  # before the database is tried again

log = structlog.get_logger()


def run(house: House, stop: threading.Event | None = None) -> None:
    """Relay until a signal or `stop`; then calls that are out come back and are written down first."""
    stop = stop or _on_signal()
    relay = Relay(ports(house), house.ids.new("rly"))
    swept_at = house.monotonic() - SWEEP_EVERY_S
    while not stop.is_set():
        try:
            if house.monotonic() - swept_at >= SWEEP_EVERY_S:
                swept_at = house.monotonic()
                heartbeat.beat(house, "relay")
                relay.sweep()
            called = relay.cycle()
        except SQLAlchemyError as fault:
            log.warning("relay waits for the database", fault=type(fault).__name__, why=str(fault)[:200])
            stop.wait(TROUBLE_S)
            continue
        if relay.wait(IDLE_S) or called:
            stop.wait(GATHER_S)
    relay.close()


def ports(house: House) -> Ports:
    return Ports(
        engine=house.engine, clock=house.clock, keyring=house.keyring, courier=house.twilio,
        contents=ContentMap(specs(), partial(campaigns.spec_of, house)), public_base_url=house.settings.base_url,
        chance=random.random,
        ring=lambda conversation: bells.ring_turn(house, conversation),
        picture_url=lambda picture: pictures.link(house, picture),
    )  # fmt: skip


def _on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
