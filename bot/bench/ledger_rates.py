"""Postings a second: the SQL function under pgbench, and Python above it through psycopg and SQLAlchemy.

spread: a refund to a random member, out of an account without a floor: no row that two postings share
busy: an earning of a random member out of one budget with a hard stop, which is striped
"""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import psycopg
from sqlalchemy import make_url

from base.db import make_engine, psycopg_url
from bot.bench.ledger_books import AT, PROGRAMME
from bot.bench.load import percentile
from bot.bench.pgbench import Rate, rate, yardstick
from ledger import chart, postings
from ledger.moves import Move, OpenLot, Posting
from ledger.points import earn
from ledger.post import post

BATCH = 20  # postings of one transaction

_CALL = """
SELECT outcome FROM ledger_post({key}, decode(md5({key}), 'hex'), '{programme}', {member}, '{reason}', NULL,
    '{{"rule": "coupon"}}'::jsonb, '{at}', '{at}', ARRAY[{debit}], ARRAY['{programme}/member/' || {member} || '/available'],
    ARRAY['PTS'], ARRAY[10::bigint], ARRAY['{programme}/member/' || {member} || '/available'], {spread}, 'open', NULL,
    TIMESTAMPTZ '{at}' + interval '365 days')"""
_DEBITS = {
    "spread": (f"'{chart.redeemed(PROGRAMME)}'", "refund", "false"),
    "busy": (f"'{chart.budget(PROGRAMME)}/' || lpad((({{number}}) % {chart.STRIPES})::text, 2, '0')", "earn", "true"),
}


def script(kind: str, members: int) -> str:
    """pgbench's: one posting for a random member under a key that nobody has used."""
    number = ":m::bigint"
    return (
        f"\\set m random(0, {members - 1})\n\\set k random(1, 9000000000000000000)\n"
        + call(kind, key="'pgb/' || :client_id::text || '/' || :k::text", number=number).replace("\n", " ").strip()
        + ";\n"
    )


def call(kind: str, *, key: str, number: str) -> str:
    """The posting as SQL; `key` and `number` (of the member) are SQL expressions."""
    debit, reason, spread = _DEBITS[kind]
    return _CALL.format(
        key=f"({key})", programme=PROGRAMME, member=f"('mbr_' || lpad(({number})::text, 8, '0'))", reason=reason,
        at=AT.isoformat(), debit=debit.format(number=number), spread=spread,
    )  # fmt: skip


def sql_rates(database_url: str, members: int, clients: Sequence[int], seconds: int) -> list[dict[str, Any]]:
    """With each number of clients: simple update, spread and busy, one after the other on the same server."""
    found = []
    with yardstick(database_url) as plain:
        for count in clients:
            simple = rate(plain, clients=count, seconds=seconds)
            ours = {kind: rate(database_url, clients=count, seconds=seconds, script=script(kind, members)) for kind in _DEBITS}
            shares = {f"{kind}_per_simple_update": round(one.per_s / simple.per_s, 3) for kind, one in ours.items()}
            row: dict[str, Any] = {"clients": count, "simple_update": _plain(simple)}
            found.append(row | {kind: _plain(one) for kind, one in ours.items()} | shares)
    return found


def python_rates(database_url: str, members: int, clients: int, seconds: float, simple_per_s: float) -> dict[str, Any]:
    """Processes of Python that post one by one, in batches, and through SQLAlchemy as the service does."""
    ways: dict[str, tuple[_Way, str]] = {
        "psycopg_spread": (_psycopg, "spread"), "psycopg_busy": (_psycopg, "busy"), "psycopg_batches": (_batches, "spread"),
        "sqlalchemy_spread": (_sqlalchemy, "spread"), "sqlalchemy_busy": (_sqlalchemy, "busy"),
    }  # fmt: skip
    found: dict[str, Any] = {"clients": clients, "batch": BATCH}
    for name, (way, kind) in ways.items():
        one = _apart(way, database_url, kind, members, clients, seconds)
        found[name] = _plain(one) | {"per_simple_update": round(one.per_s / simple_per_s, 3) if simple_per_s else None}
    return found


_Way = Callable[[str, str, int, int, float], tuple[int, list[float]]]


