from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import chart, moves, postings
from tests.ledger.books import NOW

IDS = st.text("abcdefghjkmnpqrstvwxyz0123456789_-", min_size=1, max_size=30)


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 1.0, True, "5", None])
def test_an_amount_is_a_positive_whole_number(amount: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        moves.Move("p/a", "p/b", "PTS", amount)


def test_nothing_moves_to_itself() -> None:
    with pytest.raises(ValueError, match="itself"):
        moves.Move("p/a", "p/a", "PTS", 1)


@pytest.mark.parametrize("programme, member", [("a/b", "m"), ("", "m"), ("p", "m/available"), ("p", "")])
def test_an_id_cannot_reach_into_another_account(programme: str, member: str) -> None:
    with pytest.raises(ValueError, match="part of an account"):
        postings.earn("k", programme, member, 1, None, NOW)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        postings.earn("k", "p", "m", 1, None, datetime(2026, 1, 5))
    with pytest.raises(ValueError, match="time zone"):
        postings.earn("k", "p", "m", 1, datetime(2026, 1, 5), NOW)


def test_a_posting_needs_a_key_and_something_to_do() -> None:
    with pytest.raises(ValueError, match="key"):
        postings.earn("", "p", "m", 1, None, NOW)
    with pytest.raises(ValueError, match="moves or derives"):
        moves.Posting("k", "p", "nothing", NOW)


@given(IDS, IDS)
def test_a_stripe_is_one_of_the_programmes_accounts_and_always_the_same(programme: str, member: str) -> None:
    own = chart.stripe(programme, member)
    assert own == chart.stripe(programme, member)
    assert own in {account.id for account in chart.system_accounts(programme) if account.stripe_of}


def test_stripes_share_the_members_about_evenly() -> None:
    counts: dict[str, int] = {}
    for number in range(16_000):
        own = chart.stripe("p", f"mbr_{number:026}")
        counts[own] = counts.get(own, 0) + 1
    assert len(counts) == chart.STRIPES and min(counts.values()) > 800


@given(IDS, IDS, st.integers(1, moves.LARGEST_AMOUNT), st.integers(1, 10**9))
def test_different_requests_have_different_content(key: str, member: str, points: int, other: int) -> None:
    asked = [
        postings.earn(key, "p", member, points, None, NOW),
        postings.earn(key, "p", member, points, NOW, NOW),
        postings.hold(key, "h", "p", member, points, NOW),
        postings.hold(key, "h2", "p", member, points, NOW),
        postings.burn(key, "h", "p", member, NOW),
        postings.release(key, "h", "p", member, NOW, 30),
        postings.reverse(key, "p", member, moves.Reverse(other, points), NOW),
        postings.reverse(key, "p", member, moves.Reverse(other + 1, points), NOW),
        postings.expire(other, "p", member, NOW),
        postings.set_budget(key, "p", points, NOW),
    ]
    contents = [str(posting.content()) for posting in asked]
    assert len(set(contents)) == len(contents)


@pytest.mark.parametrize("points", [-1, 1.5, True, 10**15 + 1])
def test_a_budget_is_a_whole_number(points: Any) -> None:
    with pytest.raises(ValueError, match="budget"):
        postings.set_budget("k", "p", points, NOW)
