"""Moving everybody's time in development: our offset and the sandbox's dial go together, or neither goes."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

import httpx
from sqlalchemy import text

from bot.wiring import House

OFFSET_MAX_S = 36_500 * 86_400  # further on, dates would leave the calendar that Python and others keep


class CannotTurn(Exception):
    """Why time stays as it was, and the remedy, in one line."""


def forward(house: House, seconds: int) -> datetime:
    """Everybody's time after it was moved on by `seconds`. Raises CannotTurn; then nothing has moved."""
    return _turn(house, lambda now: seconds)


def past(house: House, moment: datetime) -> datetime:
    """The same to just after `moment`; where that is over already, nothing moves: asked twice, it is done once."""
    return _turn(house, lambda now: max(math.ceil((moment - now).total_seconds()) + 1, 0) if moment >= now else 0)


def bring_along(house: House) -> None:
    """A sandbox that has just begun knows nothing of the time that was moved before: it follows. Raises CannotTurn."""
    with house.engine.connect() as conn:
        offset_s = conn.execute(text("SELECT offset_s FROM dev_clock")).scalar_one()
    if offset_s and house.settings.development:
        _move_the_world(house, offset_s)


def _turn(house: House, by: Callable[[datetime], int]) -> datetime:
    if not house.settings.development:
        raise CannotTurn("refused: TWILIO_API_BASE_URL is not on this machine, so this is no development house")
    with house.engine.begin() as conn:
        offset_s = conn.execute(text("SELECT offset_s FROM dev_clock FOR UPDATE")).scalar_one()
        seconds = by(house.clock.at(offset_s))
        if offset_s + seconds > OFFSET_MAX_S:
            raise CannotTurn(f"refused: the clock would be more than {OFFSET_MAX_S // 86_400} days ahead")
        if seconds:
            _move_the_world(house, seconds)  # before our commit: if it does not move, neither do we
        conn.execute(text("UPDATE dev_clock SET offset_s = :s"), {"s": offset_s + seconds})
        return house.clock.at(offset_s + seconds)


def _move_the_world(house: House, seconds: int) -> None:
    """The sandbox's own dial: its session windows and delays move along."""
    url = house.settings.sandbox_url
    if not url:
        return
    try:
        httpx.post(f"{url}/sandbox/clock", json={"advance_s": seconds}, timeout=10).raise_for_status()
    except httpx.HTTPError as fault:
        why = f"the sandbox at {url} does not turn its clock ({type(fault).__name__})"
        raise CannotTurn(f"{why}, so ours was not turned either: start it with `make up`") from fault
