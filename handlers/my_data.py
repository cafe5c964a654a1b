"""What a member may ask of us about their own data: how much there is, all of it as a file, and that it goes."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import text

from base import people
from base.days import day_of, minute_of
from flows.kernel import Event
from flows.my_data_events import (
    DataFileAsked,
    DataFileRefused,
    ErasableRead,
    ErasureScheduled,
    ErasureStopped,
    MakeDataFile,
    MyDataRead,
    NoErasure,
    ReadErasable,
    ReadMyData,
    ScheduleErasure,
    StopErasure,
)
from handlers import erasures
from handlers.turn import Turn
from ledger.balance import balance
from loyalty.programme_rows import current

BETWEEN_FILES = timedelta(hours=24)
BY_MEMBER = "member"

_COUNTS = text("""
    SELECT (SELECT count(*) FROM inbox i WHERE i.kind = 'message' AND i.conversation_id = ANY(v.ids) AND length(i.sealed) > 0)
         + (SELECT count(*) FROM outbox o WHERE o.contact_id = ANY(:contacts) AND length(o.sealed) > 0) AS messages,
           (SELECT count(*) FROM media m WHERE m.contact_id = ANY(:contacts) AND m.stored_as IS NOT NULL) AS photos,
           (SELECT count(*) FROM claims c WHERE c.state <> 'joined'
                AND (c.contact_id = ANY(:contacts) OR (c.member_id = :member AND c.created_at >= v.theirs_since))) AS bills,
           (SELECT count(*) FROM payouts p WHERE p.member_id = :member AND p.requested_at >= v.theirs_since) AS payouts
    FROM (SELECT (SELECT array_agg(id) FROM conversations WHERE contact_id = ANY(:contacts)) AS ids,
                 coalesce((SELECT max(at) FROM account_changes WHERE member_id = :member AND kind = 'transferred'),
                          '-infinity') AS theirs_since) v""")
_LAST_FILE = text("""
    SELECT max(created_at) FROM tasks t WHERE t.kind = 'make_data_file' AND t.created_at > :since
      AND coalesce(t.outcome, '') NOT IN ('cannot_open', 'given_up')
      AND t.conversation_id IN (SELECT id FROM conversations WHERE contact_id = :contact)""")
_TASK = text("""
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    VALUES (:id, :key, 'make_data_file', 'media', :conversation, :payload, :now, :now)""")


def read_my_data(turn: Turn, effect: ReadMyData, key: str) -> Event | None:
    talk = turn.conversation
    member = talk.member_id if turn.known.acts == "owner" else None  # a helper's data are their own, and not the shop's
    contacts = people.contacts(turn.conn, people.living(turn.conn, talk.contact_id))
    row = turn.conn.execute(_COUNTS, {"contacts": contacts, "member": member}).one()
    points = 0
    if member is not None:
        points = balance(turn.conn, talk.programme_id, member, turn.now).available
    return MyDataRead(member is not None, points, row.bills, row.payouts, row.messages, row.photos)


def make_data_file(turn: Turn, effect: MakeDataFile, key: str) -> Event | None:
    """A task that makes it; what comes of it is DataFileMade or DataFileFailed."""
    asked = {"contact": turn.conversation.contact_id, "since": turn.now - BETWEEN_FILES}
    if (last := turn.conn.execute(_LAST_FILE, asked).scalar_one()) is not None:
        return DataFileRefused(minute_of(last + BETWEEN_FILES, up=True))
    task = turn.ids.new("tsk")
    payload = json.dumps({"contact": turn.conversation.contact_id})
    turn.conn.execute(
        _TASK, {"id": task, "key": key, "conversation": turn.conversation.id, "payload": payload, "now": turn.now}
    )
    turn.tasks.append(("media", task))
    return DataFileAsked()


def read_erasable(turn: Turn, effect: ReadErasable, key: str) -> Event | None:
    contact = turn.conversation.contact_id
    accounts = erasures.owned(turn.conn, contact)
    members = [account.member_id for account in accounts]
    points = worth_paise = 0
    for account in accounts:
        has = balance(turn.conn, account.programme_id, account.member_id, turn.now).available
        points += has
        worth_paise += has * current(turn.conn, account.programme_id).programme.paise_per_point
    waits = erasures.pending(turn.conn, contact)
    return ErasableRead(
        points, worth_paise, erasures.open_payouts(turn.conn, members), erasures.open_bills(turn.conn, contact, members),
        turn.programme.privacy.erase_after_days, day_of(waits.due_at).isoformat() if waits else "",
    )  # fmt: skip


def schedule_erasure(turn: Turn, effect: ScheduleErasure, key: str) -> Event | None:
    waits = erasures.schedule(
        turn.conn, erasure_id=turn.ids.new("era"), contact_id=turn.conversation.contact_id,
        conversation_id=turn.conversation.id, asked_by=BY_MEMBER, reason="asked for in the chat", now=turn.now,
        days=turn.programme.privacy.erase_after_days,
    )  # fmt: skip
    return ErasureScheduled(day_of(waits.due_at).isoformat())


def stop_erasure(turn: Turn, effect: StopErasure, key: str) -> Event | None:
    stopped = erasures.stop(turn.conn, turn.conversation.contact_id, BY_MEMBER, turn.now)
    return NoErasure() if stopped is None else ErasureStopped()
