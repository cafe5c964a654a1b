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
class Ended:
    """Done; `happening`, where there is one, is committed into the inbox together with the outcome.

    `store` is called in that transaction, at most once for a task, before the happening is put there."""

    outcome: str
    happening: Event | None = None
    store: Callable[[Connection, datetime], None] | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing came of it yet: try again at `at`."""

    at: datetime
