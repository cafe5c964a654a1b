"""The campaigns row: what is to be sent, how far it came, and who said so.

draft -> approved -> scheduled | sending <-> paused -> done | stopped. Every move is made under the row's lock and written
into the audit log in the same transaction; of two colleagues at once the second is told who was first. Pause and stop
reach the messages that wait in the outbox in the transaction that changes the state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy import Row as SqlRow

from base import audit
from base.days import in_india
from campaigns import makers, pace, stored, waiting
from campaigns.attention import RANKS
from campaigns.spec import ID, ID_MEANT, Campaign

STATES = ("draft", "approved", "scheduled", "sending", "paused", "stopped", "done")
_COLUMNS = """programme_id, id, sender_id, state, file, file_hash, priority, category, starts_at, ends_at, created_by,
    created_at, approved_by, approved_at, sent_by, began_at, planned_at, ended_at, why, cursor, planned, size, moved_by,
    moved_at, waits_for, waits_until"""
_FIND = text(f"SELECT {_COLUMNS} FROM campaigns WHERE programme_id = :programme AND id = :id")
_LOCK = text(f"SELECT {_COLUMNS} FROM campaigns WHERE programme_id = :programme AND id = :id FOR NO KEY UPDATE")
_LIST = text(f"""
    SELECT {_COLUMNS} FROM campaigns WHERE programme_id = :programme AND state = ANY(CAST(:states AS text[]))
    ORDER BY created_at DESC, id LIMIT :most""")
_LIVE = text(f"""
    SELECT {_COLUMNS} FROM campaigns WHERE state IN ('scheduled', 'sending')
    ORDER BY priority DESC, starts_at NULLS FIRST, id""")
_CREATE = text(f"""
    INSERT INTO campaigns (programme_id, id, sender_id, state, file, file_hash, priority, category, starts_at, ends_at,
                           created_by, created_at, moved_by, moved_at)
    VALUES (:programme, :id, :sender, 'draft', CAST(:file AS jsonb), :hash, :priority, :category, :starts_at, :ends_at,
            :by, :now, :by, :now)
    ON CONFLICT DO NOTHING RETURNING {_COLUMNS}""")
_REWRITE = text(f"""
    UPDATE campaigns SET sender_id = :sender, file = CAST(:file AS jsonb), file_hash = :hash, priority = :priority,
           category = :category, starts_at = :starts_at, ends_at = :ends_at, created_by = :by, created_at = :now,
           moved_by = :by, moved_at = :now
    WHERE programme_id = :programme AND id = :id RETURNING {_COLUMNS}""")
_MOVE = text(f"""
    UPDATE campaigns SET state = :state, why = :why, moved_by = :by, moved_at = :now, waits_for = '', waits_until = NULL,
           approved_by = CASE WHEN :state = 'approved' THEN :by ELSE approved_by END,
           approved_at = CASE WHEN :state = 'approved' THEN CAST(:now AS timestamptz) ELSE approved_at END,
           sent_by = CASE WHEN :sends THEN :by ELSE sent_by END,
           starts_at = CASE WHEN :sends THEN CAST(:starts_at AS timestamptz) ELSE starts_at END,
           size = coalesce(CAST(:size AS integer), size),
           began_at = CASE WHEN :state = 'sending' THEN coalesce(began_at, CAST(:now AS timestamptz)) ELSE began_at END,
           ended_at = CASE WHEN :state IN ('stopped', 'done') THEN CAST(:now AS timestamptz) ELSE ended_at END
    WHERE programme_id = :programme AND id = :id RETURNING {_COLUMNS}""")


@dataclass(frozen=True, slots=True)
class Row:
    """One campaign as it stands. `why`: of a pause or a stop. `size`: of the audience when somebody said send; `planned`: how
    many of them have been decided about. `moved_by`: who brought it into its state. `waits_for`: quiet, tier, budget or "",
    why nobody new is decided about just now, till `waits_until`."""

    programme_id: str
    id: str
    sender_id: str
    state: str
    campaign: Campaign
    file_hash: str
    priority: int
    category: str
    starts_at: datetime | None
    ends_at: datetime | None
    created_by: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    sent_by: str | None
    began_at: datetime | None
    planned_at: datetime | None
    ended_at: datetime | None
    why: str
    cursor: str
    planned: int
    size: int
    moved_by: str
    moved_at: datetime
    waits_for: str
    waits_until: datetime | None

    def begins(self, at: datetime) -> datetime:
        """From when on it is meant to leave if it is sent, or goes on, at this moment; quiet hours aside."""
        return max(at, self.starts_at or at)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed; `words` say why, and what to do."""

    words: str


def subject(row: Row) -> str:
    """What the audit log calls it."""
    return f"campaign/{row.programme_id}/{row.id}"


