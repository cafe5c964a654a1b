"""Published programmes: immutable version rows. The newest is in force; the file it came from is never read again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from base.days import day_of
from loyalty.programme import Programme

CACHED_MAX = 64  # programmes in memory at once; a process works with a few

_ENTER = text(
    "INSERT INTO programmes (id, name, created_at) VALUES (:id, :name, :now)"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name"  # updates always: the lock makes publishers queue
)
_HOLD = text("SELECT FROM programmes WHERE id = :id FOR SHARE")
_CURRENT = text(
    "SELECT id, version, content_hash, published_at FROM programme_versions WHERE programme_id = :id"
    " ORDER BY version DESC LIMIT 1"
)
_VERSION = text("SELECT programme_id, version, content_hash, published_at FROM programme_versions WHERE id = :id")
_CONTENT = text("SELECT content FROM programme_versions WHERE id = :id")
_PUBLISH = text(
    "INSERT INTO programme_versions (programme_id, version, content, content_hash, published_at)"
    " VALUES (:id, :version, CAST(:content AS jsonb), :content_hash, :now) RETURNING id"
)
_CLAIMABLE = text(
    "SELECT DISTINCT sku FROM coupon_batches b WHERE programme_id = :id AND sku <> ALL (CAST(:skus AS text[]))"
    " AND (expires_on IS NULL OR expires_on >= :today)"
    " AND EXISTS (SELECT FROM coupons c WHERE c.batch_id = b.id AND c.state IN ('active', 'inactive')) ORDER BY sku"
)
_IDS = text("SELECT DISTINCT programme_id FROM programme_versions ORDER BY programme_id")


class NotPublished(LookupError):
    """There is no such programme, or nothing of it is published."""


class SkusInUse(ValueError):
    """The new version drops products whose coupons are in the market. `skus`: which."""

    def __init__(self, skus: list[str]) -> None:
        super().__init__(f"coupons of {', '.join(skus)} can still be claimed: keep these products in the file")
        self.skus = skus


@dataclass(frozen=True, slots=True)
class Version:
    """`id` names the row for ever; `number` counts a programme's versions from 1."""

    id: int
    number: int
    programme: Programme
    published_at: datetime


_parsed: dict[str, Programme] = {}  # by hash of the content, so it holds for any database


def publish(conn: Connection, programme: Programme, now: datetime) -> Version:
    """Put the programme in force. What is in force already stays as it is: no new row, the same version.

    An older content comes back as a new version. Two publishers at once queue. Raises SkusInUse.
    """
    conn.execute(_ENTER, {"id": programme.id, "name": programme.name, "now": now})
    content = json.dumps(programme.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    content_hash = hashlib.sha256(content.encode()).hexdigest()
    latest = conn.execute(_CURRENT, {"id": programme.id}).one_or_none()
    if latest is not None and latest.content_hash == content_hash:
        return Version(latest.id, latest.version, programme, latest.published_at)
    skus = [product.sku for product in programme.products]
    if dropped := conn.scalars(_CLAIMABLE, {"id": programme.id, "skus": skus, "today": day_of(now)}).all():
        raise SkusInUse(list(dropped))
    number = latest.version + 1 if latest is not None else 1
    row = {"id": programme.id, "version": number, "content": content, "content_hash": content_hash, "now": now}
    return Version(conn.execute(_PUBLISH, row).scalar_one(), number, programme, now)


def current(conn: Connection, programme_id: str) -> Version:
    """The version in force: one statement, a second one when this process first meets it. Raises NotPublished."""
    row = conn.execute(_CURRENT, {"id": programme_id}).one_or_none()
    if row is None:
        raise NotPublished(programme_id)
    return Version(row.id, row.version, _programme(conn, row.id, row.content_hash), row.published_at)


def version(conn: Connection, version_id: int) -> Version:
    """That very version, in force or not. Raises NotPublished."""
    row = conn.execute(_VERSION, {"id": version_id}).one_or_none()
    if row is None:
        raise NotPublished(f"version {version_id}")
    return Version(version_id, row.version, _programme(conn, version_id, row.content_hash), row.published_at)


def current_held(conn: Connection, programme_id: str) -> Version:
    """The version in force, kept in force until the caller's transaction ends. Raises NotPublished."""
    conn.execute(_HOLD, {"id": programme_id})
    return current(conn, programme_id)


def published_ids(conn: Connection) -> list[str]:
    """The programmes that have a version in force."""
    return list(conn.scalars(_IDS).all())


def _programme(conn: Connection, version_id: int, content_hash: str) -> Programme:
    if content_hash not in _parsed:
        programme = Programme.model_validate(conn.execute(_CONTENT, {"id": version_id}).scalar_one())
        if len(_parsed) >= CACHED_MAX:
            _parsed.clear()
        _parsed[content_hash] = programme
    return _parsed[content_hash]
