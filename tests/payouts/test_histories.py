"""Any history of outcomes, on the real books: points and money always add up, and return at most once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payouts.approval import Limits
from payouts.decide import CannotDecide, approve, clear_alert, hold, reject, release, retry
from payouts.judge import Source
from payouts.provider import Failed, NotFound, Outcome, Paid, Processing, RateLimited, Refused, Reversed, Unknown
from payouts.record import record
from payouts.steps import Begun, begin
from tests.effort import PAYOUT_HISTORIES
from tests.payouts.conftest import World

AMOUNT = 12_500
OUTCOMES: list[Outcome] = [
    Processing("pout_1", AMOUNT), Paid("pout_1", AMOUNT, None), Paid("pout_1", AMOUNT, "5232"), NotFound(),
    Reversed("pout_1", AMOUNT, "reversed"), Failed("pout_1", AMOUNT, "failed"), Unknown("http_500"), RateLimited(None),
    Refused("vpa_invalid", permanent=True), Refused("http_401", permanent=False), Paid("pout_1", AMOUNT + 1, None),
    Paid("pout_2", AMOUNT, None),
]  # fmt: skip
VERBS = (approve, hold, release, retry, clear_alert, reject)
STEPS = st.lists(
    st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(Source), st.booleans(), st.sampled_from((None, None, *VERBS))),
    min_size=1, max_size=12,
)  # fmt: skip
LIMITS = st.sampled_from([Limits(), Limits(), Limits(0), Limits(0, 0)])
LEGAL_NEWS = ([], ["PayoutPaid"], ["PayoutFailed"], ["PayoutPaid", "PayoutReversed"])


def decide(world: World, payout_id: str, verb: Any) -> None:
    decision = world.decision()
    with world.engine.begin() as conn:
        verb(conn, payout_id, decision, *([world.tell] if verb is reject else []))


@settings(max_examples=PAYOUT_HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, LIMITS)
def test_whatever_the_provider_says_and_people_decide(
    world: World, history: list[tuple[Outcome, Source, bool, Any]], limits: Limits
) -> None:
    world.limits = limits
    number = world.one("SELECT count(*) AS n FROM payouts").n
    key = f"SM{number}/0"
    if number % 100 == 99:  # one member lives through them all: without a new year their tax would begin
        world.advance(days=366)
    world.earn(f"{key}/earn", 500, days=36_500)
    before = world.points()
    payout_id = world.request(500, key).payout_id
    told = len(world.told())
    requests: set[Any] = set()
    for outcome, source, ring, verb in history:
        if verb is not None:
            with suppress(CannotDecide):
                decide(world, payout_id, verb)
        if ring:
            world.now = max(world.now, world.payout(payout_id).next_at or world.now)
            begun = begin(world.house, payout_id)
            if isinstance(begun, Begun) and begun.request:
                requests.add((begun.request, begun.idempotency_key))
        with world.engine.begin() as conn:
            record(conn, payout_id, outcome, source=source, now=world.now, tell=world.tell)
    payout, after = world.payout(payout_id), world.points()
    news = [event["name"] for event in world.told()[told:] if event["name"] != "PayoutDelayed"]
    assert news in LEGAL_NEWS
    assert len(requests) <= 1
    gone = {"paid": 500, "failed": 0, "reversed": 0}.get(payout.state, 500)
    assert after.available == before.available - gone
    assert after.held == before.held + (500 if payout.settled_at is None else 0)
    assert sum(world.money().values()) == 0
    assert world.sound()
