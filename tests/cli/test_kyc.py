"""`./saathi kyc`: the queue, one review, and the decisions, each with a name and on record; refusals are one line."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import turn
from tests.cli.lived import Lived
from tests.cli.test_contract import kept
from tests.house import SUNITA, home
from tests.reviews import PAN, card, waiting
from tests.servers import Database

STAFF = {"meera": "finance", "dev": "ops", "ravi": "support"}


@pytest.fixture
def line(database: Database) -> Iterator[Lived]:
    with home(database.url) as made:
        line = Lived(made.house, made)
        line("staff", "add", "asha", "--role", "admin")
        for name, role in STAFF.items():
            line("staff", "add", name, "--role", role, "--as", "asha")
        made.enrol()
        yield line


def test_the_queue_and_one_review_are_as_promised_and_masked(line: Lived) -> None:
    kept("kyc queue", {**line.data("kyc", "queue"), "reviews": []})
    line.home.enrol(SUNITA)
    waiting(line.home, SUNITA, name="SUNITA DEVI")
    review = waiting(line.home, why="duplicate", approvals=2)
    line.home.forward(minutes=25)
    printed = line.data("kyc", "queue")
    kept("kyc queue", printed)
    assert (printed["waiting"], printed["reviews"][1]["id"], printed["reviews"][1]["age_s"]) == (2, review, 1_500)
    line("kyc", "approve", review, "--as", "meera")
    page = line.data("kyc", "show", review, "--as", "ravi")
    kept("kyc show", page)
    assert (page["name"], page["given_name"], page["votes"][0]["by"]) == ("Ramesh Kumar", "RAMESH KUMAAR", "meera")
    words = line("kyc", "queue").stdout + line("kyc", "show", review).stdout + str(page) + str(printed)
    assert "25 min" in words and PAN not in words and "9812345678" not in words
    acts = line.data("staff", "audit", "--subject", review)["audit"]
    assert [(a["actor"], a["act"]) for a in acts] == [
        ("system:shell", "kyc.read"), ("ravi", "kyc.read"), ("meera", "kyc.approve"),
    ]  # fmt: skip


def test_the_photo_as_a_file_of_ones_own(line: Lived, tmp_path: Path) -> None:
    review, out = waiting(line.home, photo=card()), tmp_path / "card.jpg"
    assert "may not do this" in line.refusal("kyc", "show", review, "--picture", out, "--as", "ravi")
    assert line("kyc", "show", review, "--picture", out, "--as", "dev").exit_code == 0
    assert out.read_bytes() == card() and stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "is not written over" in line.refusal("kyc", "show", review, "--picture", out, "--as", "dev")
    assert "no photo" in line.refusal("kyc", "show", waiting(line.home), "--picture", tmp_path / "none.jpg", "--as", "dev")
    acts = line.data("staff", "audit", "--subject", review)["audit"]
    assert {a["act"] for a in acts} == {"kyc.read", "kyc.read_picture"}


def test_two_people_approve_where_two_must(line: Lived) -> None:
    review = waiting(line.home, approvals=2)
    kept("kyc approve", line.data("kyc", "approve", review, "--as", "meera"))
    assert "a second colleague must" in line.refusal("kyc", "approve", review, "--as", "meera")
    assert "the member is told" in line("kyc", "approve", review, "--as", "dev", "--note", "known shop").stdout
    assert "is approved" in line.refusal("kyc", "reject", review, "--reason", "not_yours", "--as", "dev")


def test_what_cannot_be_done_is_one_line(line: Lived) -> None:
    review = waiting(line.home)
    assert "ravi may not do this: it needs the role ops or finance" in line.refusal("kyc", "approve", review, "--as", "ravi")
    for verb, more in (("approve", ()), ("reject", ("--reason", "not_yours")), ("ask", ("--reason", "other"))):
        assert "there is no review rev_none" in line.refusal("kyc", verb, "rev_none", *more, "--as", "meera")
        assert "--as" in line.misuse("kyc", verb, review, *more)
    assert "there is no review" in line.refusal("kyc", "show", "rev_none")
    assert "--reason" in line.misuse("kyc", "reject", review, "--reason", "unreadable", "--as", "meera")
    assert "at most 500" in line.refusal("kyc", "approve", review, "--note", "x" * 501, "--as", "meera")
    assert line.data("kyc", "ask", review, "--reason", "unreadable", "--as", "ravi")["state"] == "asked"


def test_what_was_verified_is_asked_for_again_and_the_member_is_told(line: Lived) -> None:
    review = waiting(line.home)
    line("kyc", "approve", review, "--as", "meera")
    assert "may not do this" in line.refusal("kyc", "renew", "+919812345678", "--reason", "asked", "--as", "ravi")
    printed = line.data("kyc", "renew", "+919812345678", "--reason", "name_changed", "--as", "dev")
    kept("kyc renew", printed)
    assert printed["asked_again"] == ["pan"]
    turn.run(line.home.house, line.home.conversation().id)
    assert "once more" in line.home.said()[-1].body
    assert "nothing of" in line.refusal("kyc", "renew", "+919812345678", "--reason", "asked", "--as", "dev")
