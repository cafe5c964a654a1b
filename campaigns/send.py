"""Planning a campaign: one batch of members in one transaction, with the cursor that says how far it came.

Whatever kills it, the next batch goes on exactly behind the last one that was committed: who got what, the rows of the
outbox and the cursor are written together or not at all. Batches of one programme come one after the other, whoever runs
them, so that what two campaigns may send to the same person is counted right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeGuard

from sqlalchemy import Connection, Engine, text

from base.clock import Clock
from base.ids import Ids
from base.sealing import CannotOpen, Keyring
from campaigns import conversions, eligible, rows, waiting, words
from campaigns.decide import Decision, Desk, Waits
from campaigns.desk import desk_of
from campaigns.eligible import Person
from campaigns.rows import Row
from whatsapp import outbox
from whatsapp.content.approval import APPROVED, standing

Page = Callable[[Connection, Row, datetime, str, int], Sequence[str]]  # of the audience: after this id, at most so many
Among = Callable[[Connection, Row, datetime, Collection[str]], Collection[str]]  # those of these members who are in it
Values = Callable[[Connection, str, Sequence[str], Collection[str], datetime], Mapping[str, Mapping[str, str]]]
"""(connection, programme, members, names of fields, now) -> by member, by name; as campaigns.fields gives them."""

NOT_APPROVED = "template_not_approved"  # why a campaign pauses by itself
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('campaigns ' || :programme, 19))")
_PEOPLE = text("""
    INSERT INTO campaign_people (programme_id, campaign_id, member_id, occasion, outcome, reason, arm, locale, conversation_id,
                                 outbox_key, link_token, decided_at, balance, before_count)
    SELECT :programme, :campaign, v.member_id, :occasion, v.outcome, v.reason, v.arm, v.locale, v.conversation_id, v.outbox_key,
           v.link_token, :now, v.balance, v.before_count
    FROM unnest(CAST(:members AS text[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]), CAST(:arms AS text[]),
                CAST(:locales AS text[]), CAST(:talks AS text[]), CAST(:keys AS text[]), CAST(:tokens AS text[]),
                CAST(:balances AS bigint[]), CAST(:befores AS integer[]))
         AS v(member_id, outcome, reason, arm, locale, conversation_id, outbox_key, link_token, balance, before_count)""")
_WALKED = text("""
    UPDATE campaigns SET cursor = :cursor, planned = planned + :walked, waits_for = :what, waits_until = :until,
           planned_at = CASE WHEN :done THEN CAST(:now AS timestamptz) END
    WHERE programme_id = :programme AND id = :id""")


@dataclass(frozen=True, slots=True)
class Ports:
    """`link_base`: where the world reaches us, such as https://bot.example.com."""

    engine: Engine
    clock: Clock
    keyring: Keyring
    ids: Ids
    link_base: str
    page: Page
    among: Among
    values: Values


@dataclass(frozen=True, slots=True)
class Batch:
    """How many members were decided about, and how. `done`: the whole audience has been walked. `waits`: why the next one
    could not be decided about yet."""

    walked: int = 0
    queued: int = 0
    left_out: int = 0
    holdout: int = 0
    done: bool = False
    waits: Waits | None = None


def batch(ports: Ports, row: Row, most: int) -> Batch:
    """Decide about the next `most` members at most. Nothing, where the campaign is not being sent any more."""
    with ports.engine.begin() as conn:
        alone(conn, row.programme_id)
        now, seen = ports.clock.now(conn), rows.find(conn, row.programme_id, row.id)
        if not going(seen):
            return Batch(done=seen is None or seen.planned_at is not None)
        ids = list(ports.page(conn, seen, now, seen.cursor, most))  # before the row is locked: who pauses waits for no audience
        current = rows.locked(conn, row.programme_id, row.id)
        if not going(current):
            return Batch()
        made = desk(conn, ports, current, now)
        if made is None:
            return Batch()
        decided, waits = decide(conn, ports, made, ids, "")
        done = waits is None and len(ids) < most
        conn.execute(_WALKED, {
            "programme": current.programme_id, "id": current.id, "walked": len(decided), "done": done, "now": now,
            "cursor": decided[-1].person.member_id if decided else current.cursor,
            "what": waits.what if waits else "", "until": waits.until if waits else None,
        })  # fmt: skip
    return counted(decided, done=done, waits=waits)


def going(row: Row | None) -> TypeGuard[Row]:
    """Whether it is being sent, and there may be somebody to decide about. Nobody but the planner moves the cursor."""
    return row is not None and row.state == "sending" and row.planned_at is None


def alone(conn: Connection, programme_id: str) -> None:
    """Nobody else plans for this programme until the transaction ends."""
    conn.execute(_ALONE, {"programme": programme_id})


