"""The journal's months: made ahead, moved to the media store, read from both; killed, tampered with, erased and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from base.db import psycopg_url
from base.media_store import NotStored
from bot import archive, migrate, turn
from journal import stored
from journal.archived import ArchiveBroken, turns_of
from journal.verify import recomputed
from tests.cli.contract import promises
from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database, cloned

MARCH = datetime(2026, 2, 28, 18, 30, tzinfo=UTC)  # midnight in India


@pytest.fixture
def lived(database: Database) -> Iterator[Home]:
    """Two people in January, one of them in March again."""
    with home(database.url) as made:
        archive.months_ahead(made.house)
        made.enrol()
        made.enrol(SUNITA)
        made.forward(days=60)
        made.write("points")
        employ(made, "asha", "admin")
        yield made


def conversation(made: Home, who: str = RAMESH) -> stored.Stored:
    with made.house.engine.connect() as conn:
        found = stored.conversation(conn, made.house.keyring, made.conversation(who).id, made.house.media)
    assert found is not None
    return found


def moved(made: Home) -> list[archive.Month]:
    return list(archive.archive(made.house, MARCH, "asha"))


def partitions(made: Home) -> list[str]:
    rows = made.rows("SELECT tablename FROM pg_tables WHERE tablename LIKE 'journal\\_2%' ORDER BY 1")
    return [row.tablename for row in rows]


def test_months_are_made_ahead_once_and_rows_lie_in_theirs(lived: Home) -> None:
    assert partitions(lived) == ["journal_2026_01", "journal_2026_02", "journal_2026_03"]
    assert archive.months_ahead(lived.house) == 2 and archive.months_ahead(lived.house) == 0
    assert lived.count("SELECT count(*) FROM journal_2026_01") == 10
    assert lived.count("SELECT count(*) FROM journal_2026_03") == 1
    assert lived.count("SELECT count(*) FROM journal_rest") == 0


def test_what_gathered_where_no_month_was_made_is_taken_into_it(database: Database) -> None:
    with home(database.url) as made:
        made.enrol()
        made.forward(days=400)  # nobody's clock ran
        made.write("points")
        assert made.count("SELECT count(*) FROM journal_rest") == 6
        assert archive.months_ahead(made.house) == 4
        assert made.count("SELECT count(*) FROM journal_rest") == 0
        assert partitions(made) == [
            "journal_2026_01", "journal_2027_02", "journal_2027_03", "journal_2027_04",
        ]  # fmt: skip
        assert recomputed(conversation(made).turns) == []


def test_an_old_month_leaves_and_is_read_as_if_it_had_not(lived: Home) -> None:
    line = CommandLine(lived.house)
    before, page = conversation(lived), line.data("journal", "show", "9812345678")
    done = line.data("journal", "archive", "--before", "2026-03", "--as", "asha")
    assert promises()["journal archive"].differences(done) == [] and promises()["journal archive"].unexplained() == set()
    assert [(one["name"], one["turns"]) for one in done["months"]] == [("journal_2026_01", 10), ("journal_2026_02", 0)]
    assert lived.count("SELECT count(*) FROM journal") == 1
    assert conversation(lived) == before and recomputed(before.turns, before.session) == []
    assert line.data("journal", "show", "9812345678") == page
    assert [turn["turn"] for turn in line.data("journal", "show", "9812345678", "--turn", 3)["turns"]] == [3]
    assert [turn["turn"] for turn in line.data("journal", "show", SUNITA, "--last", 2)["turns"]] == [4, 5]
    assert "has no turn 9" in line.refusal("journal", "show", "9812345678", "--turn", 9)
    assert line("journal", "archive", "--before", "2026-03", "--as", "asha").stdout == "there is nothing to move\n"
    assert lived.count("SELECT count(*) FROM audit WHERE act = 'journal.archive' AND actor = 'asha'") == 2
    lived.write("menu")
    assert lived.told()[-1] == "menu.main"
    counted = line.data("flows", "stats", "--from", "2026-01-01", "--to", "2026-03-31")
    assert (counted["turns"], counted["archived_months"]) == (2, 2)


def test_nothing_in_the_files_can_be_read_without_the_keys(lived: Home) -> None:
    moved(lived)
    for row in lived.rows("SELECT stored_as FROM journal_archives"):
        sealed = lived.house.media.get(row.stored_as)
        assert all(word not in sealed for word in (b"AskName", b"enrol", b"Ramesh", b"cnv_"))


def test_without_the_store_what_was_archived_counts_as_forgotten(lived: Home) -> None:
    moved(lived)
    with lived.house.engine.connect() as conn:
        found = stored.conversation(conn, lived.house.keyring, lived.conversation().id)
    assert found is not None and (found.forgotten, [number for number, _ in found.turns]) == (5, [6])
    assert recomputed(found.turns, found.session, forgotten=found.forgotten) == []


def test_turns_go_on_while_months_are_made_and_dropped(lived: Home) -> None:
    def chat() -> None:
        for _ in range(12):
            lived.write("menu", SUNITA)

    with ThreadPoolExecutor(2) as pool:
        chats = [pool.submit(chat), pool.submit(chat)]
        assert [month.turns for month in moved(lived)] == [10, 0]
        with lived.house.engine.begin() as conn:
            for number in range(4, 10):
                conn.execute(text("SELECT journal_month_add(CAST(:month AS date))"), {"month": f"2026-{number:02d}-01"})
        for each in chats:
            each.result(60)
    turn.run(lived.house, lived.conversation(SUNITA).id)
    assert lived.count("SELECT count(*) FROM inbox WHERE failures > 0 OR handled_at IS NULL") == 0
    found = conversation(lived, SUNITA)
    assert recomputed(found.turns, found.session) == [] and lived.told(SUNITA).count("menu.main") == 24


def test_a_turn_that_is_missing_and_not_archived_is_still_found_missing(lived: Home) -> None:
    talk = lived.conversation().id
    with lived.house.engine.begin() as conn:
        for sql in ("SET LOCAL ROLE NONE", "ALTER TABLE journal_2026_01 DISABLE TRIGGER ALL",
                    f"DELETE FROM journal_2026_01 WHERE turn = 1 AND conversation_id = '{talk}'"):  # fmt: skip
            conn.execute(text(sql))
    assert recomputed(conversation(lived).turns)[0].what == "turn"


def test_whoever_dies_in_between_has_lost_nothing_and_leaves_no_file_behind(
    lived: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = conversation(lived)
    monkeypatch.setattr(archive, "TURNS_A_FILE", 3)
    real, puts = lived.house.media.put, []

    def dying(key: str, sealed: bytes) -> None:
        puts.append(key)
        if len(puts) == 3:
            raise KeyboardInterrupt
        real(key, sealed)

    with monkeypatch.context() as patch:
        patch.setattr(lived.house.media, "put", dying)
        with pytest.raises(KeyboardInterrupt):
            moved(lived)
    assert lived.count("SELECT count(*) FROM journal") == 11 and conversation(lived) == before
    assert [(month.turns, month.files) for month in moved(lived)] == [(10, 4), (0, 0)]
    assert conversation(lived) == before
    for key in puts:
        with pytest.raises(NotStored):
            lived.house.media.get(key)


def test_a_file_that_is_not_what_was_stored_is_said_and_never_a_traceback(lived: Home) -> None:
    moved(lived)
    (row,) = lived.rows("SELECT stored_as FROM journal_archives")
    lived.house.media.put(row.stored_as, b"something else")
    with pytest.raises(ArchiveBroken, match="not what was stored"):
        conversation(lived)
    assert "not what was stored" in CommandLine(lived.house).refusal("journal", "show", "9812345678")
    lived.house.media.delete(row.stored_as)
    assert row.stored_as in CommandLine(lived.house).refusal("journal", "show", "9812345678")


def test_whoever_is_erased_is_erased_in_the_archive_and_the_others_stay(lived: Home) -> None:
    moved(lived)
    others = conversation(lived, SUNITA)
    lived.change("UPDATE contacts SET data_key = NULL WHERE address = :who", who=RAMESH)
    with lived.house.engine.connect() as conn:
        assert stored.conversation(conn, lived.house.keyring, lived.conversation().id, lived.house.media) is None
    assert conversation(lived, SUNITA) == others


def test_words_whose_time_is_over_go_with_their_file(lived: Home) -> None:
    moved(lived)
    keys = [row.stored_as for row in lived.rows("SELECT stored_as FROM journal_archives")]
    assert archive.forget(lived.house, datetime(2026, 1, 31, tzinfo=UTC)) == 0
    assert archive.forget(lived.house, MARCH) == 1 and archive.forget(lived.house, MARCH) == 0
    with pytest.raises(NotStored):
        lived.house.media.get(keys[0])
    found = conversation(lived)
    assert (found.forgotten, [number for number, _ in found.turns]) == (5, [6])


TAKE_AWAY = (
    "DELETE FROM journal", "TRUNCATE journal", "DELETE FROM journal_2026_01", "UPDATE journal SET event = 'x'",
    "DROP TABLE journal_2026_01", "SELECT journal_month_drop('journal_2026_01', '2026-03-01')", "SELECT journal_dress('inbox')",
    "INSERT INTO journal_months VALUES ('x', '2020-01-01', '2020-02-01')", "DELETE FROM journal_archived",
)  # fmt: skip


def test_the_service_can_take_nothing_away_that_is_not_archived(lived: Home) -> None:
    for sql in TAKE_AWAY:
        with pytest.raises(SQLAlchemyError):
            lived.change(sql)


def test_what_is_not_over_and_whoever_may_not(lived: Home) -> None:
    line = CommandLine(lived.house)
    employ(lived, "ravi", "support")
    assert "is not over" in line.refusal("journal", "archive", "--before", "2026-04", "--as", "asha")
    assert "may not do this" in line.refusal("journal", "archive", "--before", "2026-03", "--as", "ravi")
    line.misuse("journal", "archive", "--before", "March", "--as", "asha")
    assert lived.count("SELECT count(*) FROM journal") == 11


def test_words_are_forgotten_in_every_month(lived: Home) -> None:
    forget = "SELECT words_forget('2026-02-01', 3)"
    total = 0
    with lived.house.engine.begin() as conn:
        while found := conn.execute(text(forget)).scalar_one():
            total += found
    assert lived.count("SELECT count(*) FROM journal WHERE length(sealed) = 0") == 10 and total == 20
    moved(lived)  # what was forgotten is forgotten there too
    assert conversation(lived).forgotten == 5


def test_a_journal_that_was_there_goes_on_as_the_first_partition(admin: Connection) -> None:
    with cloned(admin, "template0") as url:
        upgrade(url, "0017")
        engine = create_engine(psycopg_url(url))
        with engine.begin() as conn:
            old_house(conn, turns=3)
        migrate.upgrade(url)
        with engine.begin() as conn:
            assert conn.execute(text("SELECT turn, at FROM journal_past ORDER BY turn")).all()[-1].turn == 3
            (month,) = conn.execute(text("SELECT name, begins_at::text AS begins, ends_at FROM journal_months")).all()
            assert (month.name, month.begins) == ("journal_past", "-infinity")
            assert month.ends_at == datetime(2026, 1, 31, 18, 30, tzinfo=UTC)
            assert conn.execute(text("SELECT journal_month_add('2026-01-01')")).scalar_one() is False
            assert conn.execute(text("SELECT journal_month_add('2026-02-01')")).scalar_one() is True
            put_turns(conn, 4, 4, date(2026, 1, 20))
            put_turns(conn, 5, 5, date(2026, 2, 20))
            where = conn.execute(text("SELECT turn, id, tableoid::regclass::text AS at FROM journal ORDER BY turn")).all()
        assert [(row.turn, row.at) for row in where][2:] == [(3, "journal_past"), (4, "journal_past"), (5, "journal_2026_02")]
        assert len({row.id for row in where}) == 5
        for again in (put_turns, lambda conn, *given: conn.execute(text("UPDATE journal SET event = 'x'"))):
            with pytest.raises(SQLAlchemyError), engine.begin() as conn:
                again(conn, 4, 4, date(2026, 1, 21))
        engine.dispose()
        with home(url) as made:
            made.forward(days=60)
            (past,) = archive.archive(made.house, datetime(2026, 1, 31, 18, 30, tzinfo=UTC), "asha")
            assert (past.name, past.turns) == ("journal_past", 4)
            with made.house.engine.connect() as conn:
                old = turns_of(conn, made.house.media, made.house.keyring, "v")
            assert [(one.turn, one.sealed) for one in old.turns] == [(number, b"x") for number in (1, 2, 3, 4)]


def upgrade(url: str, revision: str) -> None:
    engine = create_engine(psycopg_url(url))
    with engine.begin() as conn:
        config = migrate._config()
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
    engine.dispose()


def old_house(conn: Connection, turns: int) -> None:
    for sql in (
        "INSERT INTO programmes (id, name, created_at) VALUES ('p', 'p', '2026-01-01')",
        "INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('s', 's', 'p', 1)",
        "INSERT INTO contacts (id, address, created_at) VALUES ('c', 'c', '2026-01-01')",
        "INSERT INTO conversations (id, sender_id, contact_id, programme_id) VALUES ('v', 's', 'c', 'p')",
    ):
        conn.execute(text(sql))
    put_turns(conn, 1, turns, date(2026, 1, 5))


def put_turns(conn: Any, first: int, last: int, day: date) -> None:
    conn.execute(
        text("""INSERT INTO journal (conversation_id, turn, event_key, at, event, effects, sealed)
                SELECT 'v', n, 'k' || n, CAST(:day AS timestamptz), 'Said', '{}', 'x'
                FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n"""),
        {"first": first, "last": last, "day": day},
    )
