"""`./saathi staff`: the first colleague is an admin, the rest are added by one, and everything they did is on record."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.cli.shop import CommandLine


def first(saathi: CommandLine) -> None:
    assert saathi("staff", "add", "asha", "--role", "admin").exit_code == 0


def test_the_first_colleague_adds_the_others(saathi: CommandLine) -> None:
    assert "--role admin" in saathi.refusal("staff", "add", "meera", "--role", "finance")
    first(saathi)
    assert "--as" in saathi.refusal("staff", "add", "meera", "--role", "finance")
    saathi("staff", "add", "meera", "--role", "finance", "--role", "ops", "--as", "asha")
    people = saathi.data("staff", "list")["staff"]
    assert [(p["name"], p["roles"]) for p in people] == [("asha", ["admin"]), ("meera", ["finance", "ops"])]
    acts = [a for a in saathi.data("staff", "audit")["audit"] if a["act"] == "staff.add"]
    assert [(a["actor"], a["act"], a["after"]["name"]) for a in acts] == [
        ("asha", "staff.add", "meera"), ("system:first", "staff.add", "asha"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "meera", "--role", "finance", "--as", "nobody"), "nobody on the staff is called nobody"),
        (("add", "asha", "--role", "finance", "--as", "asha"), "there is a asha already"),
        (("add", "Mee Ra", "--role", "finance", "--as", "asha"), "no name for --as"),
        (("add", "vik", "--role", "ops", "--as", "ravi"), "ravi may not do this: it needs the role admin"),
    ],
)
def test_an_order_that_cannot_be_followed_is_one_line(saathi: CommandLine, words: tuple[str, ...], told: str) -> None:
    first(saathi)
    saathi("staff", "add", "ravi", "--role", "support", "--as", "asha")
    assert told in saathi.refusal("staff", *words)
    assert len(saathi.data("staff", "list")["staff"]) == 2


def test_the_audit_log_cannot_be_changed(saathi: CommandLine) -> None:
    first(saathi)
    for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError), saathi.house.engine.begin() as conn:
            conn.execute(text(change))
