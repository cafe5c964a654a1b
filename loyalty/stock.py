"""Coupon stock: batches are issued, switched on, voided and looked up. Members' claims are coupons.py's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, text

from base.days import end_of, last_day
from base.ids import Ids
from loyalty.codes import CodeKeys, make_code
from loyalty.programme import Programme

BATCH_COUNT_MAX = 200_000  # what one INSERT writes well inside the statement timeout

_BATCH = text(
    "INSERT INTO coupon_batches (id, programme_id, sku, count, key, expires_on, created_at)"
    " VALUES (:id, :programme_id, :sku, :count, :key, :expires_on, :created_at)"
)
_COUPONS = text(
    "INSERT INTO coupons (batch_id, programme_id, sku, key, state, expires_at)"
    " SELECT :id, :programme_id, :sku, :key, :state, CAST(:expires_at AS timestamptz) FROM generate_series(1, :count)"
)
_READ_BATCHES = text(
    "SELECT id, programme_id, sku, count, key, expires_on, created_at FROM coupon_batches"
    " WHERE id = :id OR programme_id = :programme_id ORDER BY created_at DESC, id DESC"
)
_SERIALS = text("SELECT serial FROM coupons WHERE batch_id = :id ORDER BY serial")
_READ_COUPON = text(
    "SELECT serial, batch_id, programme_id, sku, state, expires_at, claimed_by_member, claimed_by_contact, claimed_at"
    " FROM coupons WHERE serial = :serial AND key = :letter"
)
_STATES = text("SELECT state, count(*) AS number FROM coupons WHERE batch_id = :id GROUP BY state")
# Locks in serial order, as claims do, so that a claim of several codes and a switch cannot deadlock.
_SWITCH = """
    WITH seen AS (
        SELECT serial, state FROM coupons WHERE {which} ORDER BY serial FOR UPDATE
    ), switched AS (
        UPDATE coupons c SET state = :to FROM seen s WHERE c.serial = s.serial AND s.state = ANY (CAST(:of AS text[]))
    )
    SELECT state, count(*) AS number FROM seen GROUP BY state
    """
_SWITCH_BATCH = text(_SWITCH.format(which="batch_id = :batch_id"))
_SWITCH_CODES = text(
    _SWITCH.format(
        which="(serial, key) IN (SELECT * FROM unnest(CAST(:serials AS bigint[]), CAST(:letters AS text[])))"
    )
)
SWITCHED_FROM = {"active": ["inactive"], "void": ["inactive", "active"]}  # a claim is never undone, void is final

Target = Literal["active", "void"]


@dataclass(frozen=True, slots=True)
class Batch:
    id: str
    programme_id: str
    sku: str
    count: int
    key: str  # the letter in CODE_KEYS that signs it
    expires_on: date | None  # the last day in India on which it can be claimed
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Coupon:
    serial: int
    batch_id: str
    programme_id: str
    sku: str
    state: str  # inactive | active | void | claimed
    expires_on: date | None
    claimed_by_member: str | None
    claimed_by_contact: str | None
    claimed_at: datetime | None


class KeyGone(LookupError):
    """The batch was printed with a key that CODE_KEYS no longer lists."""


def issue(
    conn: Connection, programme: Programme, sku: str, count: int, expires_on: date | None, inactive: bool,
    keys: CodeKeys, ids: Ids, now: datetime,
) -> Batch:  # fmt: skip
    """Make `count` coupons of one product in two statements. Raises KeyError for a SKU the programme lacks, ValueError
    for a count that is not 1..BATCH_COUNT_MAX."""
    if programme.product(sku) is None:
        raise KeyError(sku)
    if not 1 <= count <= BATCH_COUNT_MAX:
        raise ValueError(f"a batch has 1 to {BATCH_COUNT_MAX} coupons, not {count}")
    batch = Batch(ids.new("bat"), programme.id, sku, count, keys.issuing, expires_on, now)
    row = {name: getattr(batch, name) for name in Batch.__slots__}
    conn.execute(_BATCH, row)
    state, expires_at = "inactive" if inactive else "active", end_of(expires_on) if expires_on else None
    conn.execute(_COUPONS, {**row, "state": state, "expires_at": expires_at})
    return batch


def read_batch(conn: Connection, batch_id: str) -> Batch | None:
    row = conn.execute(_READ_BATCHES, {"id": batch_id, "programme_id": None}).one_or_none()
    return Batch(*row) if row else None


def read_batches(conn: Connection, programme_id: str) -> list[Batch]:
    """All batches of a programme, newest first."""
    return [Batch(*row) for row in conn.execute(_READ_BATCHES, {"id": None, "programme_id": programme_id})]


def codes_of(conn: Connection, batch: Batch, keys: CodeKeys) -> Iterator[str]:
    """The batch's codes in the order of their serials, the same every time. Raises KeyGone."""
    signing = signing_key(batch, keys)
    return (make_code(signing, serial) for serial in conn.scalars(_SERIALS, {"id": batch.id}).all())


def signing_key(batch: Batch, keys: CodeKeys) -> CodeKeys:
    """The keys, with the one that issues being the batch's own. Raises KeyGone."""
    if batch.key not in keys.secrets:
        raise KeyGone(batch.key)
    return replace(keys, issuing=batch.key)


def states(conn: Connection, batch_id: str) -> dict[str, int]:
    """How many of the batch's coupons are in each state."""
    return {row.state: row.number for row in conn.execute(_STATES, {"id": batch_id})}


def switch_batch(conn: Connection, to: Target, batch_id: str) -> Mapping[str, int]:
    """Activate or void a batch: what can be switched is. Answers how many were in which state before."""
    asked = {"batch_id": batch_id, "to": to, "of": SWITCHED_FROM[to]}
    return {row.state: row.number for row in conn.execute(_SWITCH_BATCH, asked)}


def switch_codes(conn: Connection, to: Target, coupons: Sequence[tuple[int, str]]) -> Mapping[str, int]:
    """The same for single coupons, each a serial and its key's letter; those that do not exist are not counted."""
    serials, letters = [serial for serial, _ in coupons], [letter for _, letter in coupons]
    asked = {"serials": serials, "letters": letters, "to": to, "of": SWITCHED_FROM[to]}
    return {row.state: row.number for row in conn.execute(_SWITCH_CODES, asked)}


def read_coupon(conn: Connection, serial: int, letter: str) -> Coupon | None:
    row = conn.execute(_READ_COUPON, {"serial": serial, "letter": letter}).one_or_none()
    if row is None:
        return None
    held = row._asdict()
    expires_at = held.pop("expires_at")
    return Coupon(**held, expires_on=last_day(expires_at) if expires_at else None)
