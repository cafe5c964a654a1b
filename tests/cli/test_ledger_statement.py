"""A statement that is handed out: what is printed, what its code says, and what a stranger can check with one file."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import Connection, text

from bot.statement import make_statement
from bot.statement_pdf import LINES_A_PAGE, statement_pdf
from ledger import offline_verifier
from ledger.offline_verifier import Refuted, check
from ledger.prove import SealBroken
from tests.cli.contract import promises
from tests.cli.lived import Lived, lived
from tests.ledger.books import Books, new_books
from tests.ledger.test_seal import seal
from tests.servers import Database, cloned

PHONE = "+919812345678"


@pytest.fixture(scope="module")
def sealed(admin: Connection, database_template: str) -> Iterator[Lived]:
    with cloned(admin, database_template) as url, lived(url) as line:
        yield line


def printed(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(document[n].get_textpage().get_text_range() for n in range(len(document)))


def test_it_is_written_with_its_proof_and_a_stranger_can_check_it(sealed: Lived, tmp_path: Path) -> None:
    out = tmp_path / "ramesh.pdf"
    made = sealed.data("ledger", "statement-pdf", PHONE, "--out", out)
    promise = promises()["ledger statement-pdf"]
    assert promise.differences(made) == [] and promise.unexplained() == set()
    words = printed(out.read_bytes())
    page = sealed.data("member", "show", PHONE)
    assert f"{made['available']} points available, {made['held']} held" in words
    assert made["head"][:32] in words and page["member"] in words
    assert "Ramesh" not in words + Path(made["proof"]).read_text() and "98123" not in words + Path(made["proof"]).read_text()
    program = tmp_path / "verify.py"
    program.write_text(sealed("ledger", "verifier").stdout)

    def run(*given: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", str(program), made["proof"], *given]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    code, said = run("--qr", made["qr"])
    assert code == 0 and "the totals add up" in said and "the printed code and this proof say the same" in said
    assert run("--qr", made["qr"].replace('"available":', '"available":1'))[0] == 1
    assert run("--qr", "{}") == (1, "NOT PROVEN: the printed code is not that of a statement\n")
    assert run("--qr", "{")[0] == 2
    again = sealed.data("ledger", "statement-pdf", made["member"], "--out", tmp_path / "by_id.pdf", "--last", "1")
    assert (again["postings"], again["available"], again["head"]) == (1, made["available"], made["head"])


def test_the_printed_code_can_be_read_from_the_page(sealed: Lived, tmp_path: Path) -> None:
    made = sealed.data("ledger", "statement-pdf", PHONE, "--out", tmp_path / "a.pdf")
    document = pypdfium2.PdfDocument((tmp_path / "a.pdf").read_bytes())
    image = document[len(document) - 1].render(scale=3).to_numpy()
    assert made["qr"] in [code.text for code in zxingcpp.read_barcodes(image)]


def test_what_cannot_be_done_is_said_in_one_line(sealed: Lived, tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    assert "nobody has written" in sealed.refusal("ledger", "statement-pdf", "+919000000000", "--out", out)
    assert "there is no member" in sealed.refusal("ledger", "statement-pdf", "mbr_nobody", "--out", out)
    assert "cannot be written" in sealed.refusal("ledger", "statement-pdf", PHONE, "--out", tmp_path / "no" / "a.pdf")
    sealed.misuse("ledger", "statement-pdf", PHONE)
    sealed.misuse("ledger", "statement-pdf", PHONE, "--out", out, "--last", "0")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def books(database: Database) -> Books:
    made = new_books(database.engine, "prg_test")
    for number in range(40):
        made.earn("mbr_a", 10 + number, days=number + 1)
        made.earn("mbr_b", 3)
    made.hold("mbr_a", 200, "h1")
    made.burn("mbr_a", "h1")
    seal(made, limit=20)
    return made


def proof_of(books: Books, last: int = 1_000) -> Any:
    with books.engine.connect() as conn:
        return make_statement(conn, "prg_test", "mbr_a", last)


def test_many_lines_go_over_pages_and_the_same_statement_gives_the_same_bytes(books: Books) -> None:
    made = proof_of(books)
    assert (len(made.lines), dict(made.opening), dict(made.closing)) == (
        42, {"available": 0, "held": 0}, {"available": 1_180 - 200, "held": 0},
    )  # fmt: skip
    assert statement_pdf(made) == statement_pdf(proof_of(books))
    assert len(made.lines) > LINES_A_PAGE and "page 2 of 2" in printed(statement_pdf(made))


def test_a_part_opens_with_what_was_there_before(books: Books) -> None:
    made = proof_of(books, last=3)
    assert made.opening == {"available": 1_180 - 49, "held": 0}
    assert [(line.reason, line.points, line.held, line.balance) for line in made.lines] == [
        ("earn", 49, 0, 1_180), ("hold", -200, 200, 980), ("burn", 0, -200, 980),
    ]  # fmt: skip


def test_what_is_not_sealed_yet_is_counted_and_left_out(books: Books) -> None:
    books.earn("mbr_a", 5)
    made = proof_of(books)
    assert (made.unsealed, len(made.lines), made.closing["available"]) == (1, 42, 980)
    assert "not sealed yet and not on this page: 1" in printed(statement_pdf(made))


def test_a_posting_left_out_or_a_total_bent_is_refuted(books: Books) -> None:
    proof = json.loads(json.dumps(proof_of(books).proof))
    assert len(check(proof)) == 2
    bends: list[Any] = [lambda p, n=n: p["postings"].pop(n) for n in (0, 5, 41)]
    sums = [(side, name) for side in ("opening", "closing") for name in ("available", "held")]
    bends += [lambda p, side=side, name=name: p["statement"][side].update({name: 7}) for side, name in sums]
    bends += [lambda p: p["postings"].reverse(), lambda p: p["postings"].append(p["postings"][-1])]
    for bend in bends:
        for mend_root in (False, True):  # who leaves one out also computes the root anew
            bent = copy.deepcopy(proof)
            bend(bent)
            if mend_root:
                bent["statement"]["root"] = offline_verifier.root_of([one["leaf"] for one in bent["postings"]])
            if mend_root and bent["postings"] == proof["postings"][1:]:
                bent["statement"]["opening"]["available"] = 0  # not the 10 that the posting left out brought
            if mend_root and bent["postings"] == proof["postings"][:-1]:
                continue  # the newest left out is an older statement: the printed totals and root tell
            with pytest.raises(Refuted):
                check(bent)


def test_what_no_posting_bears_out_is_said_and_another_members_accounts_are_refuted(books: Books) -> None:
    proof = json.loads(json.dumps(proof_of(books, last=3).proof))
    proof["postings"] = proof["postings"][:1]
    proof["statement"] |= {"root": offline_verifier.root_of([proof["postings"][0]["leaf"]])}
    proof["statement"]["closing"] = {"available": 1_180, "held": 0}
    assert len(check(proof)) == 2
    proof["statement"]["opening"]["held"] = proof["statement"]["closing"]["held"] = 7
    assert check(proof)[-1] == "no posting here touches the points held: 7 is only stated"
    proof["statement"]["member"] = "mbr_b"
    with pytest.raises(Refuted, match="not this member's"):
        check(proof)


def test_a_balance_that_does_not_follow_from_the_postings_is_not_handed_out(books: Books) -> None:
    with books.engine.connect() as conn:
        conn.execute(text("SET LOCAL ROLE NONE"))
        conn.execute(text("UPDATE accounts SET credits = credits + 1 WHERE id = 'prg_test/member/mbr_a/available'"))
        with pytest.raises(SealBroken, match="available"):
            make_statement(conn, "prg_test", "mbr_a", 10)


def test_a_made_up_history_cannot_borrow_the_printed_code_through_its_closing(books: Books) -> None:
    printed_code = json.loads(proof_of(books).qr())
    forged = json.loads(json.dumps(proof_of(books).proof))
    forged["statement"]["closing"] |= {name: printed_code[name] for name in ("head", "block", "root", "postings", "member")}
    forged["head"]["hash"] = "00" * 32
    with pytest.raises(Refuted):
        offline_verifier.same_as_printed(forged, printed_code)