def _apart(way: _Way, database_url: str, kind: str, members: int, clients: int, seconds: float) -> Rate:
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    processes = [
        context.Process(target=_report, args=(way, answers, database_url, kind, members, number, seconds))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    told = [json.loads(answers.get()) for _ in processes]
    for process in processes:
        process.join()
    if failed := [one["fault"] for one in told if "fault" in one]:
        raise RuntimeError(f"a client of the benchmark failed: {failed[0]}")
    took_ms = [ms for one in told for ms in one["took_ms"]]
    return Rate(sum(one["posted"] for one in told) / seconds, percentile(took_ms, 0.5), percentile(took_ms, 0.99))


def _report(way: _Way, answers: Any, url: str, kind: str, members: int, number: int, seconds: float) -> None:
    try:
        posted, took_ms = way(url, kind, members, number, seconds)
        answers.put(json.dumps({"posted": posted, "took_ms": took_ms}))
    except Exception as fault:  # whoever waits for the answer must hear of it
        answers.put(json.dumps({"fault": f"{type(fault).__name__}: {fault}"}))
        raise


def _psycopg(url: str, kind: str, members: int, number: int, seconds: float) -> tuple[int, list[float]]:
    statement, dice = _driver_call(kind), random.Random()
    with psycopg.connect(_conninfo(url), autocommit=True, prepare_threshold=1) as conn:
        return _timed(seconds, 1, lambda: conn.execute(statement, _new(dice, members, number)))


def _batches(url: str, kind: str, members: int, number: int, seconds: float) -> tuple[int, list[float]]:
    statement, dice = _driver_call(kind), random.Random()
    with psycopg.connect(_conninfo(url), autocommit=True, prepare_threshold=1) as conn:

        def batch() -> None:  # in the order of the accounts, so that no two batches wait for each other in a circle
            rows = sorted((_new(dice, members, number) for _ in range(BATCH)), key=lambda row: int(row["m"]))
            with conn.transaction(), conn.pipeline():
                for row in rows:
                    conn.execute(statement, row)

        return _timed(seconds, BATCH, batch)


def _sqlalchemy(url: str, kind: str, members: int, number: int, seconds: float) -> tuple[int, list[float]]:
    engine, dice = make_engine(url, pool_size=1), random.Random()

    def one() -> None:
        row = _new(dice, members, number)
        member = f"mbr_{row['m']:08d}"
        with engine.begin() as conn:
            if kind == "busy":
                earn(conn, key=str(row["key"]), programme_id=PROGRAMME, member_id=member, points=10, expires_at=AT,
                     happened_at=AT, recorded_at=AT, facts={"rule": "coupon"})  # fmt: skip
            else:
                post(conn, postings.with_facts(_refund(str(row["key"]), member), {"rule": "coupon"}), AT)

    try:
        return _timed(seconds, 1, one)
    finally:
        engine.dispose()


def _refund(key: str, member: str) -> Posting:
    available = chart.available(PROGRAMME, member)
    move = Move(chart.redeemed(PROGRAMME), available, chart.PTS, 10)
    return Posting(key, PROGRAMME, "refund", AT, (move,), lots=OpenLot(None), member_id=member, opens=(available,))


def _timed(seconds: float, postings: int, act: Callable[[], object]) -> tuple[int, list[float]]:
    for _ in range(5):
        act()  # connected, prepared
    posted, took_ms, end = 0, [], time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        act()
        posted += postings
        took_ms.append((time.monotonic() - began) * 1000)
    return posted, took_ms


def _driver_call(kind: str) -> str:
    """In the driver's notation, where a percent sign of the SQL is written twice."""
    plain = call(kind, key="<key>", number="<m>::bigint").replace("%", "%%")
    return plain.replace("<key>", "%(key)s::text").replace("<m>", "%(m)s")


def _new(dice: random.Random, members: int, number: int) -> dict[str, Any]:
    return {"key": f"py/{number}/{dice.getrandbits(62)}", "m": dice.randrange(members)}


def _conninfo(url: str) -> str:
    made = make_url(psycopg_url(url))
    host, port = made.query.get("host") or made.host or "", made.query.get("port") or made.port or 5432
    return psycopg.conninfo.make_conninfo(
        host=str(host), port=str(port), user=made.username, password=made.password, dbname=made.database
    )


def _plain(one: Rate) -> dict[str, float]:
    return {name: round(value, 1 if name == "per_s" else 3) for name, value in asdict(one).items()}
