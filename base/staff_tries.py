"""Tries to prove oneself, counted before they are judged: five wrong ones in 15 minutes close the name for 15 minutes.

Counting first means that a hundred tries at once are not a hundred looks. Names that nobody has share a bounded number of
rows, so a stranger cannot fill the table; what was typed as a name is never stored, for it may be a password.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, text

WRONG_MAX = 5
WINDOW = timedelta(minutes=15)
LOCKED = timedelta(minutes=15)
ROWS_OF_NOBODY_HEX = 3  # letters of a hash: 4096 rows

_COUNT = text("""
    INSERT INTO staff_tries AS t (who, wrong, since) VALUES (:who, 1, :at)
    ON CONFLICT (who) DO UPDATE SET (wrong, since, locked_until) = (SELECT
        CASE WHEN t.locked_until > :at THEN least(t.wrong + 1, 1000)
             WHEN t.locked_until IS NOT NULL OR t.since <= :window THEN 1 ELSE t.wrong + 1 END,
        CASE WHEN t.locked_until > :at THEN t.since
             WHEN t.locked_until IS NOT NULL OR t.since <= :window THEN :at ELSE t.since END,
        CASE WHEN t.locked_until > :at THEN t.locked_until
             WHEN t.locked_until IS NOT NULL OR t.since <= :window THEN NULL
             WHEN t.wrong + 1 >= :most THEN :until END)
    RETURNING wrong""")
_FORGET = text("UPDATE staff_tries SET wrong = 0, locked_until = NULL WHERE who = :who")


def count(conn: Connection, name: str, *, known: bool, at: datetime) -> bool:
    """Count a try; whether it may be judged. To be committed before it is."""
    row = {"who": _who(name, known), "at": at, "window": at - WINDOW, "until": at + LOCKED, "most": WRONG_MAX}
    return int(conn.execute(_COUNT, row).scalar_one()) <= WRONG_MAX


def forget(conn: Connection, name: str) -> None:
    """They were right: the tries before do not count any more."""
    conn.execute(_FORGET, {"who": _who(name, known=True)})


def _who(name: str, known: bool) -> str:
    digest = sha256(name.encode(errors="replace")).hexdigest()
    return digest if known else f"nobody/{digest[:ROWS_OF_NOBODY_HEX]}"
