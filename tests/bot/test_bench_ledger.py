"""The ledger's benchmark measures postings that the ledger itself calls sound, whoever posts them, past and present."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from base.db import make_engine
from bot.bench import ledger_rates
from bot.bench.ledger import explain
from bot.bench.ledger_books import AT, PROGRAMME, build_past, bytes_of_books, members_of, open_books, owner, postings_of
from bot.bench.pgbench import program, rate
from ledger.balance import balance
from ledger.verify import verify
from tests.servers import Database

MEMBERS = 50


@pytest.fixture
def books(database: Database) -> Iterator[Engine]:
    engine = owner(database.url)
    open_books(engine, members_of(1_000))
    yield engine
    engine.dispose()


def count(engine: Engine) -> int:
    with engine.connect() as conn:
        assert verify(conn) == []
        return postings_of(conn)


def test_a_past_is_sound_and_everybody_has_a_share(books: Engine) -> None:
    before = count(books)
    build_past(books, 3_000, lambda line: None)
    assert count(books) == before + 3_000
    with books.connect() as conn:
        assert balance(conn, PROGRAMME, "mbr_00000007", AT).available == 30
        assert members_of(3_000) == 1_000 and bytes_of_books(conn) > 0


def test_postings_go_on_after_a_past_that_was_loaded(books: Engine, database: Database) -> None:
    build_past(books, 1_000, lambda line: None)
    ledger_rates._sqlalchemy(database.url, "busy", MEMBERS, 0, 0.0)
    assert count(books) == 1 + 1_000 + 5


@pytest.mark.parametrize("way", [ledger_rates._psycopg, ledger_rates._batches, ledger_rates._sqlalchemy])
@pytest.mark.parametrize("kind", ["spread", "busy"])
def test_every_way_of_python_posts_soundly(books: Engine, database: Database, way: ledger_rates._Way, kind: str) -> None:
    before = count(books)
    posted, took_ms = way(database.url, kind, MEMBERS, 1, 0.05)
    warm = 5 * (ledger_rates.BATCH if way is ledger_rates._batches else 1)
    assert posted > 0 and took_ms and count(books) == before + posted + warm


def test_clients_that_are_processes_add_up_and_one_that_fails_is_heard_of(books: Engine, database: Database) -> None:
    before = count(books)
    found = ledger_rates._apart(ledger_rates._psycopg, database.url, "spread", MEMBERS, 2, 0.1)
    assert found.per_s > 0 and count(books) > before
    with pytest.raises(RuntimeError, match="failed"):
        ledger_rates._apart(ledger_rates._psycopg, database.url.replace("saathi_test", "nowhere"), "spread", 1, 1, 0.1)


@pytest.mark.skipif(not program().exists(), reason="the embedded server's package has no pgbench here")
@pytest.mark.parametrize("kind", ["spread", "busy"])
def test_the_script_of_pgbench_posts_soundly(books: Engine, database: Database, kind: str) -> None:
    before = count(books)
    found = rate(database.url, clients=2, seconds=1, script=ledger_rates.script(kind, MEMBERS))
    assert 0 < found.p50_ms <= found.p99_ms and count(books) > before


def test_a_balance_is_read_by_indexes(books: Engine, database: Database) -> None:
    build_past(books, 2_000, lambda line: None)
    engine = make_engine(database.url, pool_size=1)
    with engine.connect() as conn:
        conn.execute(text("SET enable_seqscan = off"))  # so small a table would be read whole
        plan = explain(conn, "mbr_00000007", AT)
    engine.dispose()
    assert any("lots_open" in line for line in plan) and not any("Seq Scan on moves" in line for line in plan)
