"""Bills as the eyes would have read them, put before a house without any picture."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

from bot import turn
from flows.bill_events import InvoiceRead
from flows.codec import to_json
from journal import inbox
from loyalty import claims
from loyalty.reading import Reading, ReadLine
from tests.house import RAMESH, Home

SELLER, BRAND_ONLY, STRANGER = "27AABCR4521P1Z3", "24AAECV8810K1Z4", "29AAGCB7383J1Z4"
NUMBERS = itertools.count(1)

WIRE = ReadLine("FR 2.5 SQMM 90MTR RED", "854449", 1_000_000)
BULB = ReadLine("LED BULB 9W", "853952", 250_000)
OTHER = ReadLine("COPPER STRIP 25X3", "7409", 500_000)


def bill(number: str | None = None, **changed: Any) -> Reading:
    """A sound bill of an authorised distributor over two of our products; ₹12,500 before tax, 125 points."""
    plain = Reading(
        verdict="auto", invoice_number=number or f"GST/2526/{next(NUMBERS):04d}", invoice_date=date(2025, 12, 20),
        seller_gstin=SELLER, seller_name="RANE ELECTRIC", taxable_paise=1_250_000, total_paise=1_475_000,
        taxes={"cgst_paise": 112_500, "sgst_paise": 112_500}, lines=(WIRE, BULB),
        confidence={"seller_gstin": 0.99, "invoice_number": 0.98, "invoice_date": 0.98, "total_paise": 0.98},
    )  # fmt: skip
    return replace(plain, **changed)


def put(home: Home, reading: Reading, who: str = RAMESH, marks: tuple[int, ...] = ()) -> str:
    """A claim as the media worker leaves it, before anybody has decided; its id."""
    conversation = home.conversation(who)
    claim, photo = home.house.ids.new("clm"), home.house.ids.new("med")
    key = home.rows("SELECT data_key FROM contacts WHERE id = :id", id=conversation.contact_id)[0].data_key
    whose = claims.Whose(conversation.programme_id, conversation.id, conversation.contact_id)
    home.change(
        """INSERT INTO media (id, conversation_id, contact_id, message_sid, position, url, declared_type, created_at)
           VALUES (:id, :conversation, :contact, :id, 0, 'https://api.twilio.com/x', 'image/jpeg', :at)""",
        id=photo, conversation=conversation.id, contact=conversation.contact_id, at=home.at,
    )  # fmt: skip
    with home.house.engine.begin() as conn:
        sealer = home.house.keyring.unwrap(key, conversation.contact_id)
        claims.put_read(conn, claim, whose, [photo], reading, marks, sealer, home.at)
        inbox.put_happening(
            conn, conversation.id, f"{claim}/read", to_json(InvoiceRead(claim, photo)), home.at, home.house.keyring
        )  # fmt: skip
    return claim


def send(home: Home, reading: Reading, who: str = RAMESH, marks: tuple[int, ...] = ()) -> str:
    """The same, and its turn is taken: the text key of what the member hears last."""
    put(home, reading, who, marks)
    turn.run(home.house, home.conversation(who).id)
    return home.told(who)[-1]


def states(home: Home) -> list[tuple[str, str | None]]:
    """Every claim's state and reason, oldest first."""
    return [tuple(row) for row in home.rows("SELECT state, reason FROM claims ORDER BY created_at, id")]
