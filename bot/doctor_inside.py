"""The doctor's look at our own rooms: settings, database, Redis, processes, media store, rows that must be there."""

from __future__ import annotations

import secrets
from datetime import UTC

from sqlalchemy import text

from base.clock import OFFSET_SQL, wall
from bot import bells, heartbeat, migrate
from bot import keys as data_keys
from bot.content import specs, standing
from bot.diagnosis import Wrong
from bot.wiring import House
from config.settings import BadSettings
from whatsapp.content.approval import APPROVED, BARRED

POSTGRES_LEAST = 15
REDIS_LEAST = (6, 2)
QUEUES = ("turns", "media", "paper", "payouts")
BEATING = ("relay", "clock")
APART_S_MAX = 2.0

_SENDER = text("SELECT programme_id FROM senders WHERE address = :address")
_OFFSET = text(f"SELECT {OFFSET_SQL}")
_SERVER_TIME = text("SELECT clock_timestamp()")  # the one place that asks: to compare it with our own
_MADE = text("SELECT hash FROM content_resources")


def settings(house: House) -> str:
    if faults := house.settings.faults():
        raise Wrong("; ".join(faults))
    for name, keys in (("DATA_KEYS", "keyring"), ("CODE_KEYS", "codes")):
        try:
            getattr(house, keys)
        except ValueError as fault:
            raise Wrong(f"{name}: {fault}", "run ./saathi keys new") from fault
    return "a development house: Twilio is on this machine" if house.settings.development else "complete"


def database(house: House) -> str:
    with house.engine.connect() as conn:
        version, role = conn.execute(text("SELECT current_setting('server_version'), current_user")).one()
    if int(version.split(".")[0].split()[0]) < POSTGRES_LEAST:
        raise Wrong(f"Postgres {version} is too old", f"use Postgres {POSTGRES_LEAST} or newer")
    return f"Postgres {version}, as {role}"


def migrations(house: House) -> str:
    with house.engine.connect() as conn:
        if not migrate.is_current(conn):
            raise Wrong(f"the database is not at revision {migrate.newest()}")
    return f"at revision {migrate.newest()}"


def keys(house: House) -> str:
    with house.engine.connect() as conn:
        try:
            data_keys.check(house, conn)
        except BadSettings as fault:
            raise Wrong(str(fault)) from fault
    return "DATA_KEYS open what the database holds"


def redis(house: House) -> str:
    version = str(bells.redis(house).info("server")["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < REDIS_LEAST:
        raise Wrong(f"Redis {version} is too old", "use Redis 6.2 or newer, or Valkey")
    return f"speaks Redis {version}"


def workers(house: House) -> str:
    """A worker on every queue, a relay and a clock: by the signs of life they give."""
    counted = {name: heartbeat.living(house, name) for name in QUEUES}
    absent = [name for name, count in counted.items() if not count]
    silent = [name for name in BEATING if not heartbeat.living(house, name)]
    if absent or silent:
        start = [f"./saathi worker {name}" for name in absent]
        start += ["./saathi clock run" if name == "clock" else f"./saathi {name}" for name in silent]
        missing = [f"no worker on {name}" for name in absent] + [f"no sign of life from the {name}" for name in silent]
        raise Wrong(", ".join(missing), f"start {', '.join(start)}; ./saathi serve starts them all")
    return ", ".join([f"{count} on {name}" for name, count in counted.items()] + [*BEATING, "alive"])


def media_store(house: House) -> str:
    key, bytes_ = f"doctor/{secrets.token_hex(8)}", secrets.token_bytes(64)
    house.media.put(key, bytes_)
    try:
        if house.media.get(key) != bytes_:
            raise Wrong("it gives back other bytes than it was given")
    finally:
        house.media.delete(key)
    return "written, read and deleted"


def sender(house: House) -> str:
    address = house.settings.twilio_from
    if not address.startswith("whatsapp:+"):
        raise Wrong(f"TWILIO_FROM is {address!r}", "write it as whatsapp:+14155238886")
    with house.engine.connect() as conn:
        programme = conn.execute(_SENDER, {"address": address}).scalar_one_or_none()
    if programme is None:
        raise Wrong(f"{address} is not among the senders, so no programme answers for it")
    return f"{address} speaks for {programme}"


def content(house: House) -> str:
    with house.engine.connect() as conn:
        made = set(conn.execute(_MADE).scalars())
    wanted = {spec.hash for spec in specs()}
    if lacking := wanted - made:
        raise Wrong(f"{len(lacking)} of {len(wanted)} texts are not at Twilio: buttons go out as plain text")
    told = standing(house)
    if barred := [one for one in told if one.approval.status in BARRED]:
        names = ", ".join(f"{one.spec.text_key} ({one.spec.locale}) {one.approval.status}" for one in barred)
        raise Wrong(f"WhatsApp takes no {names}", "change its words in flows/texts, then ./saathi content sync and approve")
    approved = sum(one.approval.status == APPROVED for one in told)
    waiting = "" if approved == len(told) else "; news to whom has not written for a day waits for the others"
    return f"{len(wanted)} texts are at Twilio, {approved} of {len(told)} templates approved{waiting}"


def clock(house: House) -> str:
    with house.engine.connect() as conn:
        offset_s = int(conn.execute(_OFFSET).scalar_one())
        before = wall()
        server = conn.execute(_SERVER_TIME).scalar_one().astimezone(UTC)
        between = before + (wall() - before) / 2
    apart_s = abs((server - between).total_seconds())
    if apart_s > APART_S_MAX:
        raise Wrong(f"our clock and the database's are {apart_s:.1f} s apart")
    if offset_s and not house.settings.development:
        raise Wrong(f"the development dial stands at {offset_s} s", "use a database that was no development house's")
    return f"{apart_s * 1000:.0f} ms from the database's" + (f", turned forward by {offset_s} s" if offset_s else "")
