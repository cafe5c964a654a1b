"""`./saathi member supplier`: whom somebody buys from, told by staff, on record, and what campaigns choose people by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaigns import audience
from campaigns.audience import Audience
from campaigns.expression import parse
from loyalty.programme_rows import published_ids
from tests.cli.shop import CommandLine
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database

PHONES = {RAMESH: "+919812345678", SUNITA: "+919898989898", "whatsapp:+919700000001": "+919700000001"}


@pytest.fixture
def saathi(database: Database) -> Iterator[tuple[CommandLine, Home]]:
    with home(database.url) as made:
        for who in PHONES:
            made.enrol(who)
        line = CommandLine(made.house)
        line("staff", "add", "asha", "--role", "admin")
        line("staff", "add", "ravi", "--role", "support", "--as", "asha")
        line("staff", "add", "meera", "--role", "finance", "--as", "asha")
        yield line, made


def below(at_home: Home, words: str) -> int:
    with at_home.house.engine.begin() as conn:
        return audience.size(conn, Audience(published_ids(conn)[0], parse(words), None, None), at_home.at)


def test_who_buys_from_whom_is_said_changed_and_taken_back(saathi: tuple[CommandLine, Home]) -> None:
    line, at_home = saathi
    ramesh, sunita, gopal = PHONES.values()
    order = ("member", "supplier")
    done = line(*order, ramesh, sunita, "--as", "ravi")
    assert done.exit_code == 0 and " buys from mbr_" in done.stdout
    assert line(*order, ramesh, sunita, "--as", "ravi").exit_code == 0  # again: nothing changes
    line(*order, sunita, gopal, "--as", "ravi")
    assert (below(at_home, f'parent = "{gopal}"'), below(at_home, f'under "{gopal}"')) == (1, 2)
    pages = [line.data("member", "show", one, "--as", "ravi") for one in (ramesh, sunita)]
    assert pages[0]["buys_from"] == pages[1]["member"]
    acts = [act for act in line.data("staff", "audit", "--by", "ravi")["audit"] if act["act"] == "member.supplier"]
    assert len(acts) == 2 and acts[-1]["before"] == {"supplier": None}
    assert line(*order, ramesh, "nobody", "--as", "ravi").stdout.strip().endswith("buys from nobody we know")
    assert below(at_home, f'under "{gopal}"') == 1
    assert line.data("member", "show", ramesh, "--as", "ravi")["buys_from"] is None


def test_nobody_buys_from_themselves(saathi: tuple[CommandLine, Home]) -> None:
    line, _ = saathi
    ramesh, sunita, gopal = PHONES.values()
    order = ("member", "supplier")
    assert "nobody buys from themselves" in line.refusal(*order, ramesh, ramesh, "--as", "ravi")
    line(*order, ramesh, sunita, "--as", "ravi")
    line(*order, sunita, gopal, "--as", "ravi")
    assert "nobody buys from themselves" in line.refusal(*order, gopal, ramesh, "--as", "ravi")


def test_what_is_wrong_is_told(saathi: tuple[CommandLine, Home]) -> None:
    line, _ = saathi
    ramesh, sunita, _gopal = PHONES.values()
    assert "SUPPLIER" in line.misuse("member", "supplier", ramesh, "--as", "ravi")
    assert "nobody has written from" in line.refusal("member", "supplier", ramesh, "+919800000000", "--as", "ravi")
    assert "there is no member mbr_x" in line.refusal("member", "supplier", ramesh, "mbr_x", "--as", "ravi")
    assert "needs the role" in line.refusal("member", "supplier", ramesh, sunita, "--as", "meera")