def desk(conn: Connection, ports: Ports, row: Row, now: datetime) -> Desk | None:
    """What decides; None where WhatsApp has taken back its approval, and the campaign was paused for it. `row` is locked."""
    specs = words.specs(row.campaign, ports.link_base)
    approved = {
        (one.spec.text_key.rpartition("/")[2], one.spec.locale)
        for one in standing(conn, specs) if one.approval.status == APPROVED
    }  # fmt: skip
    if len(approved) < len(specs):
        rows.pause(conn, row.programme_id, row.id, by="system:templates", at=now, why=NOT_APPROVED)
        return None
    return desk_of(conn, row, approved, now)


def decide(
    conn: Connection, ports: Ports, made: Desk, ids: Sequence[str], occasion: str
) -> tuple[list[Decision], Waits | None]:
    """Decide about these members and write it down, with the messages of those who get one; up to the first who waits."""
    row, now = made.row, made.now
    people = eligible.people(
        conn, campaign_id=row.id, sender_id=row.sender_id, member_ids=ids, occasion=occasion, now=now
    )
    decided, waits = made.decide([_openable(ports.keyring, person) for person in people])
    if decided:
        _write(conn, ports, row, decided, occasion, now)
    return decided, waits


def counted(decided: Sequence[Decision], *, done: bool, waits: Waits | None) -> Batch:
    outcomes = [one.outcome for one in decided]
    count = outcomes.count
    return Batch(len(decided), count("queued"), count("left_out"), count("holdout"), done, waits)


def _write(
    conn: Connection, ports: Ports, row: Row, decided: Sequence[Decision], occasion: str, now: datetime
) -> None:
    campaign = row.campaign
    told = [one for one in decided if one.outcome == "queued"]
    tokens = {
        one.person.member_id: ports.ids.new("lnk") for one in told if words.has_link(campaign, one.arm, one.locale)
    }
    weighed = [one.person.member_id for one in decided if one.outcome != "left_out"]
    befores = conversions.before(conn, row.programme_id, campaign.goal, weighed, now) if campaign.goal and weighed else {}
    balances = {one.person.member_id: one.person.balance for one in decided if one.outcome != "left_out"}
    members = [one.person.member_id for one in decided]
    keys = {one.person.member_id: waiting.key(row.id, one.person.member_id, occasion) for one in told}
    conn.execute(_PEOPLE, {
        "programme": row.programme_id, "campaign": row.id, "occasion": occasion, "now": now, "members": members,
        "outcomes": [one.outcome for one in decided], "reasons": [one.reason for one in decided],
        "arms": [one.arm for one in decided], "locales": [one.locale for one in decided],
        "talks": [one.person.conversation_id if one.outcome != "left_out" else None for one in decided],
        "keys": [keys.get(member) for member in members], "tokens": [tokens.get(member) for member in members],
        "balances": [balances.get(member) for member in members], "befores": [befores.get(member) for member in members],
    })  # fmt: skip
    names = set(campaign.variables.values())
    values = ports.values(conn, row.programme_id, [one.person.member_id for one in told], names, now) if names and told else {}
    outbox.put_sealed(conn, [
        _message(ports, row, one, keys[one.person.member_id], tokens, values.get(one.person.member_id, {}), now) for one in told
    ])  # fmt: skip


def _message(
    ports: Ports, row: Row, one: Decision, key: str, tokens: Mapping[str, str], values: Mapping[str, str], now: datetime
) -> tuple[outbox.Row, bytes]:
    person, campaign = one.person, row.campaign
    assert person.conversation_id is not None and person.contact_id is not None and person.data_key is not None
    shown = {name: values.get(source, "") for name, source in campaign.variables.items()}
    token = tokens.get(person.member_id, "")
    said = words.message(campaign, one.arm, one.locale, shown, ports.link_base, token)
    written = outbox.Row(
        key=key, conversation_id=person.conversation_id, sender_id=row.sender_id, contact_id=person.contact_id, lane="campaign",
        message=said, not_before=one.leaves or now, created_at=now, expires_at=row.ends_at,
    )  # fmt: skip
    return written, outbox.seal(said, key, ports.keyring.unwrap(person.data_key, person.contact_id))


def _openable(keyring: Keyring, person: Person) -> Person:
    """One whose key is not on the ring cannot be written to; they must not stop everybody behind them."""
    if person.data_key is None or person.contact_id is None:
        return person
    try:
        keyring.unwrap(person.data_key, person.contact_id)
    except CannotOpen:
        return replace(person, conversation_id=None, contact_id=None, data_key=None)
    return person
