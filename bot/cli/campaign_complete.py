"""What the shell completes: ids of campaigns and names of saved audiences. It never starts a server, and where it cannot
look it says nothing: a shell in the middle of a line is no place for a fault."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from base.db import make_engine
from bot import local
from bot.wiring import House
from config.settings import BadSettings, load

MOST = 200
_CAMPAIGNS = text("""
    SELECT id AS word, state || ', ' || (file ->> 'name') AS help FROM campaigns
    WHERE starts_with(id, :begins) ORDER BY created_at DESC, id LIMIT :most""")
_SAVED = text("""
    SELECT name AS word, condition AS help FROM audiences WHERE starts_with(name, :begins) ORDER BY name LIMIT :most""")


class _Completed(click.ParamType[str]):
    """A word of which the shell knows how it may go on; anything is taken, the verb itself refuses what is not there."""

    def __init__(self, name: str, known: Any, *, or_file: bool = False) -> None:
        self.name, self._known, self._or_file = name, known, or_file

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found = _look(ctx, self._known, incomplete)
        # The file first: bash forgets at it whatever it was told before.
        return [CompletionItem(incomplete, type="file"), *found] if self._or_file else found


CAMPAIGN = _Completed("campaign", _CAMPAIGNS)
CAMPAIGN_OR_FILE = _Completed("campaign or file", _CAMPAIGNS, or_file=True)
SAVED = _Completed("saved audience", _SAVED)


def _look(ctx: click.Context, known: Any, begins: str) -> list[CompletionItem]:
    engine = _engine(ctx)
    if engine is None:
        return []
    try:
        with engine.connect() as conn:
            rows = conn.execute(known, {"begins": begins, "most": MOST}).all()
    except SQLAlchemyError:
        return []
    return [CompletionItem(row.word, help=row.help) for row in rows]


def _engine(ctx: click.Context) -> Engine | None:
    root = ctx.find_root()
    if isinstance(root.obj, House):
        return root.obj.engine
    try:
        settings = load()
    except BadSettings:
        return None
    running = (one.url for one in local.status(settings.root) if one.pid and "postgres" in one.name)
    url = settings.database_url or next(running, "")
    return make_engine(url, pool_size=1) if url else None