def create(
    conn: Connection, campaign: Campaign, *, programme_id: str, sender_id: str, by: str, at: datetime
) -> Row | Refused:
    """A draft. The same file again changes nothing; another one under the same id takes the place of a draft."""
    if not re.fullmatch(ID, campaign.id):
        return Refused(f"{campaign.id!r} is no id of a campaign: {ID_MEANT}")
    given = {
        "programme": programme_id, "id": campaign.id, "sender": sender_id, "file": stored.written(campaign),
        "hash": stored.hash_of(campaign), "priority": RANKS[campaign.priority], "category": campaign.category,
        "starts_at": campaign.schedule.start, "ends_at": campaign.schedule.end, "by": by, "now": at,
    }  # fmt: skip
    made = conn.execute(_CREATE, given).one_or_none()
    if made is None:
        old = _locked(conn, programme_id, campaign.id)
        if old is None:
            return Refused(f"another programme has a campaign {campaign.id}: choose another id")
        if old.file_hash == given["hash"] and old.sender_id == sender_id:
            return old
        if old.state != "draft":
            return Refused(f"{campaign.id} is {_since(old)}, and its words change no more: copy it under another id")
        made = conn.execute(_REWRITE, given).one()
    row = _row(made)
    _audit(conn, row, makers.ACT, by, at, "")
    return row


def find(conn: Connection, programme_id: str, campaign_id: str) -> Row | None:
    found = conn.execute(_FIND, {"programme": programme_id, "id": campaign_id}).one_or_none()
    return None if found is None else _row(found)


def locked(conn: Connection, programme_id: str, campaign_id: str) -> Row | None:
    """The row, nobody else's until the transaction ends."""
    return _locked(conn, programme_id, campaign_id)


def list_(conn: Connection, programme_id: str, states: Sequence[str] = STATES, most: int = 100) -> list[Row]:
    """The newest first."""
    given = {"programme": programme_id, "states": list(states), "most": most}
    return [_row(found) for found in conn.execute(_LIST, given)]


def live(conn: Connection) -> list[Row]:
    """Those that are to go on now or later, of every programme, the highest priority first."""
    return [_row(found) for found in conn.execute(_LIVE)]


def approve(conn: Connection, programme_id: str, campaign_id: str, *, by: str, at: datetime) -> Row | Refused:
    """Somebody agrees to it who is none of its makers."""
    row = _locked(conn, programme_id, campaign_id)
    if row is None:
        return _unknown(campaign_id)
    if row.state != "draft":
        return Refused(f"{campaign_id} is {_since(row)}: only a draft is approved")
    if makers.is_one(conn, row, subject(row), by):
        return Refused(f"{by} made {campaign_id}: somebody else approves it")
    return _moved(conn, row, "approved", by, at, act="campaign.approve")


def start(
    conn: Connection, programme_id: str, campaign_id: str, *, by: str, at: datetime, size: int,
    starts_at: datetime | None = None, faults: Sequence[str] = (),
) -> Row | Refused:  # fmt: skip
    """Send it: now, or from `starts_at` (else the file's start) on. `size`: of its audience at this moment; nobody in it is a
    refusal, except with a trigger. `faults`: what `check` found; any is a refusal, and nothing is sent."""
    row = _locked(conn, programme_id, campaign_id)
    if row is None:
        return _unknown(campaign_id)
    if row.state in ("scheduled", "sending", "paused", "done"):
        return Refused(f"{campaign_id} is {_since(row)}; {row.sent_by} said send: ./saathi campaign status {campaign_id}")
    if row.state != "approved":
        rest = "a copy can be sent: ./saathi campaign copy" if row.state == "stopped" else "it must be approved first"
        return Refused(f"{campaign_id} is {_since(row)}: {rest}")
    if faults:
        return Refused(f"nothing was sent: {'; '.join(faults)}")
    if size <= 0 and row.campaign.trigger is None:
        return Refused(f"nothing was sent: nobody is in the audience of {campaign_id}; ./saathi campaign audience shows it")
    begins = starts_at or row.starts_at
    if row.ends_at is not None and max(begins or at, at) >= row.ends_at:
        return Refused(f"nothing was sent: {campaign_id} ends {in_india(row.ends_at)}, before it could begin")
    state = "scheduled" if begins is not None and begins > at else "sending"
    return _moved(conn, row, state, by, at, act="campaign.send", size=size, sends=True, starts_at=begins)


