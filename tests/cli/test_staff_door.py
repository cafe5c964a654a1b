"""`--as` away from development: a session of that colleague on this machine, and for money a fresh code."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from base import totp
from bot.cli.main import cli
from tests.cli.shop import SAMPLE, CommandLine
from tests.house import RAMESH, home
from tests.servers import Database
from tests.staff import PASSWORD, Colleague, hire

REAL = {"twilio_api_base_url": "https://api.twilio.com"}


class Line(CommandLine):
    def typed(self, lines: str, *words: object) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words], obj=self.house, input=lines)


@pytest.fixture
def shop(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A house that faces the real world, with Ramesh in it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with home(database.url, **REAL) as made:
        made.enrol()
        yield made


@pytest.fixture
def line(shop: Any) -> Line:
    return Line(shop.house)


def signed_in(line: Line, name: str, *roles: str) -> Colleague:
    who = hire(line.house, name, *roles)
    done = line.typed(f"{PASSWORD}\n{who.code()}\n", "staff", "sign-in", name)
    assert done.exit_code == 0, done.output
    return who


def test_the_first_admin_sets_up_themselves_and_then_nobody_can_without_a_name(line: Line) -> None:
    assert line("staff", "add", "asha", "--role", "admin").exit_code == 0
    assert line.typed(f"{PASSWORD}\n", "staff", "password", "asha").exit_code == 0
    uri = line.data("staff", "totp", "asha")["uri"]
    assert "otpauth://totp/Saathi:asha?secret=" in uri
    assert "say who does this" in line.refusal("staff", "totp", "asha")
    assert "--as" in line.refusal("staff", "add", "eve", "--role", "admin")
    assert "not signed in" in line.refusal("staff", "add", "eve", "--role", "admin", "--as", "asha")


def test_a_name_alone_is_not_enough_and_a_session_is(line: Line, tmp_path: Path) -> None:
    hire(line.house, "meera", "finance")
    refused = line.refusal("member", "show", RAMESH, "--as", "meera")
    assert "meera is not signed in here: ./saathi staff sign-in meera" in refused
    assert "say who does this" in line.refusal("member", "show", RAMESH)
    signed_in(line, "ravi", "support")
    assert line.data("member", "show", RAMESH, "--as", "ravi")["role"] == "electrician"
    file = tmp_path / "state" / "saathi" / "ravi"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_text().strip() not in json.dumps([str(row) for row in line.house.engine.connect().exec_driver_sql(
        "SELECT token_hash FROM staff_sessions")])  # fmt: skip
    assert "is signed out" in line("staff", "sign-out", "ravi").stdout
    assert "not signed in" in line.refusal("member", "show", RAMESH, "--as", "ravi") and not file.exists()


def test_one_colleagues_session_is_nobody_elses(line: Line, tmp_path: Path) -> None:
    signed_in(line, "ravi", "support")
    hire(line.house, "meera", "finance")
    place = tmp_path / "state" / "saathi"
    (place / "meera").write_text((place / "ravi").read_text())
    (place / "meera").chmod(0o600)
    assert "not signed in" in line.refusal("payouts", "approve", "pay_none", "--as", "meera")
    (place / "ravi").chmod(0o644)
    assert "can be read by others" in line.refusal("member", "show", RAMESH, "--as", "ravi")


def test_money_asks_for_a_fresh_code(line: Line, shop: Any) -> None:
    meera = signed_in(line, "meera", "finance")
    assert "there is no payout" in line.refusal("payouts", "approve", "pay_none", "--as", "meera")
    shop.forward(minutes=16)
    assert "add --code" in line.refusal("payouts", "approve", "pay_none", "--as", "meera")
    assert "does not fit" in line.refusal("payouts", "approve", "pay_none", "--as", "meera", "--code", "000000")
    code = meera.code()
    assert "there is no payout" in line.refusal("payouts", "approve", "pay_none", "--as", "meera", "--code", code)
    assert "there is no payout" in line.refusal("payouts", "release", "pay_none", "--as", "meera")
    shop.forward(minutes=16)
    assert "does not fit" in line.refusal("payouts", "approve", "pay_none", "--as", "meera", "--code", code)
    assert "there is no payout" in line.refusal("payouts", "hold", "pay_none", "--reason", "x", "--as", "meera")


def test_wrong_ones_are_one_line_and_leave_no_file(line: Line, tmp_path: Path) -> None:
    who = hire(line.house, "meera", "finance")
    for lines in (f"{PASSWORD}\n000000\n", f"wrong\n{who.code()}\n"):
        done = line.typed(lines, "staff", "sign-in", "meera")
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1) and "does not fit" in done.stderr
    for lines, told in (("", "no password came"), (f"{PASSWORD}\n", "no code")):
        assert told in line.typed(lines, "staff", "sign-in", "meera").stderr
    assert not list((tmp_path).rglob("meera"))
    for name in ("../../etc/passwd", "meera", "nobody"):
        assert "not signed in here" in line.refusal("staff", "sign-out", name)


def test_ones_own_password_and_a_colleagues(line: Line) -> None:
    asha, ravi = signed_in(line, "asha", "admin"), signed_in(line, "ravi", "support")
    done = line.typed("another ghat with lamps\n", "staff", "password", "ravi", "--as", "ravi")
    assert done.exit_code == 0, done.output
    assert "not signed in" in line.refusal("member", "show", RAMESH, "--as", "ravi")
    done = line.typed(f"another ghat with lamps\n{ravi.code()}\n", "staff", "sign-in", "ravi")
    assert done.exit_code == 0, done.output
    assert "may not do this" in line.refusal("staff", "totp", "asha", "--as", "ravi")
    assert "at least 12" in line.typed("short\n", "staff", "password", "ravi", "--as", "asha").stderr
    uri = line.data("staff", "totp", "ravi", "--as", "asha")["uri"]
    assert "not signed in" in line.refusal("member", "show", RAMESH, "--as", "ravi")
    assert uri.split("secret=")[1].split("&")[0] not in totp.uri(ravi.seed, "ravi") and asha.name == "asha"


def test_roles_off_and_on(line: Line) -> None:
    signed_in(line, "asha", "admin")
    signed_in(line, "ravi", "support")
    assert "ravi is on the staff: finance, ops" in line(
        "staff", "roles", "ravi", "--role", "ops", "--role", "finance", "--as", "asha").stdout  # fmt: skip
    assert "not signed in" in line.refusal("payouts", "hold", "pay_none", "--reason", "x", "--as", "ravi")
    assert "switched off" in line("staff", "off", "ravi", "--reason", "left", "--as", "asha").stdout
    assert "nobody on the staff" in line.refusal("member", "show", RAMESH, "--as", "ravi")
    assert "on the staff" in line("staff", "on", "ravi", "--as", "asha").stdout
    assert "only admin" in line.refusal("staff", "off", "asha", "--as", "asha")
    acts = line.data("staff", "audit", "--by", "asha", "--as", "asha")["audit"]
    done = [a["act"] for a in acts if a["act"] in ("staff.roles", "staff.off", "staff.on")]
    assert done == ["staff.on", "staff.off", "staff.roles"]
    off = next(a for a in acts if a["act"] == "staff.off")
    assert (off["before"]["active"], off["after"]["active"], off["reason"]) == (True, False, "left")


def test_reading_about_people_is_on_record(line: Line) -> None:
    signed_in(line, "ravi", "support")
    signed_in(line, "asha", "admin")
    member = line.data("member", "show", RAMESH, "--as", "ravi")["member"]
    line("journal", "show", RAMESH, "--as", "ravi")
    line("tax", "show", RAMESH, "--as", "ravi")
    line("ledger", "balance", RAMESH, "--as", "ravi")
    read = line.data("staff", "audit", "--by", "ravi", "--as", "asha")["audit"]
    assert {"member.read", "journal.read", "tax.read", "ledger.read_member"} <= {a["act"] for a in read}
    assert member in {a["subject"] for a in read} and "9812345678" not in json.dumps(read)


def test_what_is_worth_money_is_arranged_by_somebody(line: Line) -> None:
    signed_in(line, "ravi", "support")
    signed_in(line, "ops1", "ops")
    assert "say who does this" in line.refusal("programme", "publish", SAMPLE)
    assert "may not do this" in line.refusal("coupon", "issue", "--sku", "LED-9W", "--count", 1, "--as", "ravi")
    assert line("coupon", "issue", "--sku", "LED-9W", "--count", 1, "--as", "ops1").exit_code == 0
