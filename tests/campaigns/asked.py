"""What tests ask of an audience."""

from __future__ import annotations

from typing import Any

from campaigns import audience
from campaigns.audience import Audience
from campaigns.condition import Condition
from campaigns.expression import parse
from tests.campaigns.crowd import NOW, Crowd, Person


def chosen(crowd: Crowd, words: str | Condition, **more: Any) -> list[str]:
    condition = parse(words) if isinstance(words, str) else words
    with crowd.engine.begin() as conn:
        found = audience.page(conn, Audience(crowd.programme.id, condition, **more), NOW, "", 1_000)
        assert audience.size(conn, Audience(crowd.programme.id, condition, **more), NOW) == len(found)
    return found


def why_not(crowd: Crowd, words: str, one: Person | str, **more: Any) -> str | None:
    with crowd.engine.begin() as conn:
        which = Audience(crowd.programme.id, parse(words), **more)
        return audience.why_not(conn, which, one if isinstance(one, str) else one.id, NOW)
