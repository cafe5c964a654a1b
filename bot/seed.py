"""What a fresh database needs before it can serve: a published programme, its books, and the sender that names it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from bot.wiring import House
from config.settings import ROOT
from ledger.budget import open_programme
from loyalty.programme_file import parse_programme
from loyalty.programme_rows import publish, published_ids

SAMPLE = ROOT / "config" / "programmes" / "sample.toml"
RATE_PER_S = 80  # Twilio's default throughput of a WhatsApp sender

_SENDER = text("""
    INSERT INTO senders (id, address, programme_id, rate_per_s, people_per_day)
    VALUES (:id, :address, :programme, :rate, :people)
    ON CONFLICT (address) DO UPDATE SET people_per_day = excluded.people_per_day
        WHERE excluded.people_per_day IS NOT NULL AND senders.people_per_day IS DISTINCT FROM excluded.people_per_day""")


def seed(house: House, sample: Path = SAMPLE) -> None:
    """Publish the sample where nothing is published, open its books, enter TWILIO_FROM. Again: changes nothing."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        if not published_ids(conn):
            programme = parse_programme(sample.read_bytes())
            publish(conn, programme, now)
            open_programme(conn, programme.id, programme.budget_points, now)
        enter_sender(conn, house, published_ids(conn)[0])


def enter_sender(conn: Connection, house: House, programme_id: str) -> None:
    """TWILIO_FROM only seeds the table; which programme a sender speaks for is the row's word. How many people WhatsApp lets it
    begin with a day (TWILIO_PEOPLE_PER_DAY) is entered anew at each start, for a tier grows; unset, the row's word stays."""
    row = {"id": house.ids.new("snd"), "address": house.settings.twilio_from, "programme": programme_id}
    conn.execute(_SENDER, {**row, "rate": RATE_PER_S, "people": house.settings.twilio_people_per_day})
