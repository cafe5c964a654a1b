"""Payouts made before there was a passbook: the migration's own statement, run over rows as they were."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from tests.payouts.conftest import World
from tests.servers import Database

SQL = (Path(__file__).parents[2] / "migrations" / "sql" / "0010_tax.sql").read_text(encoding="utf-8")


def test_what_was_paid_before_counts_in_its_year_and_what_failed_does_not(world: World, database: Database) -> None:
    ids = [world.request(100, f"SM{n}/0").payout_id for n in range(4)]
    world.pay(ids[3])
    world.webhook(world.fake.become("failed", reason="x"))
    backfill = next(part for part in SQL.split(";") if "before-the-passbook" in part)
    days = ("2026-03-31T23:59:59+05:30", "2026-04-01T00:00:00+05:30", "2026-12-31T23:59:59+05:30", "2026-05-05T00:00:00+05:30")
    owner = create_engine(database.url)
    with owner.begin() as conn:
        conn.execute(text("ALTER TABLE tax_entries DISABLE TRIGGER ALL"))
        conn.execute(text("DELETE FROM tax_entries"))
        for payout, at in zip(ids, days, strict=True):
            conn.execute(text("UPDATE payouts SET requested_at = :at WHERE id = :id"), {"at": at, "id": payout})
        conn.execute(text(backfill.replace("-- What was paid, or is on its way, before there was a passbook.", "")))
        rows = conn.execute(text("SELECT payout_id, tax_year, gross_paise, tax_paise FROM tax_entries ORDER BY at")).all()
    owner.dispose()
    assert [tuple(row) for row in rows] == [
        (ids[0], "2025-26", 2_500, 0), (ids[1], "2026-27", 2_500, 0), (ids[2], "2026-27", 2_500, 0),
    ]  # fmt: skip
