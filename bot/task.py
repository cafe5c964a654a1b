"""What a task is, and how its work may end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from flows.kernel import Event


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    key: str
    kind: str
    conversation_id: str
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Next:
    """What is to be done after a task, for the same conversation."""

    kind: str
    queue: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """Done; `happening` and the row of the task `next`, where there is one, are committed together with the outcome.

    `store` is called in that transaction, at most once for a task, before the happening is put there."""

    outcome: str
    happening: Event | None = None
    store: Callable[[Connection, datetime], None] | None = None
    next: Next | None = None
    told_in: str | None = None  # another conversation than the task's: the account has a new number since


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing came of it yet: try again at `at`."""

    at: datetime
