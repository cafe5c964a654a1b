"""Our payouts, the clearing account and the provider's list, compared: each difference gets a cause and an owner.

    read the list   page by page; each item against our row
    look for ours   those that did not stand in it are asked for by reference, one by one
    finish          the clearing account against the payouts on their way

What differs is asked for once more, live, and the answer goes the way of every answer (record.py): so a missed callback
is put right here, and nothing is ever paid. A run may break off anywhere and is taken up where it stopped: what a step
found is committed before the step is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from base.ids import Ids
from ledger import chart
from payouts import rows
from payouts.differences import MEANINGS, Cause, compare, in_words, ours_in_words
from payouts.judge import Source
from payouts.payout import Payout
from payouts.provider import Disputed, Failed, Listed, Outcome, Paid, Processing, RateLimited, Refused, Reversed, Unknown
from payouts.record import record
from payouts.steps import House

DAYS = 10  # of the provider's list, every night: longer than a bank may take to send money back
QUIET = timedelta(minutes=10)  # younger payouts are on their way and not compared
BATCH = 5

_RUN = "SELECT id, provider, since, until, listed, list_read, last_payout, ended_at, started_at FROM reconciliations"
_OPEN = text(f"{_RUN} WHERE provider = :provider AND ended_at IS NULL")
_LAST = text(f"{_RUN} WHERE provider = :provider ORDER BY started_at DESC LIMIT 1")
_START = text("""
    INSERT INTO reconciliations (id, provider, since, until, started_at, listed, list_read, last_payout)
    VALUES (:id, :provider, :since, :until, :now, 0, false, '')
    ON CONFLICT (provider) WHERE ended_at IS NULL DO NOTHING""")
# Each step counts itself only where nobody else has meanwhile: of two processes at one run, one goes on.
_LISTED = text("""
    UPDATE reconciliations SET listed = :after, list_read = :read WHERE id = :run AND listed = :before AND NOT list_read""")
_LOOKED = text("UPDATE reconciliations SET last_payout = :after WHERE id = :run AND last_payout = :before")
_END = text("UPDATE reconciliations SET ended_at = :now WHERE id = :run AND ended_at IS NULL")
_FORGET = text("DELETE FROM reconciliation_seen WHERE run = :run")
_SEEN = text("INSERT INTO reconciliation_seen (run, payout_id) VALUES (:run, :payout) ON CONFLICT DO NOTHING")
_FOUND = text("""
    INSERT INTO reconciliation_differences (run, cause, owner, subject, ours, theirs, settled, found_at)
    VALUES (:run, :cause, :owner, :subject, :ours, :theirs, :settled, :now) ON CONFLICT DO NOTHING""")
_UNSEEN = """provider = :provider AND reserved_at <= :until AND id > :last
    AND (reserved_at >= :since OR state IN ('reserved', 'sent', 'unknown'))
    AND NOT EXISTS (SELECT 1 FROM reconciliation_seen s WHERE s.run = :run AND s.payout_id = payouts.id)
    ORDER BY id LIMIT :most"""
_PROGRAMMES = text("SELECT DISTINCT programme_id FROM payouts ORDER BY programme_id")
# One statement, so one moment: a payout that settles meanwhile is in both sums or in neither.
_CLEARING = text("""
    SELECT (SELECT coalesce(sum(amount), 0) FROM moves WHERE credit = :account)
         - (SELECT coalesce(sum(amount), 0) FROM moves WHERE debit = :account) AS booked,
           (SELECT coalesce(sum(amount_paise), 0) FROM payouts
             WHERE programme_id = :programme AND state IN ('reserved', 'sent', 'unknown')) AS on_the_way""")


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    provider: str
    since: datetime
    until: datetime
    listed: int
    list_read: bool
    last_payout: str
    ended_at: datetime | None
    started_at: datetime


def last(conn: Connection, provider: str) -> Run | None:
    """The newest run, ended or not."""
    row = conn.execute(_LAST, {"provider": provider}).one_or_none()
    return None if row is None else Run(*row)


def begin(conn: Connection, provider: str, ids: Ids, now: datetime, days: int = DAYS) -> Run:
    """The run that is open, or a new one over the last `days`."""
    values = {"id": ids.new("rec"), "provider": provider, "since": now - timedelta(days=days), "until": now - QUIET, "now": now}
    conn.execute(_START, values)
    return Run(*conn.execute(_OPEN, {"provider": provider}).one())


def step(house: House, ring: Callable[[str], object]) -> Run | None:
    """Take the open run one step on; None: the provider will not be asked just now, or nothing is open.

    `ring`: called after a commit with each conversation that has something new.
    """
    with house.engine.connect() as conn:
        row = conn.execute(_OPEN, {"provider": house.provider.name}).one_or_none()
    if row is None:
        return None
    run = Run(*row)
    if not run.list_read:
        return _read_list(house, run, ring)
    return _look_for_ours(house, run, ring)


def _read_list(house: House, run: Run, ring: Callable[[str], object]) -> Run | None:
    page = house.provider.listing(run.since, run.until, run.listed)
    if isinstance(page, RateLimited | Refused | Unknown):
        return None
    for item in page.items:
        _compare_listed(house, run, item, ring)
    after = run.listed + len(page.items)
    with house.engine.begin() as conn:
        conn.execute(_LISTED, {"run": run.id, "before": run.listed, "after": after, "read": not page.more})
    return replace(run, listed=after, list_read=not page.more)


def _compare_listed(house: House, run: Run, item: Listed, ring: Callable[[str], object]) -> None:
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        where = "reference_id = :reference OR (provider = :provider AND provider_id = :provider_id)"
        where += " ORDER BY reference_id = :reference DESC NULLS LAST LIMIT 1"
        values = {"reference": item.reference_id, "provider": run.provider, "provider_id": item.provider_id}
        found = rows.read(conn, where, values)
        if not found:
            subject = item.provider_id or f"reference {item.reference_id}"
            cause = Cause.UNREADABLE if item.provider_id is None else Cause.UNKNOWN_TO_US
            _write(conn, run, cause, subject, "none", in_words(item.outcome), settled=False, now=now)
            return
        payout = found[0]
        conn.execute(_SEEN, {"run": run.id, "payout": payout.id})
        differs = compare(payout, item.outcome, now)
    if differs is not None:
        _ask_and_record(house, run, payout, item.outcome, ring)


def _look_for_ours(house: House, run: Run, ring: Callable[[str], object]) -> Run | None:
    values = {"provider": run.provider, "since": run.since, "until": run.until, "last": run.last_payout, "run": run.id}
    with house.engine.connect() as conn:
        unseen = rows.read(conn, _UNSEEN, values | {"most": BATCH})
    if not unseen:
        return _finish(house, run)
    for payout in unseen:
        if not _ask_and_record(house, run, payout, None, ring):
            return None
        with house.engine.begin() as conn:
            if not conn.execute(_LOOKED, {"run": run.id, "before": run.last_payout, "after": payout.id}).rowcount:
                return None  # another process goes on with this run
        run = replace(run, last_payout=payout.id)
    return run


def _ask_and_record(
    house: House, run: Run, payout: Payout, listed: Outcome | None, ring: Callable[[str], object]
) -> bool:  # fmt: skip
    """Ask for it, live, and believe the answer as any other. False: the provider does not answer just now.

    `listed`: what its list said; where it contradicts the answer of a moment later the answer counts, except that the
    list may show a second payout under our reference that a question does not.
    """
    told = house.provider.ask(payout.reference_id)
    if isinstance(told, RateLimited | Refused | Unknown):
        if listed is None and not (isinstance(told, Unknown) and told.answered):
            return False
        told = told if listed is None else listed
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        before = rows.lock(conn, payout.id)
        cause = compare(before, told, now)
        if cause is None and listed is not None and compare(before, listed, now) is Cause.DOUBLED_AT_PROVIDER:
            cause, told = Cause.DOUBLED_AT_PROVIDER, listed
        if cause is None:
            return True
        told_conversation = None
        if isinstance(told, Processing | Paid | Reversed | Failed | Disputed):
            recorded = record(
                conn, payout.id, told, source=Source.ASK, now=now, tell=house.tell,
                repeat_is_safe=house.provider.repeat_is_safe, delay_after=house.delay_after,
            )  # fmt: skip
            told_conversation = recorded.told
        after = rows.lock(conn, payout.id)
        settled = after.alert is None and compare(after, told, now) is None
        _write(conn, run, cause, payout.id, ours_in_words(before), in_words(told), settled=settled, now=now)
    if told_conversation is not None:
        ring(told_conversation)
    return True


def _finish(house: House, run: Run) -> Run:
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        for programme in conn.scalars(_PROGRAMMES).all():
            account = chart.payout_clearing(programme)
            sums = conn.execute(_CLEARING, {"account": account, "programme": programme}).one()
            if sums.booked != sums.on_the_way:
                words = (f"{account} {sums.booked}", f"payouts on their way {sums.on_the_way}")
                _write(conn, run, Cause.CLEARING_DIFFERS, programme, *words, settled=False, now=now)
        conn.execute(_FORGET, {"run": run.id})
        conn.execute(_END, {"run": run.id, "now": now})
    return replace(run, ended_at=now)


def _write(
    conn: Connection, run: Run, cause: Cause, subject: str, ours: str, theirs: str, *, settled: bool, now: datetime
) -> None:
    row = {"run": run.id, "cause": cause, "owner": MEANINGS[cause].owner, "subject": subject, "ours": ours, "theirs": theirs}
    conn.execute(_FOUND, row | {"settled": settled, "now": now})
