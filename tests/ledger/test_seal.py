"""Every posting is sealed once: the late ones, those of two sealers at once, those of a sealer that died half way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from ledger import points
from ledger.canonical import NO_BLOCK, skip_height
from ledger.seal import LEAVES_MAX, read_tip, seal_next
from ledger.verify_seals import verify_seals
from tests.ledger.books import NOW, Books, new_books

ALL = "SELECT id FROM postings ORDER BY id"
SEALED = "SELECT posting_id FROM seal_postings ORDER BY posting_id"


def seal(books: Books, limit: int = LEAVES_MAX) -> int:
    """How many blocks were added until nothing was left."""
    for added in range(1_000):
        with books.engine.begin() as conn:
            if seal_next(conn, NOW, limit) is None:
                return added
    raise AssertionError("the sealer does not come to an end")


def ids(books: Books, query: str) -> list[int]:
    with books.engine.begin() as conn:
        return list(conn.execute(text(query)).scalars())


def sound(books: Books) -> bool:
    with books.engine.begin() as conn:
        return verify_seals(conn).differences == []


def earn(conn: Connection, key: str, member: str) -> None:
    points.earn(
        conn, key=key, programme_id="prg_test", member_id=member, points=5, expires_at=None, happened_at=NOW,
        recorded_at=NOW, facts={},
    )  # fmt: skip


def test_nothing_posted_nothing_sealed(books: Books) -> None:
    assert seal(books) == 1  # the programme's budget
    assert seal(books) == 0
    with books.engine.begin() as conn:
        chain = verify_seals(conn)
        assert (chain.blocks, chain.postings, chain.unsealed, chain.differences) == (1, 1, 0, [])
        assert chain.head == read_tip(conn).hash


def test_all_that_was_posted_is_sealed_in_bounded_blocks(books: Books) -> None:
    for number in range(11):
        books.earn(f"mbr_{number % 3}", 10, days=number)
    books.hold("mbr_0", 15, "h1")
    books.burn("mbr_0", "h1")
    assert seal(books, limit=4) == 4  # 14 postings with the budget's
    assert ids(books, SEALED) == ids(books, ALL)
    assert max(ids(books, "SELECT postings FROM seal_blocks")) == 4
    assert sound(books)


def test_each_block_names_the_one_before_and_one_far_behind(books: Books) -> None:
    for number in range(12):
        books.earn("mbr_a", 1 + number)
    seal(books, limit=1)
    with books.engine.begin() as conn:
        blocks = {row.height: row for row in conn.execute(text("SELECT * FROM seal_blocks"))}
    hashes = {0: NO_BLOCK} | {height: block.hash for height, block in blocks.items()}
    assert list(blocks) == list(range(1, 14))
    for height, block in blocks.items():
        assert (block.previous, block.skip) == (hashes[height - 1], hashes[skip_height(height)])


def test_one_that_commits_late_is_sealed_later_and_not_missed(books: Books) -> None:
    with books.engine.connect() as late:
        earn(late, "late", "mbr_late")
        (number,) = late.execute(text("SELECT id FROM postings WHERE key = 'late'")).one()
        books.earn("mbr_a", 5)
        books.earn("mbr_b", 5)
        seal(books)
        assert number not in ids(books, SEALED) and max(ids(books, SEALED)) > number
        with books.engine.begin() as conn:
            assert read_tip(conn).swept < number  # not passed: it may still come
        books.earn("mbr_c", 5)
        assert seal(books) == 1
        assert sound(books)
        late.commit()
    assert seal(books) == 1
    assert ids(books, SEALED) == ids(books, ALL)
    with books.engine.begin() as conn:
        chain = verify_seals(conn)
        assert (chain.unsealed, chain.differences) == (0, [])


def test_one_that_is_rolled_back_does_not_hold_the_sealer_for_ever(books: Books) -> None:
    with books.engine.connect() as never:
        earn(never, "never", "mbr_n")
        books.earn("mbr_a", 5)
        seal(books)
        never.rollback()
    books.earn("mbr_a", 5)
    seal(books)
    with books.engine.begin() as conn:
        assert read_tip(conn).swept == max(ids(books, ALL))


def test_a_long_reader_does_not_hold_the_sealer(books: Books) -> None:
    with books.engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM postings"))
        books.earn("mbr_a", 5)
        seal(books)
        with books.engine.begin() as conn:
            assert read_tip(conn).swept == max(ids(books, ALL))


def test_a_writer_that_ends_between_two_looks_is_not_swept_over(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """It commits a lower id after the unsealed ones were read and before the writers are looked at again."""
    from ledger import seal as sealer

    late = books.engine.connect()
    earn(late, "late", "mbr_late")
    books.earn("mbr_a", 5)
    keep = sealer._keep

    def keep_and_let_commit(*given: object) -> list[bytes]:
        late.commit()
        return keep(*given)

    monkeypatch.setattr(sealer, "_keep", keep_and_let_commit)
    with books.engine.begin() as conn:
        seal_next(conn, NOW)
    monkeypatch.undo()
    late.close()
    (number,) = ids(books, "SELECT id FROM postings WHERE key = 'late'")
    with books.engine.begin() as conn:
        assert read_tip(conn).swept == number - 1
    assert seal(books) == 1
    assert ids(books, SEALED) == ids(books, ALL) and sound(books)


def test_two_sealers_at_once_make_one_chain(books: Books) -> None:
    for number in range(40):
        books.earn(f"mbr_{number}", 1)
    with books.engine.connect() as first:
        assert seal_next(first, NOW, 10) is not None
        with books.engine.begin() as second:
            assert seal_next(second, NOW, 10) is None  # somebody is at it
        first.commit()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: seal(books, limit=3), range(3)))
    seal(books)
    assert ids(books, SEALED) == ids(books, ALL) and sound(books)


def test_a_sealer_that_dies_leaves_nothing_half_done(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger import seal as sealer

    books.earn("mbr_a", 1)
    monkeypatch.setattr(sealer, "_row", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError), books.engine.begin() as conn:
        seal_next(conn, NOW)
    monkeypatch.undo()
    assert ids(books, SEALED) == []
    assert seal(books) == 1 and sound(books)


def test_sealing_while_everybody_posts(books: Books) -> None:
    def post(writer: int) -> None:
        for number in range(25):
            books.earn(f"mbr_{writer}", 1 + number, days=number)

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(post, writer) for writer in range(3)]
        while not all(writer.done() for writer in writers):
            seal(books, limit=7)
        for writer in writers:
            writer.result()
    seal(books)
    assert ids(books, SEALED) == ids(books, ALL) and sound(books)


def test_every_account_of_a_programme_is_sealed_once_with_its_first_posting(books: Books) -> None:
    books.earn("mbr_a", 5)
    seal(books)
    new_books(books.engine, "prg_test2")
    books.earn("mbr_a", 5)
    books.earn("mbr_b", 5)
    seal(books)
    with books.engine.begin() as conn:
        known = set(conn.execute(text("SELECT id FROM accounts")).scalars())
        assert set(conn.execute(text("SELECT account FROM seal_accounts")).scalars()) == known


def test_a_seal_cannot_be_changed_nor_can_the_service_forge_the_past(books: Books, owner: Engine) -> None:
    seal(books)
    for table in ("seal_blocks", "seal_postings", "seal_accounts"):
        for change in (f"UPDATE {table} SET height = height", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            for engine, why in ((owner, "append-only"), (books.engine, "permission denied")):
                with engine.connect() as conn, pytest.raises(DBAPIError, match=why):
                    conn.execute(text(change))


def test_the_time_of_a_block_is_the_clocks(books: Books) -> None:
    with books.engine.begin() as conn:
        seal_next(conn, NOW + timedelta(days=3))
        assert conn.execute(text("SELECT sealed_at FROM seal_blocks")).scalar_one() == NOW + timedelta(days=3)
