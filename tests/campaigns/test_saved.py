"""Audiences kept under a name."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns import saved
from campaigns.expression import BadCondition, parse
from tests.campaigns.crowd import NOW, Crowd

WORDS = "role = electrician and balance >= 500"


@pytest.fixture
def crowd(database: Any) -> Crowd:
    return Crowd(database.engine)


def test_saved_found_replaced_and_dropped(crowd: Crowd) -> None:
    with crowd.engine.begin() as conn:
        saved.save(conn, crowd.programme.id, "sleepers", "last_scan never", "asha", NOW)
        saved.save(conn, crowd.programme.id, "big", WORDS, "asha", NOW)
        saved.save(conn, crowd.programme.id, "sleepers", "not last_scan within 90 days", "vikram", NOW)
    with crowd.engine.begin() as conn:
        there = [(one.name, one.saved_by) for one in saved.names(conn, crowd.programme.id)]
        assert there == [("big", "asha"), ("sleepers", "vikram")]
        assert saved.find(conn, crowd.programme.id, "sleepers") == parse("not last_scan within 90 days")
        assert saved.names(conn, "other") == []
        saved.drop(conn, crowd.programme.id, "big")
        with pytest.raises(saved.UnknownAudience, match="no audience is called big: there are sleepers"):
            saved.find(conn, crowd.programme.id, "big")
        with pytest.raises(saved.UnknownAudience, match="did you mean sleepers"):
            saved.drop(conn, crowd.programme.id, "slepers")


def test_what_cannot_be_read_is_not_saved(crowd: Crowd) -> None:
    with crowd.engine.begin() as conn:
        with pytest.raises(BadCondition, match="did you mean role"):
            saved.save(conn, crowd.programme.id, "one", "rol = dealer", "asha", NOW)
        for name in ("", "Big", "a b", "9lives", "x" * 41, "a'; --"):
            with pytest.raises(saved.BadName):
                saved.save(conn, crowd.programme.id, name, WORDS, "asha", NOW)
        assert saved.names(conn, crowd.programme.id) == []


@pytest.mark.parametrize("state", ["approved", "scheduled", "sending", "paused"])
def test_what_an_approved_campaign_goes_by_stays(crowd: Crowd, state: str) -> None:
    with crowd.engine.begin() as conn:
        saved.save(conn, crowd.programme.id, "big", WORDS, "asha", NOW)
    crowd.campaign("diwali", state, saved="big")
    with crowd.engine.begin() as conn:
        saved.save(conn, crowd.programme.id, "big", WORDS, "vikram", NOW)  # the same words change nothing
        with pytest.raises(saved.AudienceInUse, match="campaign diwali goes by the audience big"):
            saved.save(conn, crowd.programme.id, "big", "kyc = none", "vikram", NOW)
        with pytest.raises(saved.AudienceInUse):
            saved.drop(conn, crowd.programme.id, "big")
        assert saved.find(conn, crowd.programme.id, "big") == parse(WORDS)


@pytest.mark.parametrize("state", ["draft", "stopped", "done"])
def test_what_no_live_campaign_goes_by_may_change(crowd: Crowd, state: str) -> None:
    with crowd.engine.begin() as conn:
        saved.save(conn, crowd.programme.id, "big", WORDS, "asha", NOW)
    crowd.campaign("diwali", state, saved="big")
    with crowd.engine.begin() as conn:
        saved.save(conn, crowd.programme.id, "big", "kyc = none", "vikram", NOW)
