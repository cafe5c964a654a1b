"""The port to whoever moves the money: what an adapter promises, and all that can come of asking it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from payouts.destination import Destination
from payouts.modes import Mode


@dataclass(frozen=True, slots=True)
class Order:
    """What an adapter needs to build a request, besides the destination."""

    payout_id: str
    member_id: str
    reference_id: str  # ours, at most 40 characters
    amount_paise: int
    mode: Mode = Mode.UPI


class Unbuildable(Exception):
    """No request can be made of this order for this provider; `reason` is a slug, never the secret itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# ---- what can come of a call; every field is safe to log ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Processing:
    """`waits_for`: a slug where the provider queues it for something on our side, such as low_balance."""

    provider_id: str
    amount_paise: int
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    provider_id: str
    amount_paise: int
    utr: str | None  # the bank's own reference; may follow later


@dataclass(frozen=True, slots=True)
class Reversed:
    provider_id: str
    amount_paise: int
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider took it and has finally not paid it."""

    provider_id: str
    amount_paise: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """This very request was not taken. `permanent`: nor ever will be; else the same bytes may be later."""

    reason: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Not taken, because we ask too often."""

    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been taken: a timeout, a 5xx, an answer we cannot read. `answered`: they did speak, of this very payout."""

    why: str
    answered: bool = field(default=False, compare=False)


def asking_refused(status: int) -> Unknown:
    """A question answered with this HTTP status. 400 and 422 speak of this very payout, and every later question of it would
    get them too; the others are about us, or about the moment."""
    return Unknown(f"asking_http_{status}", answered=status in (400, 422))


@dataclass(frozen=True, slots=True)
class NotFound:
    """Asked by reference: the provider has no such payout (yet)."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """Something only a person can judge: two payouts under one reference, another body under our key."""

    why: str


Outcome = Processing | Paid | Reversed | Failed | Refused | RateLimited | Unknown | NotFound | Disputed


@dataclass(frozen=True, slots=True)
class Listed:
    """One payout in the provider's own list. None: what stood there is no id."""

    provider_id: str | None
    reference_id: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Page:
    """`more`: the list goes on behind these."""

    items: tuple[Listed, ...]
    more: bool


class Provider(Protocol):
    """Methods never raise for the world's faults: those are outcomes. They log no body and no secret."""

    @property
    def name(self) -> str: ...

    @property
    def repeat_is_safe(self) -> bool:
        """Whether the same bytes under the same key can never pay twice."""

    def build(self, order: Order, destination: Destination) -> bytes:
        """The exact bytes to send, the same for ever. Raises Unbuildable."""

    def send(self, request: bytes, idempotency_key: str) -> Outcome: ...

    def ask(self, reference_id: str) -> Outcome: ...

    def listing(self, since: datetime, until: datetime, skip: int) -> Page | RateLimited | Refused | Unknown:
        """What the provider has on its books, made in that time, from the `skip`th on. One that keeps no list answers
        an empty page: then each of ours is asked for."""
