"""What `why-not` and `preview` say is what sending would do: of a campaign that is over, spent, or for others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from base.days import INDIA
from bot import campaigns
from tests.cli.campaigner import PHONES, Campaigner, campaigning
from tests.house import SUNITA
from tests.servers import Database


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Campaigner]:
    with campaigning(database, tmp_path) as made:
        yield made


def why_not(line: Campaigner, campaign: str, who: str = "sunita") -> str:
    return line("campaign", "why-not", campaign, "--member", PHONES[who]).stdout


def test_a_campaign_that_is_over_comes_to_nobody(line: Campaigner) -> None:
    line.sent()
    line.data("campaign", "stop", "hello", "--reason", "x", "--yes", "--as", "ravi")
    assert why_not(line, "hello") == "the campaign is stopped: it never came to them, and will not\n"
    told = line.data("campaign", "why-not", "hello", "--member", PHONES["sunita"])
    assert (told["past"], told["now"]) == ("the campaign is stopped: it never came to them, and will not", None)


def test_one_that_has_gone_past_somebody_does_not_come_back(line: Campaigner) -> None:
    sunita = "(SELECT id FROM contacts WHERE address = :who)"
    line.home.change(f"UPDATE conversations SET locale = 'hi' WHERE contact_id = {sunita}", who=SUNITA)
    line.sent(audience='"language = en"', people=1)
    assert "not in the audience" in why_not(line, "hello")
    assert campaigns.tick(line.house) == 1
    line.home.change("UPDATE conversations SET locale = 'en'")
    assert "it has gone past them" in why_not(line, "hello")
    assert "it has gone past" not in why_not(line, "hello", "ramesh")


def test_a_budget_that_is_spent_and_an_end_that_is_near(line: Campaigner) -> None:
    path = line.file("poor")
    path.write_text(path.read_text().replace("paise_per_message = 87", "most_paise = 10\npaise_per_message = 87"))
    late = line.file("late", schedule='{ end = 2026-01-06T23:30:00 }')
    for one in (path, late):
        line.data("campaign", "check", one, "--as", "meera")
    night = datetime(2026, 1, 6, 22, tzinfo=INDIA)
    line.home.forward(seconds=(night - line.home.at).total_seconds())
    for campaign, reason in (("poor", "budget"), ("late", "too_late")):
        assert line.data("campaign", "audience", campaign)["left_out"] == {reason: 2}
        assert f"would be left out now: {reason}" in why_not(line, campaign)
        assert line.data("campaign", "why-not", campaign, "--member", PHONES["sunita"])["now"] == reason
        assert {one["reason"] for one in line.data("campaign", "preview", campaign)["previews"]} == {reason}


def test_a_preview_says_who_is_not_in_the_audience(line: Campaigner) -> None:
    line.made(audience='"role = electrician and balance >= 200"')
    words = ("campaign", "preview", "hello", "--member", PHONES["ramesh"])
    told = line(*words).stdout
    assert "gets nothing: not in the audience: balance is 0, and the audience wants balance >= 200" in told
    (one,) = line.data(*words)["previews"]
    assert one["audience"] == "balance is 0, and the audience wants balance >= 200"
    line.made("all")
    (one,) = line.data("campaign", "preview", "all", "--member", PHONES["ramesh"])["previews"]
    assert (one["audience"], one["reason"]) == (None, None)


def test_one_that_goes_on_by_itself(line: Campaigner) -> None:
    line.approved("drip", trigger='{ on = "last_scan", days = 30 }')
    assert why_not(line, "drip") == "in the audience, and gets it 30 days after their last scan, once it is sent\n"
    line.data("campaign", "send", "drip", "--people", 2, "--as", "meera")
    assert why_not(line, "drip") == "in the audience, and gets it 30 days after their last scan\n"
    line.data("campaign", "pause", "drip", "--reason", "x", "--as", "ravi")
    assert why_not(line, "drip").endswith("last scan, once it goes on\n")
    line.home.write("STOP", SUNITA)
    assert "left out now: stopped" in why_not(line, "drip")


def test_how_much_of_the_week_is_spent(line: Campaigner) -> None:
    line.sent("one", priority='"low"')
    assert campaigns.tick(line.house) == 2
    line.made("two", priority='"low"')
    told = why_not(line, "two")
    assert told.endswith(": 1 of 3 within seven days, and one of low priority leaves alone whoever has had 1\n")
    told = line.data("campaign", "why-not", "two", "--member", PHONES["sunita"])
    assert (told["now"], told["week"]) == ("attention", {"had": 1, "allowed": 1, "per_week": 3})
    line.made("about", category='"utility"')
    assert line.data("campaign", "why-not", "about", "--member", PHONES["sunita"])["week"] is None


def test_one_that_goes_on_and_has_come(line: Campaigner) -> None:
    line.sent("welcome", trigger='{ on = "enrolled", days = 0 }', priority='"high"')
    assert campaigns.tick(line.house) == 2
    line.home.change("UPDATE outbox SET state = 'delivered', accepted_at = :at WHERE lane = 'campaign'", at=line.home.at)
    first, last = why_not(line, "welcome").splitlines()
    assert first.startswith("2026-01-05 10:0") and " in India for 2026-01-05: queued, arm only, en; " in first
    assert "the message is delivered, sent 2026-01-05 10:0" in first
    assert last == "it came to them, as it does once, and does not come back"
    told = line.data("campaign", "why-not", "welcome", "--member", PHONES["sunita"])
    assert told["past"] == last and told["decided"][0]["sent_at"] == line.home.at.astimezone(UTC).isoformat()


def test_one_that_comes_again_on_another_day(line: Campaigner) -> None:
    line.sent("kyc", trigger='{ on = "kyc", days = 0 }', priority='"high"')
    line.home.change(
        """INSERT INTO campaign_people
               (programme_id, campaign_id, member_id, occasion, outcome, reason, arm, locale, decided_at)
           SELECT programme_id, 'kyc', id, '2026-01-05', 'left_out', 'capped', '', '', :at FROM members""", at=line.home.at
    )  # fmt: skip
    first, last = why_not(line, "kyc").splitlines()
    assert " in India for 2026-01-05: left out: capped" in first
    assert last == "for a day of theirs after 2026-01-05: in the audience, and gets it when their KYC was verified"
