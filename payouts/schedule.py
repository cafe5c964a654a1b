"""When a payout is looked at again, and how: the same bytes posted again, or a question by reference. Pure.

Times come from the provider's published advice: the same request with the same key after about 1, 2 and 5 minutes,
asking from 5 minutes on, no repeat once its memory of the key (7 days) is over.
"""

from __future__ import annotations

import zlib
from enum import StrEnum

from payouts.lifecycle import State

REPEAT_AT_S = (60, 120, 300)  # since the first post
REPEATS_MAX = len(REPEAT_AT_S)
ASK_FROM_S = 300
ASK_GAPS_S = (300, 600, 1200, 2400, 3600)  # then every hour, for as long as it takes
PUT_OFF_S = (30, 60, 120, 300, 600, 1200, 2400, 3600)
KEY_LIFE_S = 7 * 24 * 3600
LEASE_S = 90  # longer than one call may take: a worker that died mid-call is followed after this


class Move(StrEnum):
    SEND = "send"
    ASK = "ask"
    STOP = "stop"  # neither is safe or sensible: a person decides


def move(state: State, *, unanswered: int, age_s: float, repeat_is_safe: bool) -> Move:
    """How to go on with a payout that was begun `age_s` ago.

    `unanswered`: posts whose fate we do not know, be it a timeout or a worker that died. With none, nothing can have
    reached the books of the provider, so a post is a first post whatever the adapter says about repeats.
    """
    if state is State.SENT:
        return Move.ASK
    if unanswered == 0:
        return Move.SEND if age_s < KEY_LIFE_S else Move.STOP
    if repeat_is_safe and unanswered <= REPEATS_MAX and age_s < KEY_LIFE_S:
        return Move.SEND
    return Move.ASK


def wait_unclear_s(*, unanswered: int, asks: int, age_s: float, repeat_is_safe: bool) -> float:
    """Seconds until the next look after a post or a question that told nothing."""
    if repeat_is_safe and unanswered <= REPEATS_MAX and asks == 0:
        return max(REPEAT_AT_S[max(unanswered - 1, 0)] - age_s, 30.0)
    if asks == 0:
        return max(ASK_FROM_S - age_s, 60.0)
    return wait_asking_s(asks)


def wait_asking_s(asks: int) -> float:
    """Seconds until the next question, growing up to an hour."""
    return ASK_GAPS_S[min(asks, len(ASK_GAPS_S) - 1)]


def wait_put_off_s(payout_id: str, tries: int, retry_after_s: float | None) -> float:
    """Seconds to stand back after "not now". Spread by the payout's id, so that a crowd does not return as one."""
    base = max(PUT_OFF_S[min(max(tries - 1, 0), len(PUT_OFF_S) - 1)], retry_after_s or 0.0)
    return base * (1 + (zlib.crc32(payout_id.encode()) % 256) / 1024)
