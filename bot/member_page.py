"""A member's page: all that a question about one person is answered from, read in one transaction and changed by nothing.

Nothing on it is a person's words: names are masked, messages are named by their text's key, destinations and PANs masked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from base.days import day_of
from base.masking import mask_name, mask_phone
from base.sealing import Keyring
from ledger import chart
from ledger.balance import balance, movements
from loyalty.suppliers import supplier
from payouts import passbook
from payouts.tax import tax_year

NEWEST = 10  # of each kind
LISTS = (
    "shops", "acting", "consents", "messages", "parked", "tasks", "claims", "kyc", "lots", "coupons", "payouts", "movements",
)  # fmt: skip

_CONSENTS = text("""
    SELECT at, kind, given, version, locale FROM consents
    WHERE contact_id = :contact AND programme_id = :programme ORDER BY id DESC LIMIT :newest""")
# The newest ones, and the newest of those that have not arrived: an old one that is held must not be pushed off the page.
# Each kind by its own index, so that fifty thousand messages that did arrive are not looked through.
_MESSAGES = text("""
    SELECT id, text_key AS text, state, reason, error_code, lane, created_at AS written_at, posted_at, settled_at FROM (
        (SELECT * FROM outbox WHERE conversation_id = :conversation ORDER BY id DESC LIMIT :newest)
        UNION
        (SELECT * FROM outbox WHERE conversation_id = :conversation AND state IN ('queued', 'sending', 'uncertain')
            ORDER BY id DESC LIMIT :newest)
        UNION
        (SELECT * FROM outbox WHERE conversation_id = :conversation AND state IN ('held', 'unconfirmed')
            ORDER BY id DESC LIMIT :newest)
        UNION
        (SELECT * FROM outbox WHERE conversation_id = :conversation AND state = 'failed' ORDER BY id DESC LIMIT :newest)
    ) o ORDER BY id DESC""")
_PARKED = text("""
    SELECT id, key, kind, fault, received_at, parked_at FROM inbox
    WHERE conversation_id = :conversation AND parked_at IS NOT NULL AND handled_at IS NULL ORDER BY id DESC LIMIT :newest""")
_TASKS = text("""
    SELECT id, kind, queue, state, attempts, due_at, created_at FROM tasks
    WHERE conversation_id = :conversation AND state <> 'done' ORDER BY created_at DESC, id DESC LIMIT :newest""")
_CLAIMS = text("""
    SELECT id, state, reason, problems, invoice_date, total_paise, points, promised_at, created_at, decided_at, reviewer
    FROM claims WHERE conversation_id = :conversation OR member_id = :member ORDER BY created_at DESC, id DESC LIMIT :newest""")
# For whom they act, and did: a helper who was removed asks why nothing counts any more.
_SHOPS = text("""
    SELECT member_id AS member, role, since, until, scans_per_day, sees_balance,
           CASE WHEN scans_per_day IS NULL THEN NULL  -- scans are counted against a limit, and not where there is none
                WHEN scanned_on = CAST(:today AS date) THEN scanned ELSE 0 END AS scanned_today
    FROM memberships
    WHERE contact_id = (SELECT coalesce(merged_into, id) FROM contacts WHERE id = :contact) AND programme_id = :programme
    ORDER BY until IS NOT NULL, since DESC, member_id LIMIT :newest""")
_HELPERS = text("""
    SELECT c.address, s.role, s.since, s.until, s.scans_per_day, s.sees_balance
    FROM memberships s JOIN contacts c ON c.id = s.contact_id WHERE s.member_id = :member
    ORDER BY s.until IS NOT NULL, s.role = 'owner' DESC, s.since DESC, c.id LIMIT :newest""")
_KYC = text("""
    SELECT id, kind, state, reason, masked, source, created_at, decided_at, decided_by FROM kyc_checks
    WHERE member_id = :member AND state <> 'replaced' ORDER BY created_at DESC, id DESC LIMIT :newest""")
_LOTS = text("""
    SELECT posting_id, points, remaining, expires_at FROM lots
    WHERE account = :available AND remaining > 0 ORDER BY expires_at NULLS LAST, id LIMIT :newest""")
_COUPONS = text("""
    SELECT u.serial, u.batch_id AS batch, u.sku, u.claimed_at, c.address AS scanned_from FROM coupons u
    JOIN contacts c ON c.id = u.claimed_by_contact
    WHERE u.claimed_by_member = :member ORDER BY u.claimed_at DESC, u.serial DESC LIMIT :newest""")
_PAYOUTS = text("""
    SELECT id, state, points, gross_paise, tax_paise, amount_paise, masked AS "to", requested_at, promised_at, late_at, sent_at,
           settled_at, utr, reason, waits_for, held_by, alert
    FROM payouts WHERE member_id = :member ORDER BY requested_at DESC, id DESC LIMIT :newest""")


def page(conn: Connection, keyring: Keyring, now: datetime, row: Any) -> dict[str, Any]:
    """The page of the conversation `row` (bot.cli.member reads it), for JSON. Without a member it ends before `name`.

    Every list is the newest NEWEST, newest first; lots the other way round, the first to expire first.
    """
    asked = {
        "conversation": row.conversation_id, "contact": row.contact_id, "programme": row.programme_id, "member": row.member_id,
        "newest": NEWEST, "today": day_of(now),
    }  # fmt: skip
    shown = {
        "address": mask_phone(row.address), "programme": row.programme_id, "conversation": row.conversation_id,
        "member": row.member_id, "language": row.locale, "consented_at": row.consented_at, "stopped_at": row.stopped_at,
        "marketing_stopped_at": row.marketing_stopped_at, "last_message_at": row.last_inbound_at,
        "at": {"flow": row.flow, "state": row.state}, "held_messages": row.held_messages,
        "shops": _rows(conn, _SHOPS, asked), "consents": _rows(conn, _CONSENTS, asked),
        "messages": _rows(conn, _MESSAGES, asked),
        "parked": _rows(conn, _PARKED, asked), "tasks": _rows(conn, _TASKS, asked), "claims": _rows(conn, _CLAIMS, asked),
    }  # fmt: skip
    return shown | (_member(conn, keyring, now, row, asked) if row.member_id else {})


def _member(conn: Connection, keyring: Keyring, now: datetime, row: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    sealer = keyring.unwrap(row.data_key, row.member_id)
    details = json.loads(sealer.open(row.details, f"members/{row.member_id}"))
    has = balance(conn, row.programme_id, row.member_id, now)
    moved = movements(conn, row.programme_id, row.member_id, NEWEST)
    available = chart.available(row.programme_id, row.member_id)
    return {
        "name": mask_name(details["name"]), "shop": details["shop"], "role": row.role, "pin_code": row.pin_code,
        "state": row.region, "enrolled_at": row.created_at,
        "buys_from": supplier(conn, row.member_id),
        "points": {
            "available": has.available, "held": has.held, "expiring": has.expiring_points, "expiring_at": has.expiring_at
        },
        "acting": _masked(_rows(conn, _HELPERS, asked), "address"), "kyc": _rows(conn, _KYC, asked),
        "lots": _rows(conn, _LOTS, {"available": available, "newest": NEWEST}),
        "coupons": _masked(_rows(conn, _COUPONS, asked), "scanned_from"),
        "payouts": _rows(conn, _PAYOUTS, asked), "tax": _tax(conn, row.member_id, now),
        "movements": [
            {"at": m.at, "kind": m.kind, "points": m.points, "posting": m.posting_id, "facts": dict(m.facts)} for m in moved
        ],
    }  # fmt: skip


def _tax(conn: Connection, member_id: str, now: datetime) -> dict[str, Any]:
    """Of the person, that is of everyone with the same PAN, in the tax year of `now`."""
    who, year = passbook.person(conn, member_id), tax_year(now)
    so_far = passbook.so_far(conn, who, year)
    return {"year": year, "pan": who.masked, "benefits_paise": so_far.total_paise, "tax_paise": so_far.tax_paise}


def _masked(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [row | {name: mask_phone(row[name])} for row in rows]


def _rows(conn: Connection, statement: TextClause, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if type(value) is date else value for name, value in row._mapping.items()}
        for row in conn.execute(statement, dict(asked))
    ]
