"""A campaign's forecast, with a bar on standard error where somebody watches: a hundred thousand people take a while. And
which of its variables are empty, of the first of them."""

from __future__ import annotations

import sys
from datetime import datetime

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection

from bot import campaign_check, campaigns
from bot.cli.campaign_found import refusing
from bot.wiring import House
from campaigns import audience as audiences
from campaigns.blanks import Blanks, blanks
from campaigns.forecast import Forecast, forecast
from campaigns.rows import Row


def emptied(house: House, conn: Connection, row: Row, now: datetime) -> Blanks:
    """Which of its variables are empty, and of how many. Refuses as `counted` does."""
    with refusing():
        whom = campaign_check.audience_of(conn, row.programme_id, row.campaign)
    return blanks(conn, campaigns.ports(house).values, row, whom, now)


def counted(conn: Connection, row: Row, now: datetime) -> Forecast:
    """What sending it now would do. Refuses with one line where its audience cannot be read."""
    with refusing():
        whom = campaign_check.audience_of(conn, row.programme_id, row.campaign)
    size = audiences.size(conn, whom, now)
    page = Console(stderr=True)
    with Progress(console=page, transient=True, disable=not sys.stderr.isatty()) as bar:
        people = bar.add_task("looking at everybody in the audience", total=size)
        with refusing():
            return forecast(conn, row, whom, now, looked_at=lambda number: bar.update(people, completed=number))