def begin(conn: Connection, row: Row, *, at: datetime, size: int, faults: Sequence[str] = ()) -> Row:
    """The time of a scheduled campaign has come: it is sent, or paused where something is wrong by now."""
    again = _locked(conn, row.programme_id, row.id)
    if again is None or again.state != "scheduled":
        return again or row
    if not faults and size <= 0 and again.campaign.trigger is None:
        faults = ("nobody is in its audience",)
    if faults:
        return _moved(conn, again, "paused", "system:check", at, act="campaign.pause", why="; ".join(faults))
    return _moved(conn, again, "sending", "system:clock", at, act="campaign.send", size=size)


def pause(conn: Connection, programme_id: str, campaign_id: str, *, by: str, at: datetime, why: str) -> Row | Refused:
    """Nothing more leaves until somebody says resume; what Twilio has been handed is theirs."""
    row = _locked(conn, programme_id, campaign_id)
    if row is None:
        return _unknown(campaign_id)
    if row.state not in ("scheduled", "sending"):
        return Refused(f"{campaign_id} is {_since(row)}: there is nothing to pause")
    paused = _moved(conn, row, "paused", by, at, act="campaign.pause", why=why)
    waiting.hold(conn, campaign_id)
    return paused


def resume(
    conn: Connection, programme_id: str, campaign_id: str, *, by: str, at: datetime, holidays: frozenset[Any] = frozenset(),
    faults: Sequence[str] = (),
) -> Row | Refused:  # fmt: skip
    """Go on where it was paused, outside quiet hours. `faults` as with `start`."""
    row = _locked(conn, programme_id, campaign_id)
    if row is None:
        return _unknown(campaign_id)
    if row.state != "paused":
        return Refused(f"{campaign_id} is {_since(row)}: only one that is paused goes on")
    if faults:
        return Refused(f"it stays paused: {'; '.join(faults)}")
    waits = row.began_at is None and row.starts_at is not None and row.starts_at > at
    moved = _moved(conn, row, "scheduled" if waits else "sending", by, at, act="campaign.resume")
    waiting.release(conn, campaign_id, pace.leaves(at, row.campaign.schedule, holidays))
    return moved


def stop(conn: Connection, programme_id: str, campaign_id: str, *, by: str, at: datetime, why: str) -> Row | Refused:
    """For good: what has not left never will."""
    row = _locked(conn, programme_id, campaign_id)
    if row is None:
        return _unknown(campaign_id)
    if row.state in ("stopped", "done"):
        return Refused(f"{campaign_id} is {_since(row)}: there is nothing left to stop")
    stopped = _moved(conn, row, "stopped", by, at, act="campaign.stop", why=why)
    waiting.drop(conn, campaign_id, at)
    return stopped


def finish(conn: Connection, programme_id: str, campaign_id: str, *, at: datetime) -> Row | Refused:
    """Everybody has been decided about and nothing waits any more; or, with a trigger, its end has come."""
    row = _locked(conn, programme_id, campaign_id)
    if row is None:
        return _unknown(campaign_id)
    over = row.ends_at is not None and row.ends_at <= at
    if row.state != "sending" or (not over if row.campaign.trigger is not None else row.planned_at is None):
        return Refused(f"{campaign_id} is {_since(row)}: it is not through")
    if waiting.count(conn, campaign_id):
        return Refused(f"{campaign_id} has messages that still wait")
    return _moved(conn, row, "done", "system:clock", at, act="campaign.finish")


# --- inside ---------------------------------------------------------------------------------------------------------


def _moved(
    conn: Connection, row: Row, state: str, by: str, at: datetime, *, act: str, why: str = "", size: int | None = None,
    sends: bool = False, starts_at: datetime | None = None,
) -> Row:  # fmt: skip
    given = {"state": state, "why": why, "by": by, "now": at, "size": size, "sends": sends, "starts_at": starts_at}
    after = _row(conn.execute(_MOVE, given | {"programme": row.programme_id, "id": row.id}).one())
    _audit(conn, after, act, by, at, why, before={"state": row.state})
    return after


def _audit(
    conn: Connection, row: Row, act: str, by: str, at: datetime, reason: str, before: Mapping[str, Any] | None = None
) -> None:
    after = {"state": row.state, "file_hash": row.file_hash, "size": row.size}
    audit.write(conn, actor=by, act=act, subject=subject(row), at=at, before=before, after=after, reason=reason)


def _locked(conn: Connection, programme_id: str, campaign_id: str) -> Row | None:
    found = conn.execute(_LOCK, {"programme": programme_id, "id": campaign_id}).one_or_none()
    return None if found is None else _row(found)


def _row(found: SqlRow[Any]) -> Row:
    values = dict(found._mapping)
    return Row(campaign=stored.from_json(values.pop("file")), **values)


def _unknown(campaign_id: str) -> Refused:
    return Refused(f"there is no campaign {campaign_id}; ./saathi campaign list shows them")


def _since(row: Row) -> str:
    return f"{row.state} since {in_india(row.moved_at)} ({row.moved_by})"
