"""Signing in: all three or nothing, the same answer for everything that is wrong, codes once, tries counted, sessions end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from base import passwords, sessions, staff, staff_proofs
from base.sessions import Session
from base.sign_in import Door, sign_in, step_up
from base.staff import StaffError
from tests.house import Home, home
from tests.servers import Database
from tests.staff import PASSWORD, Colleague, hire


@pytest.fixture
def made(database: Database) -> Iterator[Home]:
    with home(database.url) as it:
        yield it


@pytest.fixture
def meera(made: Home) -> Colleague:
    hire(made.house, "asha", "admin")
    return hire(made.house, "meera", "finance")


def door(made: Home) -> Door:
    return Door(made.house.engine, made.house.clock, made.house.ids, lambda: made.house.keyring)


def look(made: Home, token: str, kind: str = "web") -> Session | None:
    with made.house.engine.begin() as conn:
        return sessions.look(conn, token, made.house.clock.now(conn), kind)


def test_name_password_and_code_together(made: Home, meera: Colleague) -> None:
    token = sign_in(door(made), "meera", PASSWORD, meera.code(), "web")
    assert token is not None
    session = look(made, token)
    assert session is not None and (session.name, session.roles) == ("meera", ("finance",))
    assert look(made, token, "cli") is None, "a browser's session is no terminal's"
    assert look(made, token + "x") is None and look(made, "") is None
    acts = made.rows("SELECT actor, act FROM audit WHERE act LIKE 'staff.sign%'")
    assert [tuple(row) for row in acts] == [("meera", "staff.sign_in")]


@pytest.mark.parametrize(
    ("name", "password", "right_code"),
    [("meera", "seven lamps over the ghaT", True), ("meera", PASSWORD, False), ("mera", PASSWORD, True), ("", "", False),
     ("meera", "", True), ("off", PASSWORD, True), ("bare", PASSWORD, True), ("x" * 5_000, "y" * 5_000, False),
     ("meera\x01'; --", PASSWORD, True)],
)  # fmt: skip
def test_whatever_is_wrong_nothing_is_given_and_the_password_is_looked_at_once(
    made: Home, meera: Colleague, monkeypatch: pytest.MonkeyPatch, name: str, password: str, right_code: bool
) -> None:
    hire(made.house, "off")
    with made.house.engine.begin() as conn:
        staff.change(conn, "off", act="staff.off", by="asha", at=made.at, active=False)
        staff.add(conn, staff_id="stf_bare", name="bare", roles=["ops"], by="asha", at=made.at)
    looked: list[str] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda typed, phc: looked.append(phc) or real(typed, phc))
    assert sign_in(door(made), name, password, meera.code() if right_code else "000000", "web") is None
    assert len(looked) == 1, "an unknown name takes as long as a known one"
    assert made.count("SELECT count(*) FROM staff_sessions") == 0


def test_a_code_counts_once(made: Home, meera: Colleague) -> None:
    older, code = meera.code(), meera.code()
    assert sign_in(door(made), "meera", PASSWORD, code, "web")
    assert sign_in(door(made), "meera", PASSWORD, code, "web") is None
    assert sign_in(door(made), "meera", PASSWORD, older, "web") is None, "nor does one from before it"


def test_of_many_at_once_with_one_code_one_gets_in(made: Home, meera: Colleague) -> None:
    code = meera.code()
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda _: sign_in(door(made), "meera", PASSWORD, code, "web"), range(4)))
    assert sum(token is not None for token in tokens) == 1


def test_five_wrong_ones_close_the_name_for_a_quarter_of_an_hour(made: Home, meera: Colleague) -> None:
    for _ in range(5):
        assert sign_in(door(made), "meera", "not that one at all", "000000", "web") is None
    assert sign_in(door(made), "meera", PASSWORD, meera.code(), "web") is None
    made.forward(minutes=14)
    assert sign_in(door(made), "meera", PASSWORD, meera.code(), "web") is None
    made.forward(minutes=2)
    assert sign_in(door(made), "meera", PASSWORD, meera.code(), "web") is not None
    assert sign_in(door(made), "asha", PASSWORD, "000000", "web") is None
    assert made.count("SELECT wrong FROM staff_tries WHERE locked_until IS NULL AND wrong > 0") == 1


def test_the_window_is_fifteen_minutes_and_a_right_one_forgives(made: Home, meera: Colleague) -> None:
    for wait in (0, 0, 0, 0, 16, 0, 0, 0):
        made.forward(minutes=wait)
        assert sign_in(door(made), "meera", "not that one at all", "000000", "web") is None
    assert sign_in(door(made), "meera", PASSWORD, meera.code(), "web") is not None
    for _ in range(4):
        sign_in(door(made), "meera", "not that one at all", "000000", "web")
    made.forward(minutes=1)
    assert sign_in(door(made), "meera", PASSWORD, meera.code(), "web") is not None


def test_many_at_once_are_not_more_than_five(made: Home, meera: Colleague) -> None:
    """Each counts before it is judged: the right one among twenty wrong ones at once is refused as well."""
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: sign_in(door(made), "meera", "not that one at all", "000000", "web"), range(10)))
    assert made.count("SELECT count(*) FROM audit WHERE act = 'staff.sign_in_refused'") == 5
    assert sign_in(door(made), "meera", PASSWORD, meera.code(), "web") is None


def test_names_that_nobody_has_fill_no_table_and_are_not_kept(made: Home, meera: Colleague) -> None:
    for number in range(30):
        sign_in(door(made), f"hunter2-{number}", "x", "1", "web")
    rows = made.rows("SELECT who FROM staff_tries")
    assert all(row.who.startswith("nobody/") and len(row.who) == len("nobody/") + 3 for row in rows)
    assert made.count("SELECT count(*) FROM audit WHERE actor = 'system:door'") == 0


def test_a_session_ends_without_use_and_after_twelve_hours(made: Home, meera: Colleague) -> None:
    token = sign_in(door(made), "meera", PASSWORD, meera.code(), "web") or ""
    for _ in range(23):
        made.forward(minutes=29)
        assert look(made, token) is not None
    made.forward(minutes=31)
    assert look(made, token) is None
    made.forward(minutes=-31)
    assert look(made, token) is None, "it ended for good"
    token = sign_in(door(made), "meera", PASSWORD, meera.code(), "web") or ""
    for _ in range(25):
        made.forward(minutes=29)
        alive = look(made, token) is not None
    assert not alive, "not even with use"


@pytest.mark.parametrize("change", ["password", "totp", "roles", "off"])
def test_a_session_ends_when_what_it_stood_on_changes(made: Home, meera: Colleague, change: str) -> None:
    tokens = [sign_in(door(made), "meera", PASSWORD, meera.code(), kind) or "" for kind in ("web", "cli")]
    with made.house.engine.begin() as conn:
        match change:
            case "password":
                staff_proofs.set_password(conn, made.house.keyring, meera.staff, PASSWORD + " too", by="meera", at=made.at)
            case "totp":
                staff_proofs.new_seed(conn, made.house.keyring, meera.staff, by="meera", at=made.at)
            case "roles":
                staff.change(conn, "meera", act="staff.roles", by="asha", at=made.at, roles=["ops"])
            case "off":
                staff.change(conn, "meera", act="staff.off", by="asha", at=made.at, active=False)
    assert [look(made, token, kind) for token, kind in zip(tokens, ("web", "cli"), strict=True)] == [None, None]


def test_a_fresh_code_counts_for_fifteen_minutes(made: Home, meera: Colleague) -> None:
    token = sign_in(door(made), "meera", PASSWORD, meera.code(), "web") or ""
    made.forward(minutes=16)
    session = look(made, token)
    assert session is not None and not session.proven(made.at)
    assert not step_up(door(made), session, "000000")
    code = meera.code()
    assert step_up(door(made), session, code) and not step_up(door(made), session, code)
    again = look(made, token)
    assert again is not None and again.proven(made.at) and not again.proven(made.at + timedelta(minutes=15))


def test_guessing_codes_closes_the_name_too(made: Home, meera: Colleague) -> None:
    token = sign_in(door(made), "meera", PASSWORD, meera.code(), "web") or ""
    session = look(made, token)
    assert session is not None
    for _ in range(5):
        assert not step_up(door(made), session, "000000")
    assert not step_up(door(made), session, meera.code())


def test_a_dump_proves_nobody(made: Home, meera: Colleague) -> None:
    token = sign_in(door(made), "meera", PASSWORD, meera.code(), "web") or ""
    sign_in(door(made), "meera", "typed into the wrong house", "123123", "web")
    dump = made.every_row()
    seed = (meera.seed.decode("latin-1"), meera.seed.hex())
    secrets = (PASSWORD, token, *seed, "argon2", "typed into the wrong house", "123123")
    assert [secret for secret in secrets if secret in dump] == []


def test_there_is_always_an_admin(made: Home, meera: Colleague) -> None:
    for words in ({"active": False}, {"roles": ["ops"]}):
        with pytest.raises(StaffError, match="only admin"), made.house.engine.begin() as conn:
            staff.change(conn, "asha", act="staff.roles", by="asha", at=made.at, **words)  # type: ignore[arg-type]  # one of two fields
    hire(made.house, "bela", "admin")
    with made.house.engine.begin() as conn:
        staff.change(conn, "asha", act="staff.off", by="bela", at=made.at, active=False)
    with pytest.raises(StaffError, match="only admin"), made.house.engine.begin() as conn:
        staff.change(conn, "bela", act="staff.off", by="bela", at=made.at, active=False)


def test_two_admins_who_switch_each_other_off_at_once_leave_one(made: Home, meera: Colleague) -> None:
    hire(made.house, "bela", "admin")

    def off(name: str) -> bool:
        try:
            with made.house.engine.begin() as conn:
                staff.change(conn, name, act="staff.off", by="system:test", at=made.at, active=False)
        except StaffError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(off, ["asha", "bela"])) == [False, True]
    assert made.count("SELECT count(*) FROM staff WHERE active AND 'admin' = ANY(roles)") == 1
