"""Many members who may be written to, for the campaigns' bench: each with keys, details and a conversation of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import make_url, text

from base.sealing import Keyring
from bot.wiring import House
from loyalty.programme_rows import published_ids

AT_ONCE = 1_000
WROTE_BEFORE = timedelta(days=3)  # the window is closed: every message leaves as a template
_COLUMNS = {
    "contacts": "id, address, data_key, created_at",
    "members": "id, programme_id, role, pin_code, state, data_key, details, shop_known, mobile_known, created_at",
    "memberships": "contact_id, member_id, programme_id, role, since",
    "conversations": "id, sender_id, contact_id, programme_id, member_id, locale, consented_at, last_inbound_at",
}
_SENDER = text("SELECT id FROM senders WHERE address = :address")


REST = "600000"  # PIN code of those who are in no slice


def load(house: House, people: int, slices: Mapping[str, int], owner_url: str) -> dict[str, range]:
    """So many members; of them so many by each PIN code of `slices`, which are their numbers in the answer."""
    numbers, start = {}, 0
    for pin_code, size in slices.items():
        numbers[pin_code] = range(start, start + size)
        start += size
    pins = [pin for pin, slice_ in numbers.items() for _ in slice_] + [REST] * (people - start)
    with house.engine.connect() as conn:
        now, programme = house.clock.now(conn), published_ids(conn)[0]
        sender = conn.execute(_SENDER, {"address": house.settings.twilio_from}).scalar_one()
    driver = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(driver) as conn:
        for start in range(0, people, AT_ONCE):
            rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _COLUMNS}
            for number in range(start, min(start + AT_ONCE, people)):
                _person(rows, house.keyring, number, pins[number], programme, sender, now)
            for table, columns in _COLUMNS.items():
                with conn.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)
            conn.commit()
        conn.execute("ANALYZE")
    return numbers


def phone(number: int) -> str:
    return f"+9196{number:08d}"


def _person(
    rows: dict[str, list[tuple[Any, ...]]], keyring: Keyring, number: int, pin: str, programme: str, sender: str, now: datetime
) -> None:
    contact, member = f"con_bench{number:08d}", f"mbr_bench{number:08d}"
    key, wrote = keyring.wrap_new(member), now - WROTE_BEFORE
    named = json.dumps({"name": f"Load Tester {number}", "shop": "", "mobile": ""}).encode()
    details = keyring.unwrap(key, member).seal(named, f"members/{member}")
    rows["contacts"].append((contact, f"whatsapp:{phone(number)}", keyring.wrap_new(contact), wrote))
    rows["members"].append((member, programme, "electrician", pin, "TN", key, details, False, True, wrote))
    rows["memberships"].append((contact, member, programme, "owner", wrote))
    rows["conversations"].append((f"cnv_bench{number:08d}", sender, contact, programme, member, "en", wrote, wrote))
