"""What must hold when a world has come to rest, whatever happened in it. Each law has a name and answers with what broke
it; nothing is a law here that one lost message or one honest bank could break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from journal import replay_stream, replay_verify, stored
from journal.archived import Shelf
from journal.verify import recomputed
from ledger.verify import verify
from ledger.verify_seals import verify_seals
from tests.simulation.world import World
from whatsapp.outbound import fallback_text

POINTS = 100  # of the product whose codes are printed
SHOWN_MAX = 3  # breaches of one law that are told

Check = Callable[[World, Connection], list[str]]


@dataclass(frozen=True, slots=True)
class Law:
    name: str
    check: Check


def broken_in(world: World) -> list[str]:
    """Every law that does not hold, with what shows it."""
    with world.eyes.connect() as conn:
        return [f"{law.name}: {why}" for law in LAWS for why in law.check(world, conn)[:SHOWN_MAX]]


def _none(sql: str) -> Check:
    """A law that is kept when the query finds nothing."""

    def check(world: World, conn: Connection) -> list[str]:
        return [str(tuple(row)) for row in conn.execute(text(sql))]

    return check


def _nothing_crashed(world: World, conn: Connection) -> list[str]:
    return world.crashes


def _books(world: World, conn: Connection) -> list[str]:
    """Sums, floors, units, lots against accounts, holds against accounts: everything that is kept twice."""
    return [f"{one.check} at {one.where}: expected {one.expected}, found {one.found}" for one in verify(conn)]


def _seals(world: World, conn: Connection) -> list[str]:
    return [f"{one.check} at {one.where}" for one in verify_seals(conn).differences]


def _paid_once(world: World, conn: Connection) -> list[str]:
    made = Counter(entity["reference_id"] for entity in world.bank.payouts)
    ours = set(conn.execute(text("SELECT reference_id FROM payouts")).scalars())
    twice = [f"{reference} was paid {count} times" for reference, count in made.items() if count > 1]
    return twice + [f"{reference} is nobody's" for reference in made if reference not in ours]


def _bank_agrees(world: World, conn: Connection) -> list[str]:
    """Of payouts that have settled and that nobody has to look at."""
    said = {entity["reference_id"]: entity["status"] for entity in world.bank.payouts}
    found = []
    for row in conn.execute(text("SELECT reference_id, state FROM payouts WHERE alert IS NULL ORDER BY id")):
        theirs = said.get(row.reference_id, "unknown")
        fitting = {"paid": ("processed",), "failed": ("failed", "unknown", "reversed"), "reversed": ("reversed",)}
        if row.state in fitting and theirs not in fitting[row.state]:
            found.append(f"{row.reference_id} is {row.state} here and {theirs} there")
    return found


def _money_adds_up(world: World, conn: Connection) -> list[str]:
    kept = sum(entity["amount"] for entity in world.bank.payouts if entity["status"] == "processed")
    sql = """SELECT coalesce(sum(CASE WHEN credit LIKE '%/paid-out' THEN amount ELSE -amount END), 0)::bigint
             FROM moves WHERE credit LIKE '%/paid-out' OR debit LIKE '%/paid-out'"""
    booked = conn.execute(text(sql)).scalar_one()
    alerts = conn.execute(text("SELECT count(*) FROM payouts WHERE alert IS NOT NULL")).scalar_one()
    return [f"the bank has paid out {kept} paise, the books say {booked}"] if kept != booked and not alerts else []


def _said_once(world: World, conn: Connection) -> list[str]:
    """A phone may see the same words as often as they were to be said, and no oftener."""
    phones = sorted({who for who, _ in world.carrier.shown})
    due = Counter((who, fallback_text(message)) for who in phones for message in world.home.said(who))
    return [
        f"{who} saw {seen} times what was to be said {due[who, words]} times: {words[:60]!r}"
        for (who, words), seen in world.carrier.shown.items()
        if seen > due[who, words]
    ]


def _stored_once(world: World, conn: Connection) -> list[str]:
    """Every message people wrote is in the inbox, whatever became of its webhook."""
    stored_sids = set(conn.execute(text("SELECT key FROM inbox WHERE kind = 'message'")).scalars())
    written = {one.sid: one for one in world.carrier.listings if one.inbound}
    lost = [f"{one.sender} wrote {one.body[:40]!r} in vain" for sid, one in written.items() if sid not in stored_sids]
    return lost + [f"nobody wrote {sid}" for sid in stored_sids - written.keys()]


def _journals_verify(world: World, conn: Connection) -> list[str]:
    found = []
    for conversation in conn.execute(text("SELECT id FROM conversations ORDER BY id")).scalars():
        has = stored.conversation(conn, world.home.house.keyring, conversation)
        if has is not None:
            found += [f"{conversation} {one}" for one in recomputed(has.turns, has.session)]
    for share in replay_stream.shares(conn):
        first = replay_verify.checked(conn, Shelf(world.home.house.media, world.home.house.keyring), share).first
        found += [f"{place.conversation_id} turn {place.turn}: {where}" for where, place in first.items()]
    return found


LAWS = (
    Law("no process crashed", _nothing_crashed),
    Law("the books are sound", _books),
    Law("what was sealed is as it was sealed", _seals),
    Law("every payout is paid at most once", _paid_once),
    Law("every payout has settled, or visibly waits for a person", _none("""
        SELECT id, state, alert FROM payouts WHERE state NOT IN ('paid', 'failed', 'reversed', 'awaiting_approval')
        AND alert IS NULL""")),
    Law("the bank and the books agree on every payout", _bank_agrees),
    Law("the money that left is the money in the books", _money_adds_up),
    Law("holds are empty", _none("""
        SELECT h.id, h.state, p.state FROM holds h LEFT JOIN payouts p ON p.hold_id = h.id
        WHERE h.state = 'held' AND (p.id IS NULL OR p.state IN ('paid', 'failed', 'reversed'))""")),
    Law("a paid payout burned its hold, a failed one released it", _none("""
        SELECT p.id, p.state, h.state FROM payouts p JOIN holds h ON h.id = p.hold_id
        WHERE p.state = 'paid' AND h.state <> 'burned' OR p.state = 'failed' AND h.state <> 'released'""")),
    Law("a claimed code is credited once", _none("""
        SELECT claimed, earned FROM (SELECT (SELECT count(*) FROM coupons WHERE state = 'claimed') AS claimed,
               (SELECT count(*) FROM postings WHERE reason = 'earn') AS earned) AS c WHERE claimed <> earned""")),
    Law("no point is lost or made", _none(f"""
        SELECT given, kept, gone FROM (
            SELECT (SELECT count(*) * {POINTS} FROM coupons WHERE state = 'claimed') AS given,
                   (SELECT coalesce(sum(credits - debits), 0) FROM accounts WHERE id LIKE '%/member/%') AS kept,
                   (SELECT coalesce(sum(CASE WHEN credit LIKE '%/redeemed' OR credit LIKE '%/expired'
                                             THEN amount ELSE -amount END), 0) FROM moves
                    WHERE unit = 'PTS' AND (credit LIKE '%/redeemed' OR credit LIKE '%/expired'
                                            OR debit LIKE '%/redeemed' OR debit LIKE '%/expired')) AS gone) AS points
        WHERE given <> kept + gone""")),
    Law("no message is said twice", _said_once),
    Law("every message that was written is stored", _stored_once),
    Law("every event was answered in exactly one turn", _none("""
        SELECT i.key, i.handled_at, i.fault, count(j.*) FROM inbox i LEFT JOIN journal j ON j.event_key = i.key
        GROUP BY i.id, i.key, i.handled_at, i.fault HAVING count(j.*) <> 1 OR i.handled_at IS NULL""")),
    Law("no event failed or is parked", _none("SELECT key, fault FROM inbox WHERE failures > 0 OR parked_at IS NOT NULL")),
    Law("nobody is met with silence", _none("""
        SELECT i.key FROM inbox i LEFT JOIN (SELECT DISTINCT split_part(key, '/', 1) AS event FROM outbox) o
            ON o.event = i.key WHERE i.kind = 'message' AND o.event IS NULL""")),
    # Never too few. One too many until the person writes, where a report comes for what was given up as unconfirmed.
    Law("what waits for the person is looked for", _none("""
        SELECT v.id, v.held, count(o.*) FROM conversations v
        LEFT JOIN outbox o ON o.conversation_id = v.id AND o.state IN ('held', 'unconfirmed')
        GROUP BY v.id, v.held HAVING v.held < count(o.*)""")),
    Law("nothing is left undone", _none("""
        SELECT 'task', id, kind FROM tasks WHERE state = 'ready'
        UNION ALL SELECT 'message', key, state FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')""")),
    Law("every journal verifies", _journals_verify),
)  # fmt: skip
