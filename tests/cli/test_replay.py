"""`./saathi replay`: a conversation as its member saw it, recomputed, compared, stepped through, and kept as a test."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from base import audit
from bot import replay_other
from bot.cli.main import cli
from bot.replay_diff import differing
from flows.chat import parse, rewrite
from journal import drift
from tests.cli.lived import NAME, UTR, VPA, Lived, lived
from tests.cli.shop import CommandLine
from tests.house import RAMESH, SUNITA
from tests.servers import Database

PHONE = "+919812345678"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def living(database: Database) -> Iterator[Lived]:
    """A house of this test's own that has lived."""
    with lived(database.url) as line:
        yield line


def piped(line: CommandLine, typed: str, *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), obj=line.house, input=typed)


def test_where_are_my_points_is_answered_from_one_screen(read_only: Lived) -> None:
    told = read_only("replay", "show", PHONE, "--why").stdout
    assert "why credit: coupon/" in told and "coupon.points_per_product" in told
    assert re.search(r"ledger earn coupon/\d+: 100 PTS roshni/budget/\d+ -> roshni/member/mbr_\w+/available", told)
    assert "payout po_" in told or "payout pyt_" in told or re.search(r"payout \w+ paid, 60 points, 6000 paise", told)
    assert "redeem.Confirm" in told and "! RequestRedemption" in told
    assert "✓✓ read" in told and "delivered" not in told
    for planted in (NAME, NAME.split()[0], VPA, "9812345678", "411001"):
        assert planted not in told, planted


def test_the_page_as_json_has_the_same(read_only: Lived) -> None:
    page = read_only.data("replay", "show", PHONE, "--last", 3)
    assert len(page["turns"]) == 3 and page["turns_in_all"] > 8 and page["waiting"] == [] and page["erased"] is False
    paid = page["turns"][-1]
    assert paid["came"]["kind"] == "happening" and paid["entries"][0]["event"]["kind"] == "PayoutPaid"
    assert paid["entries"][0]["event"]["fields"]["utr"] == UTR
    reasons = [row["reason"] for row in paid["ledger"]]
    assert "burn" in reasons and "payout" in reasons
    assert NAME not in json.dumps(page)


def test_a_message_is_found_by_its_sid_with_what_stands_around_it(read_only: Lived) -> None:
    (row,) = read_only.home.rows("SELECT sid FROM outbox WHERE sid IS NOT NULL ORDER BY id LIMIT 1 OFFSET 3")
    page = read_only.data("replay", "show", row.sid)
    assert any(one["sid"] == row.sid for turn in page["turns"] for one in turn["told"])


def test_nobody_and_bad_times_are_one_line(read_only: Lived) -> None:
    assert "there is no conversation +919999999999" in read_only.refusal("replay", "show", "+919999999999")
    assert "there is no conversation \x1b" not in read_only.refusal("replay", "show", "\x1b[2Jx")
    assert "does not match the formats" in read_only.misuse("replay", "show", PHONE, "--from", "yesterday")
    assert "for people" in read_only.misuse("replay", "show", PHONE, "--follow", "--json")
    assert "say whose" in read_only.misuse("replay", "verify")


def test_to_unmask_takes_a_name_the_role_and_a_reason_and_is_kept(living: Lived) -> None:
    living("staff", "add", "asha", "--role", "support", "--as", "system")
    with living.house.engine.begin() as conn:
        from base import staff

        if staff.find(conn, "asha") is None:
            staff.add(conn, staff_id="stf_1", name="asha", roles=["support"], by="system:first", at=living.home.at)
        staff.add(conn, staff_id="stf_2", name="farid", roles=["finance"], by="system:first", at=living.home.at)
    show = ("replay", "show", PHONE, "--unmask")
    assert "say who does this" in living.refusal(*show, "they ask")
    assert "needs the role support" in living.refusal(*show, "they ask", "--as", "farid")
    assert "why you must see" in living.refusal(*show, "  ", "--as", "asha")
    told = living(*show, "they ask what they wrote", "--as", "asha").stdout
    assert NAME in told and VPA not in told
    with living.house.engine.connect() as conn:
        (act,) = [one for one in audit.read(conn, actor="asha") if one.act == "journal.unmask"]
    assert (act.subject, act.reason) == (living.home.conversation().id, "they ask what they wrote")


