"""A turn: one event of one conversation, answered in one transaction.

Whoever finds the conversation free takes its events, oldest first, until none waits; whoever finds it taken leaves:
the holder looks again after its last commit. A crash anywhere leaves the event waiting, and the sweeper rings again.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from functools import cache
from typing import Any

import structlog
from psycopg.errors import CheckViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from base import driver
from bot import bells
from bot.wiring import House
from flows.codec import from_json, session_from_json, session_to_json, to_json
from flows.entry import after, converse
from flows.events import EventParked
from flows.kernel import Event
from flows.session import Known, Session
from flows.texts import LOCALES
from handlers import authority
from handlers.inbound import heard
from handlers.limits import exceeded
from handlers.people import notice, phone_of
from handlers.registry import HANDLERS
from handlers.turn import ELSEWHERE, Conversation, TakeAgain, Turn
from journal import inbox, record
from whatsapp import inbound, outbox

STEPS_MAX = 12  # answers within one turn; a chain of outcomes longer than this is a loop of ours
EVENTS_MAX = 20  # then an RQ job goes on, so that one busy person does not hold a web worker
TIME_MAX_S = 2.0
FAILURES_MAX = 3  # failures of our own code before an event is parked

log = structlog.get_logger()

# For whom the person acts is read after the conversation is locked: see the migration that makes acting_as.
_BEGIN = driver.statement("""
    SELECT t.*, a.person_id, a.member_id AS acts_for, a.acts, a.sees_balance, a.shops FROM turn_begin(:id) t
    LEFT JOIN LATERAL acting_as(t.contact_id, t.programme_id, t.member_id) a ON true""")
_MEMBER = driver.statement("SELECT role, shop_known, mobile_known FROM members WHERE id = :id")
_OWNS = driver.statement("""
    SELECT 1 FROM memberships WHERE contact_id = :person AND programme_id = :programme AND role = 'owner' AND until IS NULL""")
_WAITING = driver.statement("""
    SELECT 1 FROM inbox WHERE conversation_id = :id AND handled_at IS NULL AND parked_at IS NULL LIMIT 1""")
_FAILED = text("""
    UPDATE inbox SET failures = failures + 1, fault = :fault,
           parked_at = CASE WHEN failures + 1 >= :max THEN CAST(:now AS timestamptz) END
    WHERE id = :id AND handled_at IS NULL RETURNING parked_at IS NOT NULL""")


class TurnTooLong(AssertionError):
    """Outcomes kept following outcomes: a programmer error."""


def run(house: House, conversation_id: str) -> None:
    """Answer what waits in a conversation, then ring for the work that was asked for.

    After EVENTS_MAX events or TIME_MAX_S seconds the rest goes to an RQ job."""
    deadline = house.monotonic() + TIME_MAX_S
    tasks: list[tuple[str, str]] = []
    waits = True
    try:
        for _ in range(EVENTS_MAX):
            waits = take_one(house, conversation_id, tasks)
            if not waits or house.monotonic() > deadline:
                break
    finally:  # a later event's fault must not keep quiet what earlier ones have asked for
        for queue, task in tasks:
            bells.ring_turn(house, task) if queue == ELSEWHERE else bells.ring_task(house, queue, task)
    if waits:
        bells.ring_turn(house, conversation_id)


def _month_was_made(fault: Exception) -> bool:
    """Whether the journal's row was on its way to the partition for rows without a month when its month was attached: there
    the row has no place any more, and it finds its own when the event is taken anew."""
    cause = fault.orig if isinstance(fault, IntegrityError) else None
    return isinstance(cause, CheckViolation) and cause.diag.table_name == "journal_rest"


def take_one(house: House, conversation_id: str, tasks: list[tuple[str, str]]) -> bool:
    """Answer the oldest event. True when another one waits; False when none does or another process has the conversation.

    A fault of ours is counted against the event, which is parked at the third; a database that goes away is not."""
    taken: Any = None
    try:
        with house.engine.begin() as conn:
            found = driver.fetch(conn, _BEGIN, {"id": conversation_id})
            if not found:
                return False
            taken = found[0]
            written = _answer(house, conn, taken) if taken.inbox_id is not None else None
    except OperationalError:
        raise
    except TakeAgain:
        return True
    except Exception as fault:
        if (isinstance(fault, DBAPIError) and fault.connection_invalidated) or taken is None:
            raise
        if _month_was_made(fault):
            return True
        _failed(house, taken, fault)
        return True
    if written is not None:
        tasks += written
        house.metrics.turns.inc()
    # also where nothing waited: whoever stored an event while we held the row has found it taken and left
    return _waits(house, conversation_id)


def _waits(house: House, conversation_id: str) -> bool:
    with house.autocommit.connect() as conn:
        return bool(driver.fetch(conn, _WAITING, {"id": conversation_id}))


def _answer(house: House, conn: Connection, row: Any) -> list[tuple[str, str]]:
    """Everything one event causes. Runs in the caller's transaction; the commit makes all of it true at once."""
    turn = _turn(house, conn, row)
    if not turn.known.enrolled:
        turn.known = replace(turn.known, notice=notice(turn))
    session = session_from_json(json.loads(turn.sealer.open(row.session, _place(row.id)))) if row.session else Session()
    event = _event(turn, row, session)
    turn.lane = type(event).lane
    if row.kind == "message":
        turn.conversation.last_inbound_at = max(filter(None, (row.last_inbound_at, row.received_at)))
        if row.held:
            turn.conversation.held = 0
            outbox.release_held(conn, row.id, turn.now)
    entries = _talk(turn, session, event)
    _save(conn, turn, row, entries)
    return turn.tasks


