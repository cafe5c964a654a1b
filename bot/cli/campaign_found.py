"""Which campaign, file or person an operator means; every refusal is one line, but for a file's faults: one line each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import Connection, text

from bot.cli.account_find import account_of
from bot.cli.house import refuse
from campaigns import file, rows
from campaigns.expression import BadCondition
from campaigns.file import BadCampaign
from campaigns.pace import NeverAllowed
from campaigns.rows import Refused, Row
from campaigns.saved import AudienceInUse, BadName, UnknownAudience
from campaigns.spec import Campaign

T = TypeVar("T")
_SENDERS = text("SELECT id, address FROM senders WHERE programme_id = :programme ORDER BY id")
programme_option = click.option("--programme", "programme_id", help="Needed only where several are published.")


def read_file(path: Path, now: datetime) -> Campaign:
    try:
        return file.read(path, now)
    except BadCampaign as bad:
        raise refuse("\n".join(f"{path}: {fault}" for fault in bad.faults)) from bad


def is_file(word: str) -> bool:
    """A file is named with its ending or its folder; anything else is a campaign's id."""
    return word.endswith(".toml") or "/" in word


def as_file(path: Path) -> str:
    """How to name it so that it is taken for a file."""
    return str(path) if is_file(str(path)) else f"./{path}"


def row_of(conn: Connection, programme_id: str, campaign_id: str) -> Row:
    found = rows.find(conn, programme_id, campaign_id)
    if found is None:
        if (path := Path(campaign_id)).is_file():
            raise refuse(f"{campaign_id} is a file: ./saathi campaign check {as_file(path)}")
        raise refuse(f"there is no campaign {campaign_id}; ./saathi campaign list shows them")
    return found


def settled(outcome: T | Refused) -> T:
    """What was decided; a refusal in its own words."""
    if isinstance(outcome, Refused):
        raise refuse(outcome.words)
    return outcome


def sender_of(conn: Connection, programme_id: str, address: str | None) -> str:
    """The number that it leaves from: the one named, else the only one there is."""
    found = {row.address.removeprefix("whatsapp:"): row.id for row in conn.execute(_SENDERS, {"programme": programme_id})}
    if not found:
        raise refuse("no number sends for this programme: set TWILIO_FROM and run ./saathi migrate")
    if address is None and len(found) > 1:
        raise click.UsageError(f"several numbers send for this programme: add --sender with one of {', '.join(sorted(found))}")
    if address is not None and address.removeprefix("whatsapp:") not in found:
        raise refuse(f"{address} sends nothing for this programme: there is {', '.join(sorted(found))}")
    return str(found[address.removeprefix("whatsapp:")] if address is not None else next(iter(found.values())))


def member_of(conn: Connection, programme_id: str, named: str) -> str:
    """The member whom a phone or an id names."""
    member, programme = account_of(conn, named, programme_id)
    if programme != programme_id:
        raise refuse(f"{named} is in {programme}, and this campaign is not")
    return member




@contextmanager
def refusing() -> Iterator[None]:
    """What is wrong with a condition, with the name of a saved one, or with holidays that never end, as one line."""
    try:
        yield
    except BadCondition as wrong:
        raise refuse(f"the condition, {wrong}") from wrong
    except (UnknownAudience, AudienceInUse, BadName, NeverAllowed) as fault:
        raise refuse(str(fault)) from fault
