"""ledger, member, outbox, journal, payouts: what support and finance read, and what they may not see."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from bot.cli.member import addresses
from tests.cli.lived import NAME, UTR, VPA, Lived, lived
from tests.cli.shop import CommandLine
from tests.house import RAMESH
from tests.servers import Database

PHONE, STRANGER = "+919812345678", "+919800000000"
EVERY_PAGE = [
    ("member", "show", PHONE), ("journal", "show", PHONE), ("outbox", "list"), ("payouts", "show"),
    ("outbox", "list", "--to", PHONE), ("payouts", "show", "--member", PHONE),
]  # fmt: skip


@pytest.mark.parametrize("words", EVERY_PAGE, ids=lambda words: " ".join(words))
def test_nobodys_name_number_or_upi_id_is_shown(read_only: Lived, words: tuple[str, ...]) -> None:
    for more in ((), ("--json",)):
        result = read_only(*words, *more)
        assert result.exit_code == 0 and result.stderr == ""
        assert not any(secret in result.stdout for secret in (NAME, VPA, "9812345678", "Ramesh", "ramesh.kumar"))


@pytest.mark.parametrize(
    "words",
    [("member", "show", STRANGER), ("outbox", "list", "--to", STRANGER), ("journal", "show", STRANGER),
     ("journal", "show", "cnv_none"), ("payouts", "show", "--member", STRANGER)],
)  # fmt: skip
def test_someone_who_never_wrote_is_refused_with_what_to_check(read_only: Lived, words: tuple[str, ...]) -> None:
    said = read_only.refusal(*words)
    assert words[-1] in said and "country code" in said
    assert read_only.refusal(*words, "--json") == said


def test_a_page_tells_what_the_member_has(read_only: Lived) -> None:
    page = read_only.data("member", "show", PHONE)
    assert page["points"] == {"available": 40, "held": 0, "expiring": 40, "expiring_at": "2027-01-05T18:30:00+00:00"}
    assert [(one["kind"], one["points"]) for one in page["movements"]] == [("burn", 0), ("hold", -60), ("earn", 100)]
    read = read_only("member", "show", PHONE).stdout
    assert "40 available, 0 held" in read and "R••• K•••" in read and "None" not in read and "{" not in read


def test_every_time_says_that_it_is_utc(read_only: Lived) -> None:
    """In the heading of its table, or beside it."""
    (payout,) = read_only.data("payouts", "show")["payouts"]
    for words in (*EVERY_PAGE, ("payouts", "show", payout["id"])):
        lines = read_only(*words).stdout.splitlines()
        timed = [line for line in lines if re.search(r"\d\d:\d\d:\d\d", line)]
        assert timed and all("UTC" in line or "│" in line for line in timed), lines
        assert all("(UTC)" in "".join(lines[:3]) for line in timed if "│" in line)


@pytest.mark.parametrize(
    "phone",
    ["+919812345678", "9812345678", "919812345678", "09812345678", "whatsapp:+919812345678", "+91 98123-45678", "९८१२३४५६७८"],
)
def test_a_phone_is_found_however_it_is_written(read_only: Lived, phone: str) -> None:
    assert read_only.data("member", "show", phone)["address"] == "+91••••••5678"


def test_a_number_with_its_country_is_not_taken_for_an_indian_one() -> None:
    assert addresses("+9812345678") == ["whatsapp:+9812345678"]
    assert addresses("IN.1A2B3C") == ["IN.1A2B3C", "whatsapp:IN.1A2B3C"]


def test_a_hidden_phone_is_found_by_its_user_id(database: Database) -> None:
    with lived(database.url) as line:
        line.home.write("hello", "whatsapp:IN.abc123", ExternalUserId="IN.abc123")
        line.home.write("hello", "whatsapp:+919811111111", ExternalUserId="IN.def456")
        for which in ("IN.abc123", "whatsapp:IN.abc123", "IN.def456"):
            assert line.data("member", "show", which)["member"] is None
            assert len(line.data("journal", "show", which)["turns"]) == 1
            assert len(line.data("outbox", "list", "--to", which)["messages"]) == 1


def test_someone_in_two_programmes_is_asked_which(database: Database) -> None:
    with lived(database.url) as line:
        line.home.change("INSERT INTO programmes (id, name, created_at) VALUES ('other', 'Other', :at)", at=line.home.at)
        line.home.change(
            "INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('s2', 'whatsapp:+14155230000', 'other', 1)"
        )
        contact = line.home.conversation().contact_id
        line.home.change(
            """INSERT INTO conversations (id, sender_id, contact_id, programme_id, last_inbound_at)
               VALUES ('cnv_2', 's2', :contact, 'other', NULL)""", contact=contact,
        )  # fmt: skip
        assert "add --programme with one of other, roshni" in line.misuse("member", "show", PHONE)
        assert line.data("member", "show", PHONE, "--programme", "roshni")["points"]["available"] == 40
        assert line.data("member", "show", PHONE, "--programme", "other")["member"] is None
        assert "third" in line.refusal("member", "show", PHONE, "--programme", "third")
        assert line.data("journal", "show", PHONE)["turns"]  # where they wrote last


def test_the_trial_balance_adds_up_in_each_unit(read_only: Lived) -> None:
    books = read_only.data("ledger", "trial")
    assert books["sums"] == {"CPC": 0, "INR": 0, "PTS": 0} == {
        unit: sum(one["balance"] for one in books["accounts"] if one["unit"] == unit) for unit in ("CPC", "INR", "PTS")
    }
    assert {one["account"]: one["balance"] for one in books["accounts"]}["roshni/paid-out"] == 6_000
    read = read_only("ledger", "trial").stdout
    assert "₹60" in read and "6,000" not in read
    assert read_only.data("ledger", "trial", "--programme", "roshni") == books
    assert "there are: roshni" in read_only.refusal("ledger", "trial", "--programme", "nobody")


def test_books_that_were_never_opened_are_empty(saathi: CommandLine) -> None:
    assert saathi.data("ledger", "trial") == {"accounts": [], "sums": {}}
    checked = saathi.data("ledger", "verify")
    assert checked["differences"] == []
    assert checked["sealed"] == {"blocks": 0, "postings": 0, "accounts": 0, "unsealed": 0, "head": None}
    assert saathi("ledger", "verify").stdout == "the books agree; nothing is sealed yet\n"
    assert saathi("outbox", "list").stdout == "the outbox is empty\n"
    assert saathi.data("outbox", "list") == {"counts": {}, "messages": []}
    assert saathi("payouts", "show").stdout == "there are none\n"


def test_a_difference_in_the_books_is_named_and_exits_1(database: Database) -> None:
    with lived(database.url) as line:
        with line.house.engine.begin() as conn:
            conn.execute(text("SET LOCAL ROLE NONE"))
            conn.execute(text("UPDATE lots SET remaining = remaining + 50"))
        result = line("ledger", "verify")
    assert result.exit_code == 1 and "lots against the available balance" in result.stdout
    assert "expected 90, found 40" in result.stdout
    assert result.stderr == "1 difference in the books: stop paying out and find their cause\n"


def test_the_outbox_is_read_by_state_person_and_number(read_only: Lived) -> None:
    everything = read_only.data("outbox", "list")
    assert everything["counts"] == {"queued": 6, "read": 6} and len(everything["messages"]) == 12
    assert [one["id"] for one in everything["messages"]] == sorted((one["id"] for one in everything["messages"]), reverse=True)
    assert {one["state"] for one in read_only.data("outbox", "list", "--state", "read")["messages"]} == {"read"}
    assert len(read_only.data("outbox", "list", "--to", "+919898989898")["messages"]) == 1
    assert len(read_only.data("outbox", "list", "--last", 2)["messages"]) == 2
    assert read_only("outbox", "list", "--state", "failed").stdout == "no such message\n"
    shown = read_only("outbox", "list").stdout
    assert "redeem.on_its_way" in shown and "in all: queued 6, read 6" in shown and "…" not in shown


def test_a_conversation_is_read_turn_by_turn(read_only: Lived) -> None:
    whole = read_only.data("journal", "show", PHONE)
    turns = [one["turn"] for one in whole["turns"]]
    assert turns == list(range(1, 12)) and whole["turns"][-1]["event"] == "PayoutPaid"
    assert read_only.data("journal", "show", whole["conversation"]) == whole
    assert read_only.data("journal", "show", PHONE, "--turn", 3)["turns"] == [whole["turns"][2]]
    assert read_only.data("journal", "show", PHONE, "--last", 2)["turns"] == whole["turns"][-2:]
    assert "has no turn 99" in read_only.refusal("journal", "show", PHONE, "--turn", 99)
    for number in ("0", "-1", str(2**63), "x"):
        read_only.misuse("journal", "show", PHONE, "--turn", number)
    assert "RequestRedemption 60" in read_only("journal", "show", PHONE).stdout


def test_a_payout_is_read_whole_with_what_happened_to_it(read_only: Lived) -> None:
    (payout,) = read_only.data("payouts", "show")["payouts"]
    assert (payout["state"], payout["utr"], payout["masked"], payout["amount_paise"]) == ("paid", UTR, "ra•••@okaxis", 6_000)
    assert read_only.data("payouts", "show", "--member", "9812345678")["payouts"] == [payout]
    assert read_only.data("payouts", "show", "--alerts") == {"alarms": [], "payouts": []}
    read = read_only("payouts", "show", payout["id"]).stdout
    assert payout["id"] in read and UTR in read and "sent -> paid" in read and "…" not in read
    assert "there is no payout pay_none" in read_only.refusal("payouts", "show", "pay_none")
    assert "no member writes from" in read_only.refusal("payouts", "show", "--member", "+919898989898")


def test_reading_changes_nothing_but_who_read_is_on_record(database: Database) -> None:
    with lived(database.url) as line:
        before = everything_in(line)
        for words in EVERY_PAGE:
            assert line(*words).exit_code == 0
        assert everything_in(line) == before and line.home.conversation(RAMESH)
        acts = {row.act for row in line.home.rows("SELECT act FROM audit")}
        assert {"member.read", "journal.read", "outbox.read", "payout.read"} <= acts


def everything_in(line: Lived) -> Any:
    return [row for row in line.home.every_row().splitlines() if not row.startswith("audit: ")]
