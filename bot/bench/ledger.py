"""The ledger in figures: postings a second beside pgbench, bytes, verify, balances over millions of moves, and how long a
confirmed redemption takes to be told as paid."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from bot import local
from bot.bench import house as bench_house
from bot.bench import ledger_paid
from bot.bench.ledger_books import PROGRAMME, build_past, bytes_of_books, members_of, open_books, owner, postings_of
from bot.bench.ledger_rates import python_rates, script, sql_rates
from bot.bench.load import percentile
from bot.bench.pgbench import Rate, rate
from bot.wiring import House
from ledger import chart
from ledger.balance import BALANCE_SQL, balance
from ledger.verify import verify

READS = 2_000
MONTH_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Plan:
    """`moves`: in the past that is loaded before the sustained rate, the balances and verify; 0 leaves those out.

    `redemptions`: of each kind, calm and with faults; 0 leaves them out."""

    clients: tuple[int, ...] = (1, 4, 16)
    sql_s: int = 15
    python_clients: int = 4
    python_s: float = 10
    moves: int = 1_000_000
    sustained_s: int = 60
    redemptions: int = 30


def measure(plan: Plan, told: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Run all of it on this machine, on servers of its own; figures by name."""
    with bench_house.prepared("bench-ledger") as made:
        figures: dict[str, Any] = {"plan": {name: getattr(plan, name) for name in Plan.__slots__}}
        with _owned(made) as engine:
            open_books(engine, members_of(plan.moves))
            figures |= _rates(plan, made, engine, told)
            told(json.dumps(figures))  # what was measured for minutes is not lost with what comes after it
            if plan.moves:
                figures |= (past := _past(plan, made, engine, told))
                told(json.dumps(past))
        if plan.redemptions:
            told("redemptions through the whole house")
            figures["confirmed_to_paid"] = ledger_paid.measure(made, plan.redemptions)
    return figures


def _rates(plan: Plan, made: House, engine: Engine, told: Callable[[str], None]) -> dict[str, Any]:
    url, members = made.settings.database_url, members_of(plan.moves)
    told("postings a second in SQL")
    with engine.connect() as conn:
        before = bytes_of_books(conn), postings_of(conn)
    sql = sql_rates(url, members, plan.clients, plan.sql_s)
    with engine.connect() as conn:
        after = bytes_of_books(conn), postings_of(conn)
    told("postings a second from Python")
    simple = {row["clients"]: row["simple_update"]["per_s"] for row in sql}.get(plan.python_clients, 0.0)
    python = python_rates(url, members, plan.python_clients, plan.python_s, simple)
    return {
        "sql": sql, "python": python, "bytes_per_posting": round((after[0] - before[0]) / max(after[1] - before[1], 1)),
    }  # fmt: skip


def _past(plan: Plan, made: House, engine: Engine, told: Callable[[str], None]) -> dict[str, Any]:
    url, members = made.settings.database_url, members_of(plan.moves)
    took_s = build_past(engine, plan.moves, told)
    with engine.connect() as conn:
        size = bytes_of_books(conn)
    told("the rate that lasts, over that past")
    sustained = {
        kind: rate(url, clients=max(plan.clients), seconds=plan.sustained_s, script=script(kind, members))
        for kind in ("spread", "busy")
    }
    told("balances and verify")
    return {
        "past": {"moves": plan.moves, "members": members, "built_s": round(took_s, 1), "gb": round(size / 2**30, 2)},
        "sustained": {kind: _lasting(one) for kind, one in sustained.items()},
        "balance_read": _reads(made, engine, members), "verify": _verify(engine),
    }  # fmt: skip


def _lasting(one: Rate) -> dict[str, Any]:
    month = round(one.per_s * MONTH_S / 1_000_000)
    return {"per_s": round(one.per_s, 1), "p99_ms": round(one.p99_ms, 2), "million_a_month": month}


def _reads(made: House, engine: Engine, members: int) -> dict[str, Any]:
    """Balances of random members as the service reads them, and the plan that Postgres makes for one."""
    dice, took_ms = random.Random(1), []
    with made.engine.connect() as conn:
        at = made.clock.now(conn)
        for _ in range(READS):
            member = f"mbr_{dice.randrange(members):08d}"
            began = time.perf_counter()
            has = balance(conn, PROGRAMME, member, at)
            took_ms.append((time.perf_counter() - began) * 1000)
        lines = explain(conn, f"mbr_{members // 2:08d}", at)
    with engine.connect() as conn:
        moves = int(conn.execute(text("SELECT count(*) FROM moves")).scalar_one())
    return {
        "moves_in_the_table": moves, "reads": READS, "points_of_the_last": has.available,
        "p50_ms": round(percentile(took_ms, 0.5), 3), "p99_ms": round(percentile(took_ms, 0.99), 3),
        "uses_indexes": any("Index" in line for line in lines) and not any("Seq Scan" in line for line in lines), "plan": lines,
    }  # fmt: skip


def explain(conn: Connection, member: str, at: datetime) -> list[str]:
    """How Postgres would read a member's balance."""
    given = {"available": chart.available(PROGRAMME, member), "held": chart.held(PROGRAMME, member), "at": at}
    return [str(line) for line in conn.execute(text(f"EXPLAIN (COSTS OFF) {BALANCE_SQL}"), given).scalars()]


def _verify(engine: Engine) -> dict[str, Any]:
    with engine.connect() as conn:
        count, began = postings_of(conn), time.monotonic()
        differences = verify(conn)
        took_s = time.monotonic() - began
    return {"postings": count, "seconds": round(took_s, 1), "per_s": round(count / took_s), "differences": len(differences)}


@contextmanager
def _owned(made: House) -> Iterator[Engine]:
    engine = owner(made.settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def forget() -> None:
    """Delete the servers and the data of the last run: millions of moves take gigabytes."""
    from bot.own_root import fresh

    local.forget(fresh("bench-ledger"))
