"""A large past for the replay's bench: one real conversation, lived once, then copied to as many people as are wanted.

Every row is sealed under its own person's key and for its own place, as the service writes it; only the words are alike.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import make_url, text

from base.sealing import Keyring, Sealer
from bot import turn
from bot.wiring import House
from journal import inbox, record
from loyalty.programme_rows import current, published_ids
from loyalty.stock import codes_of, issue
from whatsapp import outbox
from whatsapp.inbound import Inbound, to_json

TEMPLATE = "whatsapp:+919700000000"
JOINS = ("hello", "yes", "Load Tester", "1", "411001")
CYCLE = ("points", "menu", "मेरे पॉइंट", "help", "what is that", "tax")  # ends where it begins, so it may be lived for ever
PEOPLE_AT_ONCE = 500

_TURNS = text("""
    SELECT turn, event, flow, state_before, state_after, effects, sealed, event_key FROM journal WHERE conversation_id = :id
    ORDER BY turn""")
_TOLD = text("SELECT key, lane, text_key, sealed FROM outbox WHERE conversation_id = :id ORDER BY id")
_WHO = text("""
    SELECT v.*, c.data_key, m.role, m.state AS region FROM conversations v JOIN contacts c ON c.id = v.contact_id
    JOIN members m ON m.id = v.member_id WHERE c.address = :address""")
_COLUMNS = {
    "contacts": "id, address, data_key, created_at",
    "members": "id, programme_id, role, pin_code, state, data_key, details, shop_known, mobile_known, created_at",
    "memberships": "contact_id, member_id, programme_id, role, since",
    "conversations": """id, sender_id, contact_id, programme_id, member_id, locale, consented_at, session, flow, state, turn,
                        last_inbound_at""",
    "inbox": "key, conversation_id, kind, sealed, received_at, handled_at",
    "journal": "conversation_id, turn, event_key, at, event, flow, state_before, state_after, effects, sealed",
    "outbox": """key, conversation_id, sender_id, contact_id, lane, text_key, sealed, state, sid, attempts, not_before,
                 created_at, posted_at, accepted_at, settled_at""",
}


@dataclass(frozen=True, slots=True)
class Lived:
    """One turn of the template: what all its copies share."""

    event: str
    flow: str | None
    before: str | None
    after: str | None
    effects: list[str]
    body: bytes  # compressed
    session: bytes
    told: tuple[tuple[str, str, str, bytes], ...]  # which effect, lane, text key, the message's JSON


@dataclass(frozen=True, slots=True)
class Template:
    """`first`: the turns up to the second cycle; `cycle`: those that may follow for ever."""

    who: Any
    first: tuple[Lived, ...]
    cycle: tuple[Lived, ...]

    def turns(self, count: int) -> Iterator[Lived]:
        yield from self.first[:count]
        for number in range(max(count - len(self.first), 0)):
            yield self.cycle[number % len(self.cycle)]


def template(house: House) -> Template:
    """Live through it once, by the service's own turns."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        programme = current(conn, published_ids(conn)[0]).programme
        batch = issue(conn, programme, programme.products[0].sku, 1, None, False, house.codes, house.ids, now)
        (code,) = codes_of(conn, batch, house.codes)
    for number, words in enumerate((*JOINS, code, *CYCLE, *CYCLE)):
        sid = f"SM{number:032d}"
        message = Inbound(sid, house.settings.twilio_from, TEMPLATE, "text", profile_name="Load", text=words)
        with house.engine.begin() as conn:
            put = inbox.put_message(
                conn, sender=message.sender, address=TEMPLATE, external="", key=sid, message=to_json(message), sent_at=None,
                clock=house.clock, ids=house.ids, keyring=house.keyring,
            )  # fmt: skip
        turn.run(house, put.conversation_id)
    with house.engine.connect() as conn:
        who = conn.execute(_WHO, {"address": TEMPLATE}).one()
        turns = conn.execute(_TURNS, {"id": who.id}).all()
        told = conn.execute(_TOLD, {"id": who.id}).all()
    sealer = house.keyring.unwrap(who.data_key, who.contact_id)
    lived = [_lived(sealer, who.id, row, told) for row in turns]
    begins = len(JOINS) + 1 + len(CYCLE)
    return Template(who, tuple(lived[:begins]), tuple(lived[begins:]))


