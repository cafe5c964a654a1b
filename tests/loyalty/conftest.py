"""A small programme, keys, and people who claim."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from base.ids import TimeOrderedIds
from loyalty import programme_rows
from loyalty.codes import CodeKeys
from loyalty.programme import Programme
from loyalty.programme_file import parse_programme
from tests.servers import Database

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "programmes" / "sample.toml"
NOW = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Shop:
    """A published programme and somewhere to claim."""

    engine: Engine
    programme: Programme
    keys: CodeKeys
    ids: TimeOrderedIds

    def person(self, name: str) -> str:
        """A contact and a member of that id."""
        with self.engine.begin() as conn:
            row = {"id": name, "programme": self.programme.id, "now": NOW, "address": f"whatsapp:{name}"}
            conn.execute(text("INSERT INTO contacts (id, address, created_at) VALUES (:id, :address, :now)"), row)
            conn.execute(
                text(
                    "INSERT INTO members (id, programme_id, role, pin_code, state, details, shop_known, mobile_known,"
                    " created_at) VALUES (:id, :programme, 'electrician', '411001', 'MH', '', false, false, :now)"
                ),
                row,
            )
        return name


@pytest.fixture
def sample() -> Programme:
    return parse_programme(SAMPLE.read_bytes())


@pytest.fixture
def shop(database: Database, sample: Programme) -> Shop:
    with database.engine.begin() as conn:
        programme_rows.publish(conn, sample, NOW)
    return Shop(database.engine, sample, CodeKeys.parse("A:" + "1f" * 32), TimeOrderedIds())