def test_verify_says_how_many_and_fails_on_drift(read_only: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = read_only.data("replay", "verify", "--all", "--jobs", 1)
    assert sums["drifts"] == [] and sums["conversations"] == 2 and sums["turns"] > 10
    assert read_only.data("replay", "verify", SUNITA)["turns"] == 1
    assert "answered today as it was then" in read_only("replay", "verify", PHONE).stdout
    really = drift.converse

    def silent(*given: object) -> object:
        turned = really(*given)  # type: ignore[arg-type]  # as it was called
        from dataclasses import replace

        return replace(turned, effects=())

    monkeypatch.setattr(drift, "converse", silent)
    result = read_only("replay", "verify", "--all", "--jobs", 1)
    assert result.exit_code == 1 and "docs/replay.md" in result.stderr and "words" in result.stdout
    result = read_only("replay", "verify", "--all", "--jobs", 1, "--json")
    assert result.exit_code == 1
    first = json.loads(result.stdout)["drifts"][0]
    assert first["what"] == "words" and first["now"] == "nothing" and first["first"]["turn"] >= 1


def test_step_walks_forward_and_back(read_only: Lived) -> None:
    told = piped(read_only, "n\np\n7\nn\nn\nx\n999999\nq\nn\n", "replay", "step", PHONE).stdout
    assert told.count("turn 1 of") == 2 and "turn 2 of" in told
    assert "turn 7 of" in told and "answer 2 of 2" in told
    assert "row      goes to: " in told and "effect   Say" in told and "before   redeem v" in told
    assert told.count("n: next, p: previous") == 2
    assert "that was the first turn" in piped(read_only, "p\n", "replay", "step", PHONE).stdout
    last = piped(read_only, "n\n", "replay", "step", PHONE, "--turn", "9999").stdout
    assert "that was the newest turn" in last or "answer 2 of" in last
    assert NAME not in told and VPA not in told


def golden(line: Lived, *more: object) -> str:
    result = line("replay", "to-test", PHONE, *more)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_golden_passes_at_once_and_names_nobody(read_only: Lived) -> None:
    page = golden(read_only)
    assert rewrite(page) == page
    for planted in (NAME, *NAME.split(), VPA, "ramesh", "9812345678", "411001", UTR, "roshni/member"):
        assert planted.casefold() not in page.casefold(), planted
    assert not re.search(r"\b(?:pyt|po|sec|mbr|cnv|con)_[0-9a-z]{20}", page)
    shown = [exchange.shown for exchange in parse(page).exchanges]
    assert shown[0] == "> hi" and "> redeem" in shown and "> 60" in shown and "> yes" in shown
    assert any(line.startswith("> (secret vpa") for line in shown)
    assert "! RequestRedemption" in page and "-> RedemptionRequested" in page and "~ PayoutPaid" in page


def test_a_golden_of_a_stretch_begins_where_the_conversation_stood(read_only: Lived, tmp_path: Path) -> None:
    out = tmp_path / "stretch.chat"
    assert golden(read_only, "--from-turn", 8, "--to-turn", 9, "--out", out) == ""
    page = out.read_text()
    assert rewrite(page) == page and 'standing {"$": "Session"' in page
    assert len(parse(page).exchanges) == 2


def test_a_golden_that_cannot_be_made_is_one_line(living: Lived) -> None:
    assert "has no such turns" in living.refusal("replay", "to-test", PHONE, "--from-turn", 5000)
    assert "cannot write" in living.refusal("replay", "to-test", PHONE, "--out", "/proc/nowhere/x.chat")
    living.home.change("UPDATE contacts SET data_key = NULL WHERE address = :who", who=RAMESH)
    assert "was erased" in living.refusal("replay", "to-test", PHONE)
    told = living("replay", "show", PHONE)
    assert told.exit_code == 0 and "erased: its key is gone" in told.stdout
    assert "its words are gone (erased)" in piped(living, "n\nq\n", "replay", "step", PHONE).stdout
    assert living.data("replay", "verify", "--all", "--jobs", 1)["gone"]["erased"] > 5


def test_a_half_migrated_database_is_one_line(living: Lived) -> None:
    from sqlalchemy import create_engine

    from base.db import psycopg_url

    engine = create_engine(psycopg_url(living.house.settings.database_url))
    with engine.begin() as conn:
        conn.exec_driver_sql("DROP TABLE payouts CASCADE")
    engine.dispose()
    assert "./saathi migrate" in living.refusal("replay", "show", PHONE)


# ---- against another revision ---------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """This checkout's flows as a repository of their own: a commit as they are, a branch with other words and rupees."""
    for part in replay_other.PARTS:
        subprocess.run(["cp", "-r", str(ROOT / part), str(tmp_path)], check=True)
    run(tmp_path, "init", "-q")
    commit(tmp_path, "as it is")
    run(tmp_path, "tag", "same")
    entry = tmp_path / "flows" / "entry.py"
    entry.write_text(entry.read_text().replace('Say("menu.again")', 'Say("thanks.welcome")'))
    prompts = tmp_path / "flows" / "redeem_prompts.py"
    prompts.write_text(prompts.read_text() + "\n_say = Say\ndef Say(key, values=None, lines=()):\n"
                       "    values = {k: v + 7 if k.endswith('_paise') else v for k, v in (values or {}).items()}\n"
                       "    return _say(key, values, lines)\n")  # fmt: skip
    commit(tmp_path, "other")
    run(tmp_path, "tag", "other")
    (tmp_path / "flows" / "entry.py").write_text("raise ImportError('half a flow')\n")
    commit(tmp_path, "broken")
    run(tmp_path, "tag", "broken")
    return tmp_path


def run(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True)


def commit(folder: Path, story: str) -> None:
    run(folder, "add", "-A")
    run(folder, "commit", "-qm", story)


@pytest.fixture
def compared(living: Lived, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Lived:
    from bot import replay_diff

    really = replay_diff.other
    monkeypatch.setattr(replay_diff, "other", lambda revision, _: really(revision, repository))
    living.home.write("xyzzy plugh")
    return living


def test_the_same_flows_answer_alike(compared: Lived) -> None:
    found = compared.data("replay", "diff", "--against", "same")
    assert found["parts"] == [] and found["answers"] > 10
    assert "both answer alike" in compared("replay", "diff", PHONE, "--against", "same", "--last", 3).stdout


def test_where_two_revisions_part_is_named_the_dearest_first(compared: Lived) -> None:
    parts = compared.data("replay", "diff", "--against", "other")["parts"]
    assert parts[0]["what"] == "rupees" and parts[0]["paise"] > 0
    assert {"rupees", "words"} <= {part["what"] for part in parts}
    assert [part["paise"] for part in parts] == sorted((part["paise"] for part in parts), reverse=True)
    assert any(part["there"] == "thanks.welcome" for part in parts)
    assert NAME not in json.dumps(parts)


def test_a_revision_that_cannot_be_asked_is_one_line(compared: Lived) -> None:
    assert "cannot be loaded: ImportError: half a flow" in compared.refusal("replay", "diff", "--against", "broken")
    for bad in ("nowhere", "--help-me", "same; rm -rf /", ""):
        assert "git knows no such flows" in compared.refusal("replay", "diff", f"--against={bad}")


def test_differences_of_two_answers() -> None:
    def said(**values: object) -> dict[str, object]:
        say = {"$": "Say", "key": "a", "values": values, "lines": []}
        return {"heard": {"$": "Said"}, "effects": [say], "after": {"frames": []}}

    assert differing(said(x=1), said(x=1)) is None
    assert differing(said(x=1, picture=""), said(x=1)) is None
    assert differing(said(x="a"), said(x="b")) == ("values", "a", "a")
    assert differing(said(amount_paise=1), said(amount_paise=2)) == ("rupees", "a", "a")
    assert differing(said(), {"fault": "x"}) == ("fault", "answers", "x")
    assert differing({"fault": "x"}, {"fault": "x"}) is None


