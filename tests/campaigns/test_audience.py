"""Who is in an audience: the edges of each field; pages stand still; who is gone is out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns import audience
from campaigns.audience import Audience
from campaigns.condition import Predicate
from campaigns.expression import parse
from loyalty.programme_rows import NotPublished
from tests.campaigns.asked import chosen, why_not
from tests.campaigns.crowd import NOW, Crowd, ago


@pytest.fixture
def crowd(database: Any) -> Crowd:
    return Crowd(database.engine)


def test_days_are_hours_exactly_and_dates_are_indias(crowd: Crowd) -> None:
    at = datetime(2026, 1, 4, 18, 30, tzinfo=UTC)  # the first moment of 5 January in India
    one = crowd.member(enrolled=at)
    late = crowd.member(enrolled=at - timedelta(microseconds=1))
    assert chosen(crowd, "enrolled on 2026-01-05") == [one.id]
    assert chosen(crowd, "enrolled before 2026-01-05") == [late.id]
    assert chosen(crowd, "enrolled after 2026-01-04") == [one.id]
    crowd.scan(one, ago(30))
    crowd.scan(late, ago(30) - timedelta(microseconds=1))
    assert chosen(crowd, "last_scan within 30 days") == [one.id]
    crowd.earn(one, 100, ago(1), NOW + timedelta(days=14))
    crowd.earn(late, 100, ago(1), NOW + timedelta(days=14, microseconds=1))
    assert chosen(crowd, "expiring within 14 days >= 100") == [one.id]


def test_who_never_scanned_did_not_scan_and_is_found(crowd: Crowd) -> None:
    never, once = crowd.member(), crowd.member()
    crowd.scan(once, ago(3))
    assert chosen(crowd, "last_scan never") == [never.id]
    assert chosen(crowd, "not last_scan within 30 days") == [never.id]
    assert chosen(crowd, "last_scan before 2026-03-10") == [once.id]
    assert chosen(crowd, "not last_scan before 2026-03-10") == [never.id]


def test_a_balance_below_zero_is_below_zero(crowd: Crowd) -> None:
    one, other = crowd.member(), crowd.member()
    posting = crowd.earn(one, 100, ago(5))
    crowd.spend(one, 70, ago(4))
    crowd.take_back(one, posting, ago(3))
    crowd.earn(other, 50, ago(5), ago(1))  # ran out, and no sweep came by yet
    assert chosen(crowd, "balance < 0") == [one.id] and chosen(crowd, "balance = -70") == [one.id]
    assert chosen(crowd, "balance = 0") == [other.id]
    assert chosen(crowd, "earned within 30 days = 0") == [one.id]  # it was taken back
    assert why_not(crowd, "balance >= 200", one) == "balance is -70, and the audience wants balance >= 200"


def test_how_far_proving_who_they_are_has_come(crowd: Crowd) -> None:
    taxed, half, refused, asked, place, old, waits = (crowd.member(role) for role in (
        "electrician", "dealer", "dealer", "electrician", "electrician", "electrician", "dealer"))  # fmt: skip
    crowd.do("INSERT INTO pans (pan_index, first_given_at) VALUES ('k1:x', :at)", at=ago(3))
    crowd.do("INSERT INTO member_pans (member_id, pan_index, sealed, masked, source, given_at)"
             " VALUES (:m, 'k1:x', '', '', 'chat', :at)", m=taxed.id, at=ago(3))  # fmt: skip
    for one, kind, state, days, reason in (
        (half, "gstin", "verified", 3, None), (refused, "gstin", "verified", 3, None),
        (refused, "pan", "rejected", 3, "not_genuine"), (asked, "pan", "ask_again", 3, "expired"),
        (place, "destination", "verified", 3, None), (old, "pan", "replaced", 9, None), (old, "pan", "verified", 1_095, None),
        (waits, "gstin", "review", 3, "duplicate"), (waits, "pan", "verified", 3, None),
    ):  # fmt: skip
        crowd.check(one, kind, state, ago(days), reason)
    assert chosen(crowd, "kyc = verified") == [taxed.id]
    assert chosen(crowd, "kyc = pending") == [half.id, waits.id]  # of dealers both are asked
    assert chosen(crowd, "kyc = rejected") == [refused.id]
    assert chosen(crowd, "kyc = expired") == [asked.id, old.id]
    assert chosen(crowd, "kyc = none") == [place.id]  # where the money goes is nothing that the programme asks of them


def test_who_is_gone_is_in_no_audience(crowd: Crowd) -> None:
    stays, erased, merged = crowd.member(), crowd.member(), crowd.member()
    crowd.erase(erased)
    crowd.merge(merged, stays)
    assert chosen(crowd, "role = electrician") == [stays.id] == chosen(crowd, "not role = dealer")
    assert why_not(crowd, "role = electrician", erased) == "they asked to be forgotten, and were"
    assert why_not(crowd, "role = electrician", merged) == f"this account was merged into {stays.id}"
    assert why_not(crowd, "role = electrician", "mbr_nobody") == "there is no such member in this programme"


def test_what_a_merged_account_did_counts_for_the_one_that_lives_on(crowd: Crowd) -> None:
    stays, middle, first = crowd.member(), crowd.member(), crowd.member()
    crowd.campaign("holi")
    crowd.scan(first, ago(3), "fans")
    crowd.bill(first, ago(4))
    crowd.pay(first, ago(5))
    crowd.earn(first, 30, ago(5))
    crowd.reached(first, "holi", ago(6), replied=ago(5))
    crowd.merge(first, middle)
    crowd.merge(middle, stays)
    for words in (
        "last_scan within 4 days", "last_bill within 5 days", "last_payout within 6 days", "earned within 6 days = 30",
        "bought fans within 9 days", "got holi", "replied holi",
    ):  # fmt: skip
        assert chosen(crowd, words) == [stays.id], words


def test_the_chain_below_somebody(crowd: Crowd) -> None:
    top, dealer, shop, other, joined = (crowd.member() for _ in range(5))
    crowd.below(dealer, top)
    crowd.below(shop, dealer)
    crowd.merge(shop, joined)  # whoever lived below lives on in another account
    assert chosen(crowd, f'under "{top.phone}"') == [dealer.id, joined.id]
    assert chosen(crowd, f"parent = {top.id}") == [dealer.id]
    assert chosen(crowd, f"parent = {dealer.id}") == [joined.id]
    assert chosen(crowd, f"parent != {dealer.id}") == [top.id, dealer.id, other.id]
    assert chosen(crowd, 'under "+919999999999"') == []
    crowd.below(top, dealer)  # a ring, by mistake: it ends all the same
    assert chosen(crowd, f"under {top.id}") == [top.id, dealer.id, joined.id]
    crowd.do("UPDATE member_links SET until = :at", at=NOW)
    assert chosen(crowd, f"under {top.id}") == []


def test_the_language_is_the_owners_where_they_last_wrote_from(crowd: Crowd) -> None:
    one, helper = crowd.member(language="hi"), crowd.member(language="en")
    crowd.join(one, helper.contact, "helper")
    assert chosen(crowd, "language = hi") == [one.id]
    crowd.talk("cnv_other", one.contact, "en", "snd_2", one.id, wrote=ago(1))  # the programme's second number
    assert chosen(crowd, "language = hi") == []
    crowd.do("UPDATE conversations SET last_inbound_at = :at WHERE id = :id", at=ago(0.5), id=one.conversation)
    assert chosen(crowd, "language = hi") == [one.id]
    assert chosen(crowd, "role = electrician") == [one.id, helper.id]  # each once, however many conversations they have
    second = crowd.member("dealer", language="ta")  # the same person, known by another address before
    crowd.do("UPDATE memberships SET until = :at WHERE member_id = :m", at=NOW, m=second.id)
    crowd.do("UPDATE contacts SET merged_into = :c WHERE id = :k", c=one.contact, k=second.contact)
    crowd.do("UPDATE conversations SET last_inbound_at = :at WHERE id = :id", at=ago(0.1), id=second.conversation)
    assert chosen(crowd, "language = ta") == [one.id]


def test_another_programmes_members_are_not_met(crowd: Crowd) -> None:
    one, other = crowd.member(), crowd.member()
    crowd.do("INSERT INTO programmes (id, name, created_at) VALUES ('other', 'Other', :at)", at=NOW)
    crowd.do("UPDATE members SET programme_id = 'other' WHERE id = :id", id=other.id)
    assert chosen(crowd, "role = electrician") == [one.id]
    assert why_not(crowd, "role = electrician", other) == "there is no such member in this programme"
    with crowd.engine.begin() as conn, pytest.raises(NotPublished):
        audience.size(conn, Audience("other"), NOW)


@pytest.mark.parametrize("stride", [1, 2, 3, 7, 8])
def test_a_page_reaches_over_several_strides(crowd: Crowd, monkeypatch: pytest.MonkeyPatch, stride: int) -> None:
    monkeypatch.setattr(audience, "STRIDE_MEMBERS", stride)
    people = [crowd.member(state="UP" if n % 3 else "MH") for n in range(8)]
    crowd.erase(people[1])
    here = [one.id for one in people if one.state == "UP" and one is not people[1]]
    assert chosen(crowd, "state = UP") == here
    with crowd.engine.begin() as conn:
        for start in range(len(here)):
            page = audience.page(conn, Audience(crowd.programme.id, parse("state = UP")), NOW, here[start], 2)
            assert page == here[start + 1 : start + 3]


def test_pages_stand_still_while_members_join_and_leave(crowd: Crowd) -> None:
    people = [crowd.member() for _ in range(7)]
    everybody = Audience(crowd.programme.id)
    seen: list[str] = []
    while True:
        with crowd.engine.begin() as conn:
            page = audience.page(conn, everybody, NOW, seen[-1] if seen else "", 3)
        seen += page
        if len(page) < 3:
            break
        if len(seen) == 3:
            people.append(crowd.member())
            crowd.erase(people[0])  # was met before, and moves nobody
            crowd.erase(people[4])  # was not met yet
    assert seen == [one.id for n, one in enumerate(people) if n != 4]


def test_saved_and_own_condition_and_list_must_all_hold(crowd: Crowd) -> None:
    a, b, c = crowd.member("dealer", "UP"), crowd.member("dealer", "MH"), crowd.member("retailer", "UP")
    crowd.campaign("holi")
    crowd.listed("holi", [a, b])
    assert chosen(crowd, "role = dealer", saved=parse("state = UP")) == [a.id]
    assert chosen(crowd, "state = UP", listed_in="holi") == [a.id]
    assert chosen(crowd, "state = UP", listed_in="diwali") == []
    assert why_not(crowd, "state = UP", c, listed_in="holi") == "they are not on the campaign's list"
    with crowd.engine.begin() as conn:
        assert audience.page(conn, Audience(crowd.programme.id, listed_in="holi"), NOW, a.id, 5) == [b.id]
        assert audience.why_not(conn, Audience(crowd.programme.id), c.id, NOW) is None


def test_why_not_names_the_first_thing_that_is_not_so(crowd: Crowd) -> None:
    crowd.campaign("holi")
    one = crowd.member("dealer", "MH", "411001")
    crowd.scan(one, ago(2))
    crowd.reached(one, "holi", ago(3))
    for words, told in (
        ("role = dealer", None),
        ("role = dealer and state in (UP, OD)", "state is MH, and the audience wants state in (UP, OD)"),
        ("not last_scan within 30 days",
         "last_scan is 2026-03-08 12:00 in India, and the audience wants not last_scan within 30 days"),
        ("last_bill within 3 days", "last_bill is never, and the audience wants last_bill within 3 days"),
        ("earned within 1 day >= 5", "earned within 1 day is 0, and the audience wants earned within 1 day >= 5"),
        ("not got holi", "got holi is so of them, and the audience wants the opposite"),
        ("got holi and bought fans", "bought fans is not so of them, and the audience wants it"),
        ("kyc = verified or balance > 5",
         "kyc is none, and the audience wants kyc = verified / balance is 0, and the audience wants balance > 5"),
        ("not (role = dealer and state = MH)",
         "role is dealer, and the audience wants not role = dealer / state is MH, and the audience wants not state = MH"),
        ("not (role = dealer or state = UP)", "role is dealer, and the audience wants not role = dealer"),
    ):  # fmt: skip
        assert why_not(crowd, words, one) == told


def test_names_that_mean_nothing_are_told(crowd: Crowd) -> None:
    one = crowd.member()
    crowd.campaign("holi")
    with crowd.engine.begin() as conn:
        good = f"bought wires and got holi and language in (hi, en) and under {one.id}"
        assert audience.doubts(conn, Audience(crowd.programme.id, parse(good))) == []
        bad = "(bought cement or got holly) and not (language = ta) and under +919999999999 and bought cement"
        told = audience.doubts(conn, Audience(crowd.programme.id, parse(bad)))
    assert [line.partition(":")[0] for line in told] == ["bought cement", "got holly", "language = ta", 'under "+919999999999"']
    assert "the programme's categories are appliances, fans" in told[0]


def test_words_are_never_sql(crowd: Crowd) -> None:
    one = crowd.member()
    for words in ("got \"x') or true --\"", 'bought "x\' or 1=1"', "under \"' OR '1'='1\""):
        with pytest.raises(ValueError, match="column"):
            parse(words)
    for value in ("'; DELETE FROM members; --", ":now", "%(now)s", "%s", "\\", "{}"):  # what no parser would let through
        for name in ("got", "replied", "bought"):
            assert chosen(crowd, Predicate(name, "has", value)) == []
        for name in ("role", "pin_code", "language", "kyc"):
            assert chosen(crowd, Predicate(name, "=", value)) == []
    assert chosen(crowd, "role = electrician") == [one.id]
    with pytest.raises(AssertionError):
        chosen(crowd, Predicate("balance", "= 0 or", 1))
