"""docs/contract.md holds: each example is what is printed, key by key; nothing is left out on either side."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import click
import pytest
from click.testing import CliRunner

from bot import replay_diff
from bot.cli.main import cli
from bot.replay_diff import Part
from journal.drift import Where
from ocr import __main__ as reader
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.cli.contract import Promise, promises
from tests.cli.lived import Lived
from tests.cli.shop import SAMPLE, CommandLine, command_line
from tests.house import home
from tests.pictures import Camera, links, take
from tests.servers import Database

PROMISES = promises()
PHONE = "+919812345678"
# figures of a machine, for people
BENCHES = ("turns", "eyes", "bills", "ledger", "guard", "replay", "campaign")
NOT_PROMISED = {f"bench {name}" for name in BENCHES} | {"simulate"}


def kept(name: str, printed: Any) -> None:
    promise = PROMISES[name]
    assert promise.example() is not None
    assert promise.differences(printed) == [] and promise.unexplained() == set()


@pytest.mark.parametrize(
    "words",
    [("member", "show", PHONE), ("ledger", "trial"), ("outbox", "list"), ("journal", "show", PHONE), ("doctor",)],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_is_read(read_only: Lived, words: tuple[str, ...]) -> None:
    printed = json.loads(read_only(*words, "--json").stdout)
    kept(" ".join(words[:2]), printed)


def test_a_conversation_replayed_and_verified(read_only: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    kept("replay show", read_only.data("replay", "show", PHONE, "--last", 100))
    kept("replay show", read_only.data("replay", "show", "+919898989898"))
    from journal import replay_verify

    monkeypatch.setattr(replay_verify.Chain, "stands", lambda *_: Where("redeem", 2, "Confirm", "session", "a", "b"))
    kept("replay verify", json.loads(read_only("replay", "verify", "--all", "--jobs", 1, "--json").stdout))
    part = Part("words", "redeem", "Confirm", "redeem.confirm", "redeem.sure", "cnv_1", 3, 1)
    monkeypatch.setattr(replay_diff, "compare", lambda *_, **__: replay_diff.Compared("c" * 40, 3, 4, {("x",): part}))
    kept("replay diff", read_only.data("replay", "diff", "--against", "main"))


def test_a_payout_with_all_that_happened_to_it(read_only: Lived) -> None:
    (listed,) = read_only.data("payouts", "show")["payouts"]
    (alone,) = read_only.data("payouts", "show", listed["id"])["payouts"]
    kept("payouts show", {"payouts": [alone]})
    assert listed.items() <= alone.items() and set(alone) - set(listed) == {"events"}


def test_someone_who_is_no_member_yet_has_the_page_up_to_the_name(read_only: Lived) -> None:
    page = read_only.data("member", "show", "+919898989898")
    promised = list(PROMISES["member show"].example())
    assert list(page) == promised[: promised.index("name")] and page["member"] is None


def test_the_ledgers_differences(read_only: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.verify import Difference

    kept("ledger verify", read_only.data("ledger", "verify"))
    monkeypatch.setattr("bot.cli.ledger.read_differences", lambda _: [Difference("floor", "roshni/budget", 0, -1)])
    result = read_only("ledger", "verify", "--json")
    kept("ledger verify", json.loads(result.stdout))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_an_authenticator(database: Database) -> None:
    with command_line(database, data_keys="k1:" + "A" * 43 + "=") as line:
        line("staff", "add", "asha", "--role", "admin")
        kept("staff totp", line.data("staff", "totp", "asha"))


def test_moving_the_clock(saathi: CommandLine) -> None:
    kept("clock advance", saathi.data("clock", "advance", "1s"))


def test_new_keys(saathi: CommandLine) -> None:
    kept("keys new", saathi.data("keys", "new"))


def test_content_at_twilio(database: Database) -> None:
    account = "AC" + "1" * 32
    with running(SandboxSettings(port=0, account_sid=account, auth_token="t")) as world:
        given = {"twilio_api_base_url": world.settings.own_url, "twilio_account_sid": account, "twilio_auth_token": "t"}
        with command_line(database, **given) as line:
            first, second = line.data("content", "sync"), line.data("content", "sync")
            kept("content approve", line.data("content", "approve"))
            kept("content list", line.data("content", "list"))
    kept("content sync", first)
    assert first["created"] > 0 and second == {"kept": first["created"], "found": 0, "created": 0, "templates": ANY}


def test_programmes_and_coupons(selling: CommandLine, tmp_path: Path) -> None:
    kept("programme publish", selling.data("programme", "publish", SAMPLE))
    kept("programme show", selling.data("programme", "show"))
    made = selling.data("coupon", "issue", "--sku", "LED-9W", "--count", 3, "--expires", "2099-03-31", "--inactive")
    kept("coupon issue", made)
    first, batch = made["codes"][0], ("--batch", made["batch"])
    kept("coupon codes", selling.data("coupon", "codes", *batch))
    kept("coupon batches", selling.data("coupon", "batches"))
    kept("coupon sheet", selling.data("coupon", "sheet", *batch, "--out", tmp_path / "a.pdf", "--number", "14155238886"))
    selling.data("coupon", "activate", "--code", first)
    kept("coupon activate", selling.data("coupon", "activate", *batch))
    kept("coupon void", selling.data("coupon", "void", "--code", first))
    kept("coupon show", selling.data("coupon", "show", first))


def test_the_reader(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "label.jpg").write_bytes(take(links(1, 1), 1, Camera()).jpeg)
    assert reader.main([str(tmp_path / "label.jpg")]) == 0
    kept("python -m ocr", json.loads(capsys.readouterr().out))


def test_readiness(read_only: Lived) -> None:
    answer = read_only.home.web.get("/readyz")
    assert answer.status_code == 503  # this house has no redis
    kept("GET /readyz", answer.get_json())


def test_every_endpoint_is_described_and_no_other(read_only: Lived) -> None:
    routes = read_only.home.web.application.url_map.iter_rules()
    routes = [rule for rule in routes if not rule.rule.startswith(("/console", "/dev/"))]  # for people, and for development
    served = {f"{method} {rule.rule}" for rule in routes for method in rule.methods or () if method in ("GET", "POST")}
    described = {name.partition("?")[0] for name in PROMISES if name.partition(" ")[2].startswith("/")}
    assert {name for name in served if "static" not in name} == described


def test_lock_outs(database: Database) -> None:
    with home(database.url) as made:
        made.enrol()
        made.write(" ".join(f"K7QM-3XWD-9T4F-VB{n}" for n in (*range(22, 30), *range(32, 42))))
        result = CliRunner().invoke(cli, ["limits", "list", "--json"], obj=made.house)
        printed = json.loads(result.stdout)
        assert [row["kind"] for row in printed["lock_outs"]] == ["wrong_codes"]
        kept("limits list", printed)


def test_every_verb_that_prints_json_is_described_and_no_other() -> None:
    described = {name for name in PROMISES if "/" not in name and not name.startswith("python")}
    assert described == set(verbs_with_json()) - NOT_PROMISED


def test_every_verb_tells_how_it_is_used() -> None:
    for words in verbs(cli, ()):
        result = CliRunner().invoke(cli, [*words, "--help"])
        assert result.exit_code == 0 and "Usage:" in result.stdout, words


@pytest.mark.parametrize(
    ("printed", "complaint"),
    [
        ({"now": 5}, "promised str, printed int"),
        ({"now": None}, "null is not spoken of"),
        ({"now": "x", "more": 1}, ".more: not promised"),
        ({}, ".now: not printed"),
        ([], "promised dict, printed list"),
    ],
)
def test_the_comparison_finds_what_is_not_as_promised(printed: Any, complaint: str) -> None:
    (found,) = Promise("x", '```json\n{"now": "then"}\n```', {"now": "the time"}).differences(printed)
    assert complaint in found


def verbs(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, (*words, name))
        else:
            yield (*words, name)


def verbs_with_json() -> Iterator[str]:
    for words in verbs(cli, ()):
        command: Any = cli
        for word in words:
            command = command.get_command(click.Context(command), word)
        if any("--json" in parameter.opts for parameter in command.params):
            yield " ".join(words)
