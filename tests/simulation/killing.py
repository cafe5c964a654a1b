"""Death at the n-th commit: what a process had committed stays, everything else is as if it had never been. What strikes
there may also be something else, such as the end of every connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event

from base import driver
from bot.wiring import House
from tests.statements import writes as _writes


class Killed(BaseException):
    """As kill -9 does, no handler of ours sees it as a fault of ours."""


def die() -> None:
    raise Killed


@dataclass
class Fate:
    """Strikes at commit number `at`, before it or right after it. `commits` counts those that were reached."""

    at: int
    after: bool
    strike: Callable[[], None] = die
    commits: int = 0

    @property
    def struck(self) -> bool:
        return self.commits >= self.at

    def before_commit(self) -> None:
        self.commits += 1
        if self.commits == self.at and not self.after:
            self.strike()

    def after_commit(self) -> None:
        if self.commits == self.at and self.after:
            self.strike()


@contextmanager
def killed_at(house: House, at: int, *, after: bool, strike: Callable[[], None] = die) -> Iterator[Fate]:
    """Meanwhile the process dies at its `at`-th commit, if it gets so far; the with block ends either way."""
    fate = Fate(at, after, strike)
    real, real_hot = house.engine.dialect.do_commit, driver.execute

    def commit(connection: Any) -> None:
        fate.before_commit()
        real(connection)
        fate.after_commit()

    def alone_before(conn: object, cursor: object, statement: str, *_: object) -> None:
        if _writes(statement):
            fate.before_commit()

    def alone_after(conn: object, cursor: object, statement: str, *_: object) -> None:
        if _writes(statement):
            fate.after_commit()

    def hot(connection: Any, prepared: str, given: Any) -> list[Any]:
        alone = connection.autocommit and _writes(prepared)
        if alone:
            fate.before_commit()
        rows = real_hot(connection, prepared, given)
        if alone:
            fate.after_commit()
        return rows

    event.listen(house.autocommit, "before_cursor_execute", alone_before)
    event.listen(house.autocommit, "after_cursor_execute", alone_after)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(house.engine.dialect, "do_commit", commit)
            patch.setattr(driver, "execute", hot)
            with suppress(Killed):
                yield fate
    finally:
        event.remove(house.autocommit, "before_cursor_execute", alone_before)
        event.remove(house.autocommit, "after_cursor_execute", alone_after)
