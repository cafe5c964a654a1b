"""The privacy verbs: who may, what they print, what stands in the audit log, and what is promised of their JSON."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from bot import erase
from tests.cli.contract import promises
from tests.cli.lived import Lived
from tests.cli.shop import CommandLine
from tests.handlers.redeeming import ready, say
from tests.house import SUNITA, Home
from tests.privacy.life import NAME, PHONE, PLANTED, WORDS
from tests.privacy.planted import seen

ASKED = ("--reason", "asked for it by phone, called back on the shop's number")
BY = ("--as", "ravi")


def kept(name: str, printed: object) -> None:
    promise = promises()[name]
    assert promise.differences(printed) == [] and promise.unexplained() == set()


def test_what_is_promised_of_their_json(life: Lived) -> None:
    life("privacy", "erase", PHONE, *ASKED, *BY)
    kept("privacy report", life.data("privacy", "report"))
    kept("privacy consents", life.data("privacy", "consents", PHONE))
    kept("privacy erasures", life.data("privacy", "erasures"))
    kept("privacy access", life.data("privacy", "access", "--since", "2026-01-01"))
    kept("keys check", life.data("keys", "check"))
    kept("keys rotate", life.data("keys", "rotate"))
    kept("keys next", life.data("keys", "next"))


def test_consents_are_told_with_their_versions(life: Lived) -> None:
    (first, *_) = life.data("privacy", "consents", PHONE)["consents"]
    assert (first["kind"], first["given"], first["version"], first["locale"]) == ("notice", True, "1", "en")
    assert "nobody has written" in life.refusal("privacy", "consents", "+919800000000")


def test_an_export_is_for_support_on_record_and_never_over_another_file(life: Lived, tmp_path: Path) -> None:
    out = tmp_path / "ramesh.json"
    order = ("privacy", "export", PHONE, "--out", out)
    assert "--reason" in life.misuse(*order, *BY) and "--as" in life.misuse(*order, *ASKED)
    life("staff", "add", "meera", "--role", "finance", "--as", "asha")
    assert "needs the role support" in life.refusal(*order, *ASKED, "--as", "meera")
    assert not out.exists()
    assert life(*order, *ASKED, *BY).exit_code == 0
    held = json.loads(out.read_text())
    assert held["accounts"][0]["name"] == NAME and WORDS in str(held["messages"])
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "already" in life.refusal(*order, *ASKED, *BY)
    assert life("privacy", "export", PHONE, "--out", tmp_path / "ramesh.docx", *ASKED, *BY).exit_code == 0
    assert (tmp_path / "ramesh.docx").read_bytes().startswith(b"PK")
    acts = life.data("staff", "audit", "--by", "ravi")["audit"]
    assert [act["act"] for act in acts] == ["privacy.export"] * 2 and PHONE not in str(acts)


def test_staff_ask_the_member_is_told_and_may_stop_it(at_home: Home, office: CommandLine) -> None:
    ready(at_home, 1)
    order = ("privacy", "erase", PHONE, *ASKED)
    office("staff", "add", "meera", "--role", "finance", "--as", "asha")
    assert "needs the role support" in office.refusal(*order, "--as", "meera")
    assert "needs the role admin" in office.refusal(*order, "--now", *BY)
    done = office(*order, *BY)
    assert done.exit_code == 0 and "2026-01-12" in done.stdout
    at_home.write("menu")
    assert "my_data.announced" in at_home.told()
    assert say(at_home, "keep my data") == "my_data.kept"
    assert "nothing to stop" in office.refusal("privacy", "keep", PHONE, *ASKED, *BY)
    assert office(*order, *BY).exit_code == 0
    assert office("privacy", "keep", PHONE, *ASKED, *BY).exit_code == 0
    at_home.forward(days=8)
    assert erase.run_due(at_home.house) == 0
    stands = office("privacy", "erasures").stdout
    assert "stopped by ravi" in stands and "stopped by member" in stands


def test_at_once_is_an_admins_and_waits_for_payouts_alone(at_home: Home, office: CommandLine) -> None:
    ready(at_home)
    assert say(at_home, "redeem 100", "ramesh@okaxis", "yes") == "redeem.on_its_way"
    office("privacy", "erase", PHONE, *ASKED, *BY)
    waits = office("privacy", "erase", PHONE, *ASKED, "--now", "--as", "asha")
    assert waits.exit_code == 0 and "payouts on their way" in waits.stdout
    at_home.change("UPDATE payouts SET state = 'failed', settled_at = :at", at=at_home.at)
    assert erase.run_due(at_home.house) == 1
    assert "nobody has written" in office.refusal("privacy", "erase", PHONE, *ASKED, "--now", "--as", "asha")
    at_home.enrol(SUNITA)
    gone = office("privacy", "erase", "+919898989898", *ASKED, "--now", "--as", "asha")
    assert gone.exit_code == 0 and "1 accounts, 0 points given up" in gone.stdout
    acts = {act["act"] for act in office.data("staff", "audit")["audit"]}
    assert {"privacy.erase", "privacy.keep", "privacy.erased"} <= acts


def test_a_breach_report_names_whose_data_of_which_kinds_masked_and_harmless(life: Lived, tmp_path: Path) -> None:
    out = tmp_path / "breach.csv"
    order = ("privacy", "breach", "--since", "2026-01-01", "--out", out)
    assert "needs the role admin" in life.refusal(*order, *ASKED, *BY)
    life("privacy", "export", PHONE, "--out", tmp_path / "x.json", *ASKED, *BY)
    life.home.change("UPDATE conversations SET id = id")  # nothing changes by being looked at
    assert life(*order, *ASKED, "--as", "asha").exit_code == 0
    raw = out.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and seen({**PLANTED, "phone": PHONE}, iter([("csv", raw)])) == []
    (row,) = csv.DictReader(out.read_text("utf-8-sig").splitlines())
    assert row["phone"].startswith("'+91") and row["phone"].endswith("5678")  # no formula in a spreadsheet
    assert (row["identity"], row["photos"], row["bills"], row["pans"], row["pin"], row["payouts"]) == (
        "yes", "1", "1", "1", "yes", "2",
    )  # fmt: skip
    assert row["payment_details"] == "2" and row["touched_by"] == "ravi"
    only = tmp_path / "only.csv"
    life(*order[:-1], only, "--staff", "nobody", *ASKED, "--as", "asha")
    assert len(only.read_text("utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "", "01-02-2026"])
def test_a_day_that_is_none_is_wrong_usage(office: CommandLine, day: str) -> None:
    assert "is no day" in office.misuse("privacy", "access", "--since", day)


def test_who_read_what(life: Lived, tmp_path: Path) -> None:
    life("privacy", "export", PHONE, "--out", tmp_path / "x.json", *ASKED, *BY)
    rows = life.data("privacy", "access", "--since", "2026-01-01", "--staff", "ravi")["access"]
    assert [(row["actor"], row["act"], row["times"]) for row in rows] == [("ravi", "privacy.export", 1)]
    assert life.data("privacy", "access", "--since", "2026-02-01")["access"] == []
    assert "privacy.export" in life("privacy", "access", "--since", "2026-01-01").stdout
