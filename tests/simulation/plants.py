"""Bugs to plant in the house, each with the law that must catch it: a simulator that finds none of them finds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

import ledger.points
from bot import sweep, turn
from journal import inbox
from payouts import books, steps
from payouts.lifecycle import Points
from payouts.steps import Begun
from whatsapp import relay
from whatsapp.outcome import Uncertain
from whatsapp.verdict import Change, verdict

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Plant:
    """`law`: the name of the one that has to notice."""

    name: str
    law: str
    plant: Callable[[Patch], None]


def a_new_key_for_every_post(patch: Patch) -> None:
    real, numbers = steps.begin, count()

    def begin(*given: Any) -> Any:
        begun = real(*given)
        return replace(begun, idempotency_key=f"{begun.idempotency_key}-{next(numbers)}") if isinstance(begun, Begun) else begun

    patch.setattr(steps, "begin", begin)


def a_hold_released_twice(patch: Patch) -> None:
    real = books.settle

    def settle(conn: Any, payout: Any, points: Points, now: Any) -> int:
        available = real(conn, payout, points, now)
        if points is Points.RELEASE:
            ledger.points.earn(
                conn, key=f"{payout.id}/release/again", programme_id=payout.programme_id, member_id=payout.member_id,
                points=payout.points, expires_at=None, happened_at=now, recorded_at=now, facts={},
            )  # fmt: skip
        return available

    patch.setattr(books, "settle", settle)


def an_uncertain_message_sent_again(patch: Patch) -> None:
    def again(outcome: Any, *, now: Any, **given: Any) -> Change:
        if isinstance(outcome, Uncertain):
            return Change("queued", reason="again", not_before=now + timedelta(seconds=5))
        return verdict(outcome, now=now, **given)

    patch.setattr(relay, "verdict", again)


def lots_taken_without_the_account(patch: Patch) -> None:
    real = ledger.points.hold

    def hold(conn: Any, **given: Any) -> Any:
        held = real(conn, **given)
        conn.execute(text("SET ROLE NONE"))
        first = "(SELECT min(id) FROM lots WHERE remaining > 0)"
        conn.execute(text(f"UPDATE lots SET remaining = remaining - 1 WHERE id = {first}"))
        conn.execute(text("SET ROLE saathi_service"))
        return held

    patch.setattr(ledger.points, "hold", hold)


def a_repeated_webhook_taken_as_new(patch: Patch) -> None:
    real, seen = inbox.put_message, Counter[str]()

    def put_message(conn: Any, *, key: str, **given: Any) -> Any:
        seen[key] += 1
        return real(conn, key=key if seen[key] == 1 else f"{key}.{seen[key]}", **given)

    patch.setattr(inbox, "put_message", put_message)


def a_settled_payout_that_keeps_its_hold(patch: Patch) -> None:
    patch.setattr(books, "_burn", lambda *given: None)


def a_flow_that_answers_by_chance(patch: Patch) -> None:
    real, numbers = turn.converse, count()

    def converse(*given: Any) -> Any:
        turned = real(*given)
        misses = next(numbers) % 2
        return replace(turned, session=replace(turned.session, misses=misses))

    patch.setattr(turn, "converse", converse)


def a_sweeper_that_rings_for_nothing(patch: Patch) -> None:
    patch.setattr(sweep, "ROWS_MAX", 0)


PLANTS = (
    Plant("a new key for every post", "every payout is paid at most once", a_new_key_for_every_post),
    Plant("a hold released twice", "no point is lost or made", a_hold_released_twice),
    Plant("an uncertain message sent again", "no message is said twice", an_uncertain_message_sent_again),
    Plant("lots taken without the account", "the books are sound", lots_taken_without_the_account),
    Plant("a repeated webhook taken as new", "every message that was written is stored", a_repeated_webhook_taken_as_new),
    Plant("a settled payout that keeps its hold", "holds are empty", a_settled_payout_that_keeps_its_hold),
    Plant("a flow that answers by chance", "every journal verifies", a_flow_that_answers_by_chance),
    Plant("a sweeper that rings for nothing", "nothing is left undone", a_sweeper_that_rings_for_nothing),
)
