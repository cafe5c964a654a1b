"""`./saathi ledger statement | balance | liability | close`: what finance reads, and the closing of a month."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.cli.contract import promises
from tests.cli.lived import Lived
from tests.cli.shop import CommandLine

PROMISES = promises()
PHONE, NEWCOMER = "+919812345678", "+919898989898"
DECEMBER = "2025-12"  # is over whatever the time
SPAN = ("--from", "2026-01-01", "--to", "2026-01-31")


def kept(name: str, printed: object) -> None:
    assert PROMISES[name].example() is not None
    assert PROMISES[name].differences(printed) == [] and PROMISES[name].unexplained() == set()


@pytest.fixture
def finance(selling: CommandLine) -> CommandLine:
    selling("staff", "add", "asha", "--role", "admin")
    selling("staff", "add", "meera", "--role", "finance", "--as", "asha")
    selling("staff", "add", "ravi", "--role", "support", "--as", "asha")
    with selling.house.engine.begin() as conn:  # published today, by the wall's clock
        conn.execute(text("UPDATE programmes SET created_at = '2025-12-15T00:00:00Z'"))
    return selling


def test_a_statement_adds_up_by_phone_and_by_member(read_only: Lived) -> None:
    page = read_only.data("ledger", "statement", PHONE, *SPAN)
    kept("ledger statement", page)
    assert page["opening"] + sum(line["points"] for line in page["lines"]) == page["closing"]
    assert [line["kind"] for line in page["lines"]] == ["earn", "hold", "burn"]
    assert read_only.data("ledger", "statement", page["member"], *SPAN) == page
    words = read_only("ledger", "statement", PHONE, *SPAN).stdout
    assert "opening" in words and "closing" in words and "burn" in words
    later = read_only.data("ledger", "statement", PHONE, "--from", "2026-02-01", "--to", "2026-02-28")
    assert (later["opening"], later["lines"], later["closing"]) == (page["closing"], [], page["closing"])


def test_a_balance_of_any_time(read_only: Lived) -> None:
    now = read_only.data("ledger", "balance", PHONE)
    kept("ledger balance", now)
    assert now["as"] == "true" and now["held"] == 0 and now["available"] > 0
    before = read_only.data("ledger", "balance", PHONE, "--at", "2026-01-01", "--known")
    assert (before["as"], before["available"], before["at"]) == ("known", 0, "2026-01-01T18:30:00+00:00")
    said = read_only("ledger", "balance", PHONE, "--at", "2026-01-05T09:00+05:30").stdout
    assert "as it truly was: 0 available" in said


def test_the_liability_is_what_members_have(read_only: Lived) -> None:
    page = read_only.data("ledger", "liability")
    kept("ledger liability", page)
    accounts = {row["account"]: row["balance"] for row in read_only.data("ledger", "trial")["accounts"]}
    members = sum(balance for account, balance in accounts.items() if "/members/" in account)
    assert page["points"] == members > 0 and page["paise"] == members * page["paise_per_point"]
    assert "all points" in read_only("ledger", "liability").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("statement", "+919999999999"), "nobody has written from +919999999999"),
        (("statement", NEWCOMER), f"no member writes from {NEWCOMER}"),
        (("balance", "mbr_nobody"), "there is no member mbr_nobody"),
        (("liability", "--programme", "nothing"), "no programme 'nothing' is published"),
    ],
)
def test_who_is_not_there_is_one_line(read_only: Lived, words: tuple[str, ...], told: str) -> None:
    assert told in read_only.refusal("ledger", *words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("balance", PHONE, "--at", "2026-01-05T10:00"), "has no zone"),
        (("balance", PHONE, "--at", "yesterday"), "cannot read the time"),
        (("balance", PHONE, "--at", "2026-02-30"), "cannot read the time"),
        (("statement", PHONE, "--from", "2026-02-01", "--to", "2026-01-01"), "--to is before --from"),
        (("close", DECEMBER), "--as"),
    ],
)
def test_wrong_usage_is_said(read_only: Lived, words: tuple[str, ...], told: str) -> None:
    assert told in read_only.misuse("ledger", *words)


def test_a_month_is_closed_by_finance_once_and_kept(finance: CommandLine) -> None:
    page = finance.data("ledger", "close", DECEMBER, "--as", "meera")
    kept("ledger close", page)
    assert (page["month"], page["closed_by"]) == (DECEMBER, "meera")
    again = finance.refusal("ledger", "close", DECEMBER, "--as", "asha")
    assert "2025-12 was closed already, by meera on" in again
    acts = finance.data("staff", "audit", "--subject", f"{page['programme_id']}/{DECEMBER}")["audit"]
    assert [(act["actor"], act["act"]) for act in acts] == [("meera", "ledger.close")]
    assert "is closed; its trial balance" in finance("ledger", "close", "2026-01", "--as", "asha").stdout


@pytest.mark.parametrize(
    ("month", "who", "told"),
    [
        ("2025-12", "ravi", "ravi may not do this: it needs the role finance"),
        ("2025-12", "nobody", "nobody on the staff is called nobody"),
        ("2999-01", "meera", "2999-01 is not over: close it after 2999-01-31 18:30:00 UTC"),
        ("2026-02", "meera", "months close in order: 2026-01 is the next to close"),
        ("2025-11", "meera", "months close in order: 2026-01 is the next to close"),
    ],
)
def test_what_cannot_be_closed_is_one_line(finance: CommandLine, month: str, who: str, told: str) -> None:
    finance("ledger", "close", DECEMBER, "--as", "meera")
    assert told in finance.refusal("ledger", "close", month, "--as", who)


def test_a_month_before_there_was_a_programme_is_not_closed(finance: CommandLine) -> None:
    told = finance.refusal("ledger", "close", "2025-11", "--as", "meera")
    assert "nothing had happened by then: roshni began in 2025-12, the first month to close" in told
    with finance.house.engine.begin() as conn:
        assert conn.execute(text("SELECT count(*) FROM periods")).scalar_one() == 0
    assert "is closed" in finance("ledger", "close", DECEMBER, "--as", "meera").stdout


def test_what_is_no_month_is_wrong_usage(finance: CommandLine) -> None:
    assert "write YYYY-MM" in finance.misuse("ledger", "close", "2026-13", "--as", "meera")