def _talk(turn: Turn, session: Session, event: Event) -> list[record.Entry]:
    """Step until nothing more happens: outcomes of effects are events of the same turn."""
    waiting: deque[Event] = deque([event])
    entries: list[record.Entry] = []
    done = 0
    while waiting:
        if len(entries) == STEPS_MAX:
            raise TurnTooLong(turn.event_key)
        happening, known = waiting.popleft(), turn.known
        turned = converse(session, known, happening)
        turn.known = after(known, happening)
        for effect in turned.effects:
            turn.known = after(turn.known, effect)
            authority.may(turn, effect)
            outcome = HANDLERS[type(effect)](turn, effect, f"{turn.event_key}/{done}")
            done += 1
            if outcome is not None:
                waiting.append(outcome)
        entries.append(record.Entry(happening, known, session, turned.heard, turned.effects, turned.session))
        session = turned.session
    return entries


def _event(turn: Turn, row: Any, session: Session) -> Event:
    raw = inbox.opened(turn.sealer, row.key, row.sealed)
    if row.kind == "happening":
        happening: Event = from_json(raw)
        return happening
    message = inbound.from_json(raw)
    turn.known = replace(turn.known, profile_name=message.profile_name)
    return exceeded(turn, message, session) or heard(turn, message, session)


def _turn(house: House, conn: Connection, row: Any) -> Turn:
    conversation = Conversation(
        id=row.id, sender_id=row.sender_id, contact_id=row.contact_id, programme_id=row.programme_id,
        address=row.address, locale=row.locale, member_id=row.acts_for, consented_at=row.consented_at,
        stopped_at=row.stopped_at, marketing_stopped_at=row.marketing_stopped_at,
        last_inbound_at=row.last_inbound_at, turn=row.turn, held=row.held,
    )  # fmt: skip
    member = row
    if row.acts_for not in (None, row.member_id):  # of the member they acted for last they know no more
        (member,) = driver.fetch(conn, _MEMBER, {"id": row.acts_for})
    is_member = row.acts_for is not None
    known = Known(
        locale=row.locale or row.first_locale or LOCALES[0], consented=row.consented_at is not None,
        enrolled=is_member, role=member.role or "" if is_member else "", shop_known=is_member and bool(member.shop_known),
        mobile_known=(is_member and bool(member.mobile_known)) or bool(phone_of(row.address)),
        stopped=row.stopped_at is not None, marketing_stopped=row.marketing_stopped_at is not None,
        acts=row.acts or "owner", sees_balance=row.sees_balance is not False,
        owns=row.acts == "helper" and row.shops > 1 and bool(
            driver.fetch(conn, _OWNS, {"person": row.person_id, "programme": row.programme_id})
        ),
    )  # fmt: skip
    return Turn(
        conn=conn, now=house.clock.at(row.offset_s), ids=house.ids, keyring=house.keyring, codes=house.codes,
        conversation=conversation, sealer=house.keyring.unwrap(row.data_key, row.contact_id), event_key=row.key,
        lane="reply", known=known, tax_rules=house.tax_rules, person=row.person_id or row.contact_id, shops=row.shops or 0,
    )  # fmt: skip


