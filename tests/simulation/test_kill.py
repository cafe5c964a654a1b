"""kill -9 of real processes under load: afterwards every message was handled once, every code credited once, every payout
made once, and nobody was told anything twice or not at all."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from bot import recover
from bot.sweep import sweep
from ledger.verify import verify
from tests.bot.media_host import qr_png
from tests.effort import KILLS
from tests.house import Home
from tests.servers import Database
from tests.simulation.street import Street, chaos, street, until

PEOPLE = [f"+9198{n:08d}" for n in range(1, 6)]
SETTLED = ("accepted", "sent", "delivered", "read")


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1])
def test_processes_killed_under_load(database: Database, redis_url: str, tmp_path: Path, seed: int) -> None:
    killed_under_load(database, redis_url, tmp_path, seed, kills=6, rounds=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 2 + KILLS))
def test_processes_killed_under_load_for_long(database: Database, redis_url: str, tmp_path: Path, seed: int) -> None:
    killed_under_load(database, redis_url, tmp_path, seed, kills=40, rounds=12)


def killed_under_load(database: Database, redis_url: str, root: Path, seed: int, *, kills: int, rounds: int) -> None:
    with street(database.url, redis_url, root) as here:
        for number in PEOPLE:
            becomes_a_member(here, number)
        codes = here.home.codes(len(PEOPLE) * (1 + 2 * rounds))
        for number in PEOPLE:
            is_about_to_redeem(here, number, codes.pop())
        first = [partial(here.write, number, text="yes") for number in PEOPLE]
        acts = []
        for number in PEOPLE:
            for _ in range(rounds):
                acts += [
                    partial(here.write, number, text=codes.pop()), partial(here.photo, number, qr_png(codes.pop())),
                    partial(here.write, number, text="points"),
                ]  # fmt: skip
        chaos(here, seed, kills, first, acts)
        comes_to_rest(here)
        nothing_lost_nothing_twice(here)


def becomes_a_member(here: Street, number: str) -> None:
    for words in ("hi", "I agree", "Ramesh Kumar", "Electrician", "411001"):
        here.write(number, wait=True, text=words)
    assert here.home.told(f"whatsapp:{number}")[-1] == "enrol.welcome"


def is_about_to_redeem(here: Street, number: str, code: str) -> None:
    for words in (code, "redeem", "100", f"r{number[-8:]}@okaxis"):
        here.write(number, wait=True, text=words)
    assert here.home.told(f"whatsapp:{number}")[-1] == "redeem.confirm"


def comes_to_rest(here: Street) -> None:
    """Everyone is alive again. Time runs faster, so that leases end and lists are looked at."""
    until(here.ready, 40, "the web answers again")
    for _ in range(60):
        if at_rest(here):
            break
        here.forward(60)
        recover.since_yesterday(here.home.house)
        sweep(here.home.house)
        try:
            until(lambda: at_rest(here), 2, "rest")
        except AssertionError:
            continue
    for number in PEOPLE:  # what was known to be lost is told when they next write
        here.write(number, wait=True, text="menu")
    until(lambda: at_rest(here), 30, unrest(here.home))


def at_rest(here: Street) -> bool:
    home = here.home
    wrote = [m.sid for m in list(here.sandbox.messages.values()) if m.inbound]
    return (
        home.count("SELECT count(*) FROM inbox WHERE key = ANY(:sids) AND handled_at IS NOT NULL", sids=wrote) == len(wrote)
        and home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
        and home.count("SELECT count(*) FROM tasks WHERE state = 'ready'") == 0
        and home.count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')") == 0
        and home.count("SELECT count(*) FROM payouts WHERE state <> 'paid'") == 0
    )


def unrest(home: Home) -> str:
    return str([
        home.rows("SELECT key, kind, failures, fault FROM inbox WHERE handled_at IS NULL"),
        home.rows("SELECT kind, state, attempts FROM tasks WHERE state = 'ready'"),
        home.rows("SELECT id, state, reason FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')"),
        home.rows("SELECT state, reason, alert FROM payouts WHERE state <> 'paid'"),
    ])  # fmt: skip


def nothing_lost_nothing_twice(here: Street) -> None:
    home = here.home
    with home.house.engine.connect() as conn:
        assert verify(conn) == []
    assert home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL OR failures > 0") == 0
    handled = Counter(row.event_key for row in home.rows("SELECT event_key FROM journal"))
    assert set(handled.values()) == {1}
    assert set(handled) == {row.key for row in home.rows("SELECT key FROM inbox")}
    credited = 100 * home.count("SELECT count(*) FROM coupons")
    paid_out = home.count("SELECT coalesce(sum(points), 0) FROM payouts")
    assert paid_out > 0  # whose "yes" was delayed until after a photo is asked again, so it need not be everyone
    assert home.count("SELECT sum(remaining) FROM lots") == credited - paid_out
    assert home.count("SELECT count(*) FROM coupons WHERE state <> 'claimed'") == 0
    assert home.count("SELECT count(*) FROM postings WHERE reason = 'earn'") == home.count("SELECT count(*) FROM coupons")
    paid = Counter(payout.reference_id for payout in here.sandbox.book.payouts.values())
    assert set(paid.values()) == {1}
    assert set(paid) == {row.reference_id for row in home.rows("SELECT reference_id FROM payouts")}
    assert {row.state for row in home.rows("SELECT DISTINCT state FROM outbox")} <= set(SETTLED)
    got = Counter(
        m.status_callback.partition("?row=")[2].partition("&")[0] for m in here.sandbox.messages.values() if not m.inbound
    )
    assert {row: times for row, times in got.items() if times > 1} == {}
    assert set(got) == {str(row.id) for row in home.rows("SELECT id FROM outbox")}
