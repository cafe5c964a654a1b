"""A proof convinces somebody who has only the head, and nothing that was changed in it does."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ledger import offline_verifier, points
from ledger.offline_verifier import Refuted, check
from ledger.prove import NotSealed, SealBroken, prove
from ledger.seal_rows import Reader
from tests.ledger.books import NOW, Books
from tests.ledger.test_seal import ids, seal

NASTY = "quote \" backslash \\ tab \t line \n bell \x07 del \x7f राम \u2028 😀 </script>"


@pytest.fixture
def proven(books: Books) -> tuple[Books, dict[str, Any]]:
    """Thirteen blocks; the proof is of a posting in the third."""
    for number in range(25):
        books.earn(f"mbr_{number % 2}", 1 + number, days=number)
    seal(books, limit=2)
    with books.engine.begin() as conn:
        return books, prove(conn, [6]).plain()


def test_it_holds_and_names_the_head(proven: tuple[Books, dict[str, Any]]) -> None:
    books, proof = proven
    proof = json.loads(json.dumps(proof))
    (said,) = check(proof, proof["head"]["hash"])
    assert said == f"1 postings are sealed under block 13, {proof['head']['hash']}"
    assert [header["height"] for header in proof["headers"]] == [13, 12, 8, 7, 6, 4, 3]
    with books.engine.begin() as conn:
        assert proof["head"]["hash"] == conn.execute(text("SELECT hash FROM seal_blocks WHERE height = 13")).scalar_one().hex()


def test_every_posting_can_be_proven(proven: tuple[Books, dict[str, Any]]) -> None:
    books, _ = proven
    with books.engine.begin() as conn:
        assert len(check(prove(conn, ids(books, "SELECT id FROM postings")).plain())) == 1


def leaves_of(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves_of(value[key], (*at, key))
    else:
        yield at


def test_whatever_is_changed_in_it_no_longer_holds(proven: tuple[Books, dict[str, Any]]) -> None:
    _, proof = proven
    head = proof["head"]["hash"]
    places = list(leaves_of(proof))
    assert len(places) > 50
    for place in places:
        bent = copy.deepcopy(proof)
        *way, last = place
        inner = bent
        for key in way:
            inner = inner[key]
        value = inner[last]
        inner[last] = value + 1 if isinstance(value, int) else value[:-1] + ("0" if value[-1:] != "0" else "1")
        with pytest.raises((Refuted, KeyError, ValueError)):
            check(bent, head)


def test_another_head_is_not_believed(proven: tuple[Books, dict[str, Any]]) -> None:
    with pytest.raises(Refuted, match="another head"):
        check(proven[1], "0" * 64)


def test_headers_that_are_missing_or_another_chains_are_named(proven: tuple[Books, dict[str, Any]]) -> None:
    proof = proven[1]
    for missing in range(1, len(proof["headers"])):
        bent = copy.deepcopy(proof)
        del bent["headers"][missing]
        with pytest.raises(Refuted, match=r"missing|does not lead"):
            check(bent)


def test_what_is_not_sealed_cannot_be_proven(books: Books) -> None:
    with books.engine.begin() as conn:
        for number in (1, 999):
            with pytest.raises(NotSealed, match=f"not sealed yet: posting {number}"):
                prove(conn, [number])


def test_what_was_changed_cannot_be_proven(proven: tuple[Books, dict[str, Any]], owner: Engine) -> None:
    with owner.connect() as conn:
        conn.execute(text("ALTER TABLE moves DISABLE TRIGGER ALL"))
        conn.execute(text("UPDATE moves SET amount = amount + 1 WHERE posting_id = 6"))
        with pytest.raises(SealBroken, match="posting 6 is not what block 3 sealed"):
            prove(conn, [6])


def test_postgres_and_python_write_the_same_bytes(books: Books) -> None:
    with books.engine.begin() as conn:
        points.earn(
            conn, key=f"key {NASTY}", programme_id="prg_test", member_id=f"mbr {NASTY.replace('/', '')}", points=9_999,
            expires_at=NOW + timedelta(microseconds=1), happened_at=NOW, recorded_at=NOW, facts={"note": NASTY, "n": 1.50},
        )  # fmt: skip
        reader = Reader(conn)
        accounts = conn.execute(text("SELECT id FROM accounts")).scalars().all()
        forms = [*reader.forms("posting", [1, 2]).values(), *reader.forms("account", accounts).values()]
    assert len(forms) == 2 + len(accounts)
    for form in forms:
        assert offline_verifier.encoded(json.loads(form)) == form.encode()


def test_the_verifier_is_one_file_that_needs_nothing_of_ours(proven: tuple[Books, dict[str, Any]], tmp_path: Path) -> None:
    program, file, bad = tmp_path / "verify.py", tmp_path / "proof.json", tmp_path / "bad.json"
    program.write_text(Path(offline_verifier.__file__).read_text())
    proof = proven[1]
    file.write_text(json.dumps(proof, indent=1))
    bad.write_text(json.dumps(proof).replace('"amount": 5', '"amount": 50'))

    def run(*words: object) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", str(program), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        return done.returncode, done.stdout + done.stderr

    assert run(file, "--head", proof["head"]["hash"])[0] == 0
    assert "without that, this proves nothing" in run(file)[1]
    assert run(file, "--head", "ab" * 32) == (1, "NOT PROVEN: the proof leads to another head than the one given\n")
    assert run(bad) == (1, "NOT PROVEN: posting 6 is not what block 3 sealed\n")
    (tmp_path / "no.json").write_text("{")
    (tmp_path / "odd.json").write_text('{"format": "saathi proof 1", "headers": 5}')
    (tmp_path / "list.json").write_text("[]")
    assert run(tmp_path / "no.json")[0] == 2 and run(tmp_path / "none.json")[0] == 2
    for odd in ("odd.json", "list.json"):
        code, said = run(tmp_path / odd)
        assert code == 1 and said.startswith("NOT PROVEN: the proof is damaged") and "Traceback" not in said
