"""`./saathi staff`: the first colleague is an admin, the rest are added by one, and everything they did is on record."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from base import staff
from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.house import SUNITA, home
from tests.servers import Database


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


class TestPhones:
    @pytest.fixture
    def staffed(self, saathi: CommandLine) -> CommandLine:
        first(saathi)
        for name in ("meera", "dev"):
            saathi("staff", "add", name, "--role", "ops", "--as", "asha")
        return saathi

    def test_an_admin_says_whose_it_is_and_it_is_shown_masked(self, staffed: CommandLine) -> None:
        assert "meera may not do this" in staffed.refusal("staff", "phone", "meera", "+919898989898", "--as", "meera")
        assert staffed("staff", "phone", "meera", "98989 89898", "--as", "asha").exit_code == 0
        found = {one["name"]: one["phone"] for one in staffed.data("staff", "list")["staff"]}
        assert found == {"asha": None, "dev": None, "meera": "+91••••••9898"}
        (told,) = [act for act in staffed.data("staff", "audit")["audit"] if act["act"] == "staff.phone"]
        assert (told["before"]["phone"], told["after"]) == (None, {"name": "meera", "phone": "+91••••••9898"})
        with staffed.house.engine.connect() as conn:
            assert staff.phones(conn) == {"+919898989898": "meera"}

    def test_it_is_one_colleagues_until_it_is_taken_from_them(self, staffed: CommandLine) -> None:
        staffed("staff", "phone", "meera", "+919898989898", "--as", "asha")
        assert "is meera's" in staffed.refusal("staff", "phone", "dev", "+919898989898", "--as", "asha")
        assert staffed("staff", "phone", "meera", "none", "--as", "asha").exit_code == 0
        assert staffed("staff", "phone", "dev", "+919898989898", "--as", "asha").exit_code == 0
        assert staffed("staff", "phone", "dev", "+919898989898", "--as", "asha").exit_code == 0  # again: the same

    @pytest.mark.parametrize("phone", ["12", "hello", "+0123456789", "+91981234567890123", "IN.4566546130240823"])
    def test_what_is_no_phone(self, staffed: CommandLine, phone: str) -> None:
        assert "is no phone" in staffed.refusal("staff", "phone", "meera", phone, "--as", "asha")

    def test_typed_wrongly(self, staffed: CommandLine) -> None:
        assert staffed("staff", "phone", "meera", "--as", "asha").exit_code == 2
        assert "nobody on the staff" in staffed.refusal("staff", "phone", "nobody", "+919898989898", "--as", "asha")

    def test_roles_and_leave_change_no_phone(self, staffed: CommandLine) -> None:
        staffed("staff", "phone", "meera", "+919898989898", "--as", "asha")
        staffed("staff", "roles", "meera", "--role", "support", "--as", "asha")
        assert staffed.data("staff", "list")["staff"][-1]["phone"] == "+91••••••9898"


def test_whoever_asks_who_looked_at_a_member_is_told_of_their_conversations_too(database: Database) -> None:
    with home(database.url) as made:
        made.enrol()
        made.enrol(SUNITA)
        employ(made, "asha", "admin", "support")
        line = CommandLine(made.house)
        member = line.data("member", "show", "+919812345678", "--as", "asha")["member"]
        line("replay", "show", "+919812345678", "--as", "asha")
        line("replay", "show", SUNITA, "--as", "asha")
        acts = line.data("staff", "audit", "--subject", member)["audit"]
        talk = made.conversation().id
        assert [(act["act"], act["subject"]) for act in acts] == [("journal.read", talk), ("member.read", member)]
        assert [act["act"] for act in line.data("staff", "audit", "--subject", talk)["audit"]] == ["journal.read"]
        assert line.data("staff", "audit", "--subject", member, "--by", "nobody")["audit"] == []
