"""Ten questions that support is asked, each answered by at most two commands. What happened, happened through HTTP: people
wrote to the webhook, Twilio reported, clocks went on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot import promises
from flows.effects import Say
from handlers.registry import HANDLERS
from tests.bills import STRANGER, bill, send
from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.handlers import several
from tests.handlers.redeeming import FIRST, knowing, ready, rules, say
from tests.handlers.test_kyc import needs
from tests.handlers.test_tax import rich
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database

PHONE, SUNITAS = "+919812345678", "9898989898"
COMMANDS_MAX = 2


class Desk:
    """Somebody of support with a command line, and patience for two commands."""

    def __init__(self, home: Home) -> None:
        self.line, self.asked = CommandLine(home.house), 0
        employ(home, "asha", "support")

    def asks(self, *words: object) -> Any:
        self.asked += 1
        assert self.asked <= COMMANDS_MAX
        return self.line.data(*words, "--as", "asha")

    def does(self, *words: object) -> str:
        self.asked += 1
        assert self.asked <= COMMANDS_MAX
        result = self.line(*words, "--as", "asha", "--reason", "they rang us up")
        assert result.exit_code == 0, result.stderr
        return result.stdout


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    with home(database.url) as made:
        yield made


def test_where_are_my_points(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code was sent and our code failed at it: the page shows it, and a retry brings the points."""
    at_home.enrol()
    (code,) = at_home.codes()
    real, tries = HANDLERS[Say], []

    def failing(*given: Any) -> Any:
        tries.append(1)
        if len(tries) <= 3:
            raise ValueError("ours")
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setitem(HANDLERS, Say, failing)
        at_home.write(code)
    desk = Desk(at_home)
    page = desk.asks("member", "show", PHONE)
    (parked,) = page["parked"]
    assert (page["points"]["available"], page["movements"], parked["fault"]) == (0, [], "ValueError")
    assert "answered" in desk.does("parked", "retry", parked["id"])
    assert at_home.told()[-1] == "scan.credited"


def test_why_did_i_get_points_and_for_what(at_home: Home) -> None:
    """The same question with nothing wrong: each credit says its product, rule, trace and programme version."""
    at_home.enrol()
    at_home.write(at_home.codes()[0])
    (credit,) = Desk(at_home).asks("member", "show", PHONE)["movements"]
    assert (credit["kind"], credit["points"]) == ("earn", 100)
    assert {"sku", "rule", "trace", "programme_version"} <= set(credit["facts"]), credit["facts"]


def test_my_code_was_taken_already(at_home: Home) -> None:
    at_home.enrol()
    at_home.enrol(SUNITA)
    (code,) = at_home.codes()
    at_home.write(code)
    at_home.forward(minutes=5)
    at_home.write(code, SUNITA)
    desk = Desk(at_home)
    said = desk.asks("member", "show", SUNITAS)
    assert said["messages"][0]["text"] == "scan.claimed_by_other" and said["coupons"] == []
    coupon = desk.asks("coupon", "show", code)
    assert coupon["claimed_by_member"] == at_home.conversation().member_id
    assert coupon["claimed_at"] < said["messages"][0]["written_at"]


def test_my_money_is_late(at_home: Home) -> None:
    ready(at_home)
    assert say(at_home, "redeem 100", FIRST, "yes") == "redeem.on_its_way"
    at_home.forward(hours=3)
    assert promises.watch(at_home.house) == 1
    desk = Desk(at_home)
    page = desk.asks("member", "show", PHONE)
    (payout,) = page["payouts"]
    assert payout["requested_at"] < payout["promised_at"] < payout["late_at"] and payout["settled_at"] is None
    assert (payout["state"], payout["amount_paise"], page["points"]["held"]) == ("requested", 10_000, 100)
    assert [task["kind"] for task in page["tasks"]] == ["pay"], "and who has it now"
    (whole,) = desk.asks("payouts", "show", payout["id"])["payouts"]
    assert "promise_broken" in [event["cause"] for event in whole["events"]]


