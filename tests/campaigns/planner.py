"""A process of its own that plans the campaign of tests.campaigns.test_exactly_once, one member a batch, until it is killed."""

from __future__ import annotations

import sys

from sqlalchemy import Connection, text

from base.db import make_engine
from campaigns import rows, send
from campaigns.rows import Row
from tests.campaigns.stage import BASE, KEYS, START, Clock, P, TimeOrderedIds, values


def page(conn: Connection, row: Row, now: object, after: str, most: int) -> list[str]:
    sql = text("SELECT id FROM members WHERE id > :after ORDER BY id LIMIT :most")
    return list(conn.execute(sql, {"after": after, "most": most}).scalars())


def among(conn: Connection, row: Row, now: object, members: object) -> list[str]:
    return []


def main(url: str) -> None:
    engine = make_engine(url, pool_size=1)
    clock = Clock(shiftable=False, wall=lambda: START)
    ports = send.Ports(engine, clock, KEYS, TimeOrderedIds(), BASE, page, among, values)
    with engine.connect() as conn:
        row = rows.find(conn, P, "diwali")
    assert row is not None
    while not send.batch(ports, row, 1).done:
        continue


main(sys.argv[1])
