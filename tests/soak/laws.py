"""What must hold when nobody writes any more, whatever was written. Each law answers with what broke it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from bot.wiring import House
from ledger.verify import verify

WAITING = "SELECT DISTINCT conversation_id FROM inbox WHERE handled_at IS NULL AND parked_at IS NULL"
POINTS = 100  # of the product whose codes are used

_NONE_OF = {
    "no event waits, is parked or has failed": """
        SELECT key, fault FROM inbox WHERE handled_at IS NULL OR parked_at IS NOT NULL OR failures > 0""",
    "every event was answered in exactly one turn": """
        SELECT i.key, count(j.*) FROM inbox i LEFT JOIN journal j ON j.event_key = i.key
        GROUP BY i.key HAVING count(j.*) <> 1""",
    "a conversation's turns are 1, 2, 3 …": """
        SELECT v.id, v.turn, count(j.*) FROM conversations v LEFT JOIN journal j ON j.conversation_id = v.id
        GROUP BY v.id, v.turn HAVING count(j.*) <> v.turn OR coalesce(max(j.turn), 0) <> v.turn""",
    "nobody is met with silence": """
        SELECT i.key FROM inbox i LEFT JOIN (SELECT DISTINCT split_part(key, '/', 1) AS event FROM outbox) o
            ON o.event = i.key WHERE i.kind = 'message' AND o.event IS NULL""",
    "a claimed code has one claim, and an unclaimed one none": """
        SELECT c.serial, c.state FROM coupons c WHERE (c.state = 'claimed') <> (c.claimed_by_member IS NOT NULL)""",
    "a payout has its hold": """
        SELECT p.id FROM payouts p LEFT JOIN holds h ON h.id = p.hold_id WHERE h.id IS NULL OR h.points <> p.points""",
}
_COUNTS = text(f"""
    SELECT (SELECT count(*) FROM inbox WHERE kind = 'message') AS messages,
           (SELECT count(*) FROM journal) AS turns,
           (SELECT count(*) FROM coupons WHERE state = 'claimed') AS claimed,
           (SELECT count(*) FROM postings WHERE reason = 'earn') AS credited,
           (SELECT count(*) FROM outbox WHERE text_key IN ('scan.credited', 'scan.credited_bare')) AS told,
           (SELECT coalesce(sum(remaining), 0) FROM lots) AS points_left,
           (SELECT coalesce(sum(points), 0) FROM holds WHERE state = 'held') AS points_held,
           (SELECT count(*) FROM members) AS members,
           (SELECT count(*) * {POINTS} FROM coupons WHERE state = 'claimed') AS points_given""")


def figures(conn: Connection) -> dict[str, int]:
    return {name: int(value) for name, value in conn.execute(_COUNTS).one()._mapping.items()}


def tried(house: House, conn: Connection, sent: dict[str, int]) -> tuple[int, list[str]]:
    """How many laws were looked at, and every one that does not hold, with the first rows that show it.

    `sent`: what the people know of their requests.
    """
    has = figures(conn)
    counted = house.metrics
    agree: list[tuple[str, Callable[[], Any], Any]] = [
        ("the books are sound", lambda: verify(conn), []),
        ("every message that was taken is stored once", lambda: has["messages"], sent["taken"]),
        ("everybody is a member", lambda: has["members"], sent["people"]),
        ("a claim is a credit", lambda: has["credited"], has["claimed"]),
        ("a credit is told once", lambda: has["told"], has["claimed"]),
        ("no point is lost or made", lambda: has["points_left"] + has["points_held"], has["points_given"]),
        ("/metrics: messages of all processes", lambda: counted.inbound.value, sent["taken"]),
        ("/metrics: repeats of all processes", lambda: _within(counted.repeated.value, sent, "repeats"), sent["repeats"]),
        ("/metrics: forgeries of all processes", lambda: _within(counted.forged.value, sent, "forged"), sent["forged"]),
        ("/metrics: turns of all processes", lambda: counted.turns.value, has["turns"]),
        ("nothing else than 200, and 403 to forgeries", lambda: sent["wrong"], 0),
    ]
    found = [f"{law}: {seen!r}, not {due!r}" for law, see, due in agree if (seen := see()) != due]
    for law, query in _NONE_OF.items():
        # kept apart from the limit: whoever expects to find three rows soon goes through everything pair by pair
        rows = conn.execute(text(f"WITH broken AS MATERIALIZED ({query}) SELECT * FROM broken LIMIT 3")).all()
        found += [f"{law}: {[tuple(row) for row in rows]}"] if rows else []
    return len(agree) + len(_NONE_OF), found


def _within(seen: int, sent: dict[str, int], name: str) -> int:
    """What was posted again may have been taken the first time: so many more there may be."""
    return sent[name] if sent[name] <= seen <= sent[name] + sent.get("again", 0) else seen