def _lived(sealer: Sealer, conversation: str, row: Any, told: Any) -> Lived:
    plain = sealer.open(row.sealed, record.place(conversation, row.turn))
    after = json.loads(zlib.decompress(plain))[-1]["after"]
    own = [one for one in told if one.key.startswith(f"{row.event_key}/")]
    messages = tuple(
        (one.key.removeprefix(row.event_key), one.lane, one.text_key, sealer.open(one.sealed, outbox.place(one.key)))
        for one in own
    )  # fmt: skip
    session = json.dumps(after).encode()
    return Lived(row.event, row.flow, row.state_before, row.state_after, list(row.effects), plain, session, messages)


def load(house: House, made: Template, people: int, turns_each: int, long_turns: int, owner_url: str) -> str:
    """So many people with so many turns each, and one whose conversation has `long_turns`; the phone of that one."""
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
    driver = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(driver) as conn:
        for start in range(0, people, PEOPLE_AT_ONCE):
            numbers = range(start, min(start + PEOPLE_AT_ONCE, people))
            _copy(conn, _rows(house.keyring, made, [(number, turns_each) for number in numbers], now))
            conn.commit()
        _copy(conn, _rows(house.keyring, made, [(people, long_turns)], now))
        conn.commit()
        conn.execute("ANALYZE")
    return phone(people)


def phone(number: int) -> str:
    return f"+9198{number:08d}"


def _rows(keyring: Keyring, made: Template, people: list[tuple[int, int]], now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _COLUMNS}
    for number, turns in people:
        _person(rows, keyring, made, number, turns, now)
    return rows


def _person(
    rows: dict[str, list[tuple[Any, ...]]], keyring: Keyring, made: Template, number: int, turns: int, now: datetime
) -> None:
    contact, member, conversation = f"con_bench{number:08d}", f"mbr_bench{number:08d}", f"cnv_bench{number:08d}"
    wrapped, who = keyring.wrap_new(contact), made.who
    sealer = keyring.unwrap(wrapped, contact)
    began = now - timedelta(minutes=turns)
    rows["contacts"].append((contact, f"whatsapp:{phone(number)}", wrapped, began))
    details = b"{}"
    rows["members"].append(
        (member, who.programme_id, who.role, "411001", who.region, keyring.wrap_new(member), details, False, True, began)
    )
    rows["memberships"].append((contact, member, who.programme_id, "owner", began))
    last = None
    for turn_number, lived in enumerate(made.turns(turns), start=1):
        key, at, last = f"SB{number:012d}{turn_number:020d}", began + timedelta(minutes=turn_number), lived
        came = sealer.seal(b'{"kind": "text", "text": "points"}', f"inbox/{key}")
        rows["inbox"].append((key, conversation, "message", came, at, at))
        sealed = sealer.seal(lived.body, record.place(conversation, turn_number))
        rows["journal"].append(
            (conversation, turn_number, key, at, lived.event, lived.flow, lived.before, lived.after, lived.effects, sealed)
        )
        for effect, lane, text_key, message in lived.told:
            told = f"{key}{effect}"
            rows["outbox"].append((
                told, conversation, who.sender_id, contact, lane, text_key, sealer.seal(message, outbox.place(told)), "read",
                f"MM{told}", 1, at, at, at, at, at,
            ))  # fmt: skip
    assert last is not None
    session = sealer.seal(last.session, f"session/{conversation}")
    stands = (session, last.flow, last.after, turns, now)
    rows["conversations"].append(
        (conversation, who.sender_id, contact, who.programme_id, member, who.locale, began, *stands)
    )  # fmt: skip


def _copy(conn: psycopg.Connection[Any], rows: dict[str, list[tuple[Any, ...]]]) -> None:
    # in the order of the columns' dictionary but for conversations, which inbox and journal point to
    for table in ("contacts", "members", "memberships", "conversations", "inbox", "journal", "outbox"):
        with conn.cursor().copy(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN") as copy:
            for row in rows[table]:
                copy.write_row(row)