def test_i_never_said_stop(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", FIRST, "yes")
    at_home.write("STOP")
    at_home.forward(hours=3)
    promises.watch(at_home.house)  # news that we begin ourselves
    desk = Desk(at_home)
    page = desk.asks("member", "show", PHONE)
    assert page["stopped_at"] is not None and page["held_messages"] == 1
    assert (page["consents"][0]["kind"], page["consents"][0]["given"]) == ("messages", False)
    held = page["messages"][0]
    assert (held["text"], held["state"], held["reason"]) == ("news.delayed", "held", "stopped")
    assert "only they" in desk.asks("outbox", "show", held["id"])["meaning"] or "they write" in held["reason"]


def test_my_kyc_does_not_end(at_home: Home) -> None:
    at_home.enrol()
    at_home.enrol(SUNITA)
    knowing(at_home, needs("pan"))
    for who in (RAMESH, SUNITA):
        say(at_home, "kyc", "ABCPK1234F", who=who)
    desk = Desk(at_home)
    (check,) = desk.asks("member", "show", SUNITAS)["kyc"]
    assert (check["kind"], check["state"], check["reason"]) == ("pan", "review", "duplicate")
    assert "ABCPK1234F" not in str(check)
    queue = desk.asks("kyc", "queue")
    assert len(queue["reviews"]) == 1


def test_my_helper_cannot_scan(at_home: Home) -> None:
    several.shop(at_home)
    several.helps(at_home, "1", "yes")
    codes = at_home.codes(2)
    assert several.say(at_home, several.SONU, codes[0]) == "scan.credited"
    assert several.say(at_home, several.SONU, codes[1]) == "scan.over_limit"
    desk = Desk(at_home)
    page = desk.asks("member", "show", several.SONU)
    assert page["messages"][0]["text"] == "scan.over_limit"
    (shop,) = [one for one in page["shops"] if one["until"] is None]
    assert (shop["role"], shop["scans_per_day"], shop["scanned_today"]) == ("helper", 1, 1)
    (owner,) = [one for one in desk.asks("account", "show", shop["member"])["acting"] if one["role"] == "owner"]
    assert owner["address"].endswith("5678"), "who can give the helper more"


def test_the_bot_speaks_the_wrong_language(at_home: Home) -> None:
    at_home.enrol()
    at_home.forward(days=1)
    at_home.write("hindi")
    desk = Desk(at_home)
    page = desk.asks("member", "show", PHONE)
    assert (page["language"], page["consents"][-1]["locale"]) == ("hi", "en")
    last = desk.asks("journal", "show", PHONE)["turns"][-1]
    assert "SetLanguage" in str(last), "who changed it: they, with this turn"


def test_my_bill_was_refused(at_home: Home) -> None:
    at_home.enrol()
    assert send(at_home, bill("A-17", seller_gstin=STRANGER)) == "invoice.refused.not_authorised"
    desk = Desk(at_home)
    page = desk.asks("member", "show", PHONE)
    (claim,) = page["claims"]
    assert (claim["state"], claim["reason"], claim["total_paise"]) == ("refused", "not_authorised", 1_475_000)
    assert page["messages"][0]["text"] == "invoice.refused.not_authorised"
    assert desk.asks("claims", "show", claim["id"])["id"] == claim["id"]


def test_your_message_never_came(at_home: Home) -> None:
    """Twilio's report says why, in the words of its code."""
    at_home.enrol()
    sid = "SM" + "5" * 32
    row = at_home.count("SELECT max(id) FROM outbox")
    at_home.change("UPDATE outbox SET state = 'accepted', sid = :sid, attempts = 1, posted_at = :at WHERE id = :id",
                   id=row, sid=sid, at=at_home.at)  # fmt: skip
    report = {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "63024"}
    assert at_home.post(report, path=f"/twilio/status?row={row}&post=1").status_code == 204
    desk = Desk(at_home)
    message = desk.asks("member", "show", PHONE)["messages"][0]
    assert (message["id"], message["state"], message["error_code"]) == (row, "failed", 63024)
    assert "nobody on WhatsApp at this number" in desk.asks("outbox", "show", row)["meaning"]


def test_why_was_tax_taken(at_home: Home) -> None:
    at_home.enrol()
    rich(at_home)
    knowing(at_home)
    rules(at_home, most_points=100_000, most_points_per_day=None, pin="off")
    assert say(at_home, "redeem", "30000", FIRST, "yes") == "redeem.on_its_way_approval"
    desk = Desk(at_home)
    page = desk.asks("member", "show", PHONE)
    (payout,) = page["payouts"]
    assert payout["tax_paise"] > 0 and payout["gross_paise"] == payout["amount_paise"] + payout["tax_paise"]
    assert (page["tax"]["tax_paise"], page["tax"]["pan"]) == (payout["tax_paise"], None)
    year = desk.asks("tax", "show", PHONE)
    assert (year["tax_paise"], year["entries"][0]["payout_id"]) == (payout["tax_paise"], payout["id"])
    assert page["tax"]["benefits_paise"] > year["threshold_paise"]
