"""The UPI id and the keys stand nowhere but sealed."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from tests.payouts.conftest import VPA, World

NEEDLES = (VPA, "ramesh.kumar", "secret-of-the-key", "whsec")


def everything_stored(world: World) -> str:
    with world.engine.begin() as conn:
        tables = conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        found = []
        for table in tables:
            found += [str(row[0]) for row in conn.execute(text(f"SELECT CAST(t AS text) FROM {table} t"))]
            # bytea prints as hex: a secret stored in the clear would stand there so
        return "\n".join(found)


def test_no_secret_in_any_row_or_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        world.fake.faults.extend(["drop", "503", "429"])
        payout_id = world.request().payout_id
        world.ring_until_settled(payout_id, rings=5)
        world.webhook(world.fake.become("failed", reason=f"vpa {VPA} is unknown"))
        world.pay(world.request(400, "SM2/0").payout_id)
    stored = everything_stored(world)
    for needle in NEEDLES:
        assert needle not in stored
        assert needle.encode().hex() not in stored
        assert needle not in caplog.text
    assert "002281300012871" not in caplog.text
    assert VPA.encode() in world.fake.posts[0][1]


def test_the_adapter_does_not_print_its_secret(world: World) -> None:
    assert "secret-of-the-key" not in repr(world.house.provider)
    assert "secret-of-the-key" not in repr(world.house)