def _save(conn: Connection, turn: Turn, row: Any, entries: list[record.Entry]) -> None:
    session = entries[-1].after
    flow, state = record.floor(session)
    words = json.dumps(session_to_json(session), ensure_ascii=False).encode()
    c, number = turn.conversation, row.turn + 1
    written = record.columns(
        turn.sealer, conversation_id=c.id, turn=number, event_key=row.key, at=turn.now, entries=entries
    )
    told = outbox.columns([(one, outbox.seal(one.message, one.key, turn.sealer)) for one in turn.out])
    driver.fetch(conn, _leave(len(turn.out)), written | told | {
        "id": c.id, "inbox_id": row.inbox_id, "now": turn.now, "session": turn.sealer.seal(words, _place(c.id)),
        "flow": flow, "state": state, "turn": number, "member_id": c.member_id, "locale": c.locale,
        "consented_at": c.consented_at, "stopped_at": c.stopped_at, "marketing_stopped_at": c.marketing_stopped_at,
        "last_inbound_at": c.last_inbound_at, "held": c.held + sum(one.state == "held" for one in turn.out),
    })  # fmt: skip


@cache
def _leave(messages: int) -> str:
    """Everything a turn leaves behind, in one round trip: the journal, so many messages, the event handled, the session."""
    told = f"told AS ({outbox.put_sql(messages)})," if messages else ""
    return driver.statement(f"""
        WITH written AS ({record.WRITE_SQL}), {told}
             handled AS (UPDATE inbox SET handled_at = :now WHERE id = :inbox_id)
        UPDATE conversations SET session = :session, flow = :flow, state = :state, turn = :turn, member_id = :member_id,
               locale = :locale, consented_at = :consented_at, stopped_at = :stopped_at,
               marketing_stopped_at = :marketing_stopped_at, last_inbound_at = :last_inbound_at, held = :held
        WHERE id = :id""")


def _failed(house: House, row: Any, fault: Exception) -> None:
    """Count a fault of ours against the event; at the third it is parked and the member told once."""
    log.error("turn failed", event_key=row.key, conversation=row.id, fault=type(fault).__name__, exc_info=fault)
    house.metrics.turn_failures.inc()
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        given = {"id": row.inbox_id, "fault": type(fault).__name__, "max": FAILURES_MAX, "now": now}
        if conn.execute(_FAILED, given).scalar_one_or_none() and _is_awaited(row):
            inbox.put_happening(conn, row.id, f"{row.key}/parked", to_json(EventParked()), now, house.keyring)
            log.critical("event parked", event_key=row.key, conversation=row.id)


def _is_awaited(row: Any) -> bool:
    """Whether the member waits for an answer to this event: something they wrote, or a picture of theirs that was read."""
    return bool(row.kind == "message" or row.key.endswith("/done"))


def _place(conversation_id: str) -> str:
    return f"session/{conversation_id}"
