"""Nothing stays longer than its time: a timer of the clock that takes away what is past it, kind by kind.

How long each kind is kept is the programme's (`[privacy]`). Words of messages are the longest of all programmes', since a
person may be in several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, text

from base.days import day_of
from bot import archive, retention_store
from bot.wiring import House
from loyalty.programme import Privacy
from loyalty.programme_rows import current, published_ids

WORDS_AT_ONCE = 1_000
OWN_PICTURES = timedelta(days=3)  # the link to one ends after two
_OF_A_BILL = "EXISTS (SELECT FROM claims c WHERE c.conversation_id = v.id AND m.id = ANY(c.media) AND {})"
_MEDIA = """
    FROM media m JOIN conversations v ON v.id = m.conversation_id
    WHERE v.programme_id = :programme AND m.stored_as IS NOT NULL AND m.stored_at < :before AND {}"""
_OPEN, _EARNED = "c.state IN ('read', 'asked', 'review')", "c.state IN ('credited', 'reversed')"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of picture that members send. `days`: the field of the programme's privacy; `which`: its rows."""

    name: str
    days: str
    which: str

    def since(self, privacy: Privacy) -> timedelta:
        return timedelta(days=getattr(privacy, self.days))

    def rows(self, columns: str, tail: str = "") -> TextClause:
        return text(f"SELECT {columns} {_MEDIA.format(self.which)} {tail}")


# Those of a bill that is still open stay.
_PHOTOS = Kind("photos", "photo_days", f"NOT {_OF_A_BILL.format('true')}")
_BILLS = (
    Kind(
        "refused_bills", "refused_bill_days",
        f"{_OF_A_BILL.format('true')} AND NOT {_OF_A_BILL.format(f'({_OPEN} OR {_EARNED})')}",
    ),
    Kind("bills", "bill_days", f"{_OF_A_BILL.format(_EARNED)} AND NOT {_OF_A_BILL.format(_OPEN)}"),
)  # fmt: skip

# Pictures that proved who somebody is go so many days after the last decision about them; while one waits, they stay.
_PROOF = "EXISTS (SELECT FROM kyc_checks k WHERE k.media_id = m.id {})"
_STILL_NEEDED = (
    "AND (k.state IN ('checking', 'review')"
    " OR k.state <> 'replaced' AND coalesce(k.decided_at, k.created_at) >= :before)"
)
_KYC = (
    Kind("photos", "photo_days", f"{_PHOTOS.which} AND NOT {_PROOF.format('')}"),
    Kind("kyc_photos", "kyc_photo_days", f"{_PROOF.format('')} AND NOT {_PROOF.format(_STILL_NEEDED)}"),
)
_HAS_KYC = text("SELECT to_regclass('public.kyc_checks') IS NOT NULL")

_PICTURES = text("SELECT id, stored_as FROM pictures WHERE deleted_at IS NULL AND created_at < :before LIMIT :most")
_WORDS = text("SELECT words_forget(:before, :most)")
_TOLD = text("""
    UPDATE outbox SET sealed = '' WHERE id IN (
        SELECT id FROM outbox WHERE created_at < :before AND length(sealed) > 0
           AND state NOT IN ('queued', 'held', 'sending', 'uncertain') ORDER BY created_at, id LIMIT :most)""")
_KEYS = text("""
    SELECT id FROM retention_keys WHERE deleted_at IS NULL AND delete_after < :today ORDER BY delete_after, id LIMIT 50""")
_STORED = text("SELECT stored_as FROM retained WHERE key_id = :key AND stored_as IS NOT NULL")
_DROP = text("DELETE FROM retained WHERE key_id = :key")
_KEY_GONE = text("UPDATE retention_keys SET data_key = NULL, deleted_at = :now WHERE id = :key AND deleted_at IS NULL")


def kinds(conn: Connection) -> tuple[Kind, ...]:
    """The kinds of picture there are: with proofs of identity where this house takes them."""
    return (*(_KYC if conn.execute(_HAS_KYC).scalar_one() else (_PHOTOS,)), *_BILLS)


def tidy(house: House) -> Mapping[str, int]:
    """Take away everything that is past its time; how much of each kind."""
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        by_programme = {id: current(conn, id).programme.privacy for id in published_ids(conn)}
        every = kinds(conn)
    gone: dict[str, int] = {}
    for programme, privacy in by_programme.items():
        for kind in every:
            asked = {"programme": programme, "before": now - kind.since(privacy)}
            found = retention_store.media_gone(house, kind.rows("m.id, m.stored_as", "LIMIT :most"), asked)
            gone[kind.name] = gone.get(kind.name, 0) + found
    gone["own_pictures"] = retention_store.pictures_gone(house, _PICTURES, {"before": now - OWN_PICTURES})
    if by_programme:
        days = max(privacy.message_days for privacy in by_programme.values())
        gone["messages"] = _forget_words(house, now - timedelta(days=days))
        gone["archives"] = archive.forget(house, now - timedelta(days=days))
    gone["retained"] = _end_keys(house, now)
    gone["erased"] = retention_store.forget_erased(house)
    return gone


def _forget_words(house: House, before: datetime) -> int:
    total = 0
    for forget in (_forget_heard, _forget_told):
        while found := forget(house, before):
            total += found
    return total


def _forget_heard(house: House, before: datetime) -> int:
    with house.engine.begin() as conn:
        return int(conn.execute(_WORDS, {"before": before, "most": WORDS_AT_ONCE}).scalar_one())


def _forget_told(house: House, before: datetime) -> int:
    with house.engine.begin() as conn:
        return conn.execute(_TOLD, {"before": before, "most": WORDS_AT_ONCE}).rowcount


def _end_keys(house: House, now: datetime) -> int:
    """Keys whose day is over go, with what they sealed."""
    total = 0
    while keys := _ending(house, now):
        for key in keys:
            with house.engine.connect() as conn:
                stored = list(conn.scalars(_STORED, {"key": key}))
            for place in stored:
                house.media.delete(place)
            with house.engine.begin() as conn:
                conn.execute(_DROP, {"key": key})
                total += conn.execute(_KEY_GONE, {"key": key, "now": now}).rowcount
    return total


def _ending(house: House, now: datetime) -> list[str]:
    with house.engine.connect() as conn:
        return list(conn.scalars(_KEYS, {"today": day_of(now)}))


def counted(conn: Connection, programme: str, privacy: Privacy, now: datetime) -> list[dict[str, Any]]:
    """Of each kind of picture: how many are kept, since when the oldest, and how many fall due within 30 days."""
    found = []
    for kind in kinds(conn):
        columns = "count(*) AS kept, min(m.stored_at) AS oldest_at, count(*) FILTER (WHERE m.stored_at < :soon) AS due"
        soon = now - kind.since(privacy) + timedelta(days=30)
        row = conn.execute(kind.rows(columns), {"programme": programme, "before": now + timedelta(days=1), "soon": soon}).one()
        found.append({"kind": kind.name, "days": getattr(privacy, kind.days), **row._asdict()})
    return found
