"""Sealing, proving and verifying by hand, in a house that has lived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.clock import TIMERS
from bot.seal import seal
from ledger.offline_verifier import check
from tests.cli.contract import promises
from tests.cli.lived import Lived, lived
from tests.cli.shop import CommandLine
from tests.servers import cloned

PROMISES = promises()


@pytest.fixture(scope="module")
def sealed(admin: Connection, database_template: str) -> Iterator[Lived]:
    with cloned(admin, database_template) as url, lived(url) as line:
        line.data("ledger", "seal")
        yield line


def number_of(line: CommandLine, reason: str) -> int:
    with line.house.engine.connect() as conn:
        query = text("SELECT min(id) FROM postings WHERE reason = :reason")
        return int(conn.execute(query, {"reason": reason}).scalar_one())


def test_sealing_prints_the_head_and_again_does_nothing(sealed: Lived) -> None:
    again = sealed.data("ledger", "seal")
    promise = PROMISES["ledger seal"]
    assert promise.differences(again) == [] and promise.unexplained() == set()
    assert (again["sealed"], again["blocks"], again["height"]) == (0, 0, 1)
    assert f"0 postings sealed; head: block 1 {again['head']}\n" == sealed("ledger", "seal").stdout
    checked = sealed.data("ledger", "verify", "--head", again["head"])
    assert PROMISES["ledger verify"].differences(checked) == []
    assert (checked["differences"], checked["sealed"]["unsealed"], checked["sealed"]["head"]) == ([], 0, again["head"])
    assert f"head: block 1 {again['head']}\n" in sealed("ledger", "verify").stdout


def test_a_proof_is_as_promised_and_checks_out(sealed: Lived) -> None:
    proof = sealed.data("ledger", "prove", "--posting", number_of(sealed, "earn"))
    promise = PROMISES["ledger prove"]
    assert promise.differences(proof) == [] and promise.unexplained() == set()
    head = sealed.data("ledger", "seal")["head"]
    assert len(check(proof, head)) == 1
    assert f"block 1 {head}" in sealed("ledger", "prove", "--posting", number_of(sealed, "earn")).stdout


def test_the_verifier_is_printed_whole(sealed: Lived) -> None:
    from ledger import offline_verifier

    assert sealed("ledger", "verifier").stdout == Path(offline_verifier.__file__).read_text()


def test_what_cannot_be_done_is_said_in_one_line(sealed: Lived, saathi: CommandLine) -> None:
    assert "not sealed yet: posting 99999" in sealed.refusal("ledger", "prove", "--posting", 99999)
    sealed.misuse("ledger", "prove", "--posting", 2**63)
    sealed.misuse("ledger", "prove")
    for wrong in ("", "xyz", "ab" * 31, "zz" * 32):
        assert "64 hex digits" in sealed.misuse("ledger", "verify", "--head", wrong)
    assert saathi("ledger", "seal").stdout == "nothing is posted yet\n"
    assert saathi.data("ledger", "seal") == {"sealed": 0, "blocks": 0, "height": 0, "head": None}


def test_a_head_from_elsewhere_that_is_not_in_the_chain_is_a_difference(sealed: Lived) -> None:
    result = sealed("ledger", "verify", "--head", "ab" * 32, "--json")
    assert result.exit_code == 1
    (one,) = json.loads(result.stdout)["differences"]
    assert (one["check"], one["expected"]) == ("head kept elsewhere", "ab" * 32)


def test_a_changed_posting_is_named_and_cannot_be_proven(admin: Connection, database_template: str) -> None:
    with cloned(admin, database_template) as url, lived(url) as line:
        line.data("ledger", "seal")
        number = number_of(line, "earn")
        with line.house.engine.begin() as conn:
            conn.execute(text("SET LOCAL ROLE NONE"))
            conn.execute(text("ALTER TABLE postings DISABLE TRIGGER ALL"))
            back_dated = text("UPDATE postings SET happened_at = happened_at - interval '1 day' WHERE id = :id")
            conn.execute(back_dated, {"id": number})
        result = line("ledger", "verify")
        assert result.exit_code == 1 and f"posting against its seal: posting {number}: expected " in result.stdout
        assert result.stderr == "1 difference in the books: stop paying out and find their cause\n"
        assert "run `./saathi ledger verify`" in line.refusal("ledger", "prove", "--posting", number)


def test_the_clock_seals(sealed: Lived) -> None:
    (timer,) = [timer for timer in TIMERS if timer.name == "seal"]
    assert timer.run is seal and timer.run(sealed.house) == []
