"""Pictures to be read, and codes to be claimed: one claim per code, one posting per claim, in the turn's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import text

from base.days import day_of, minute_of
from flows.effects import ClaimCodes, DrawPhoto, ReadPhotos
from flows.events import CodeResult, CodesClaimed
from flows.kernel import Event
from handlers import authority, limits
from handlers.balance import day
from handlers.invoice import read as read_together
from handlers.turn import Turn
from ledger import balance as books
from ledger import points
from ledger.post import BudgetSpent
from loyalty import coupons, memberships
from loyalty.codes import Code, read_code
from loyalty.earn import coupon_credit

_TASK = text("""
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    VALUES (:id, :key, 'read_photo', 'media', :conversation, :payload, :now, :now)""")
_DRAW = text(str(_TASK).replace("'read_photo'", "'draw_photo'"))
OUTCOMES = {
    coupons.AlreadyYours: "already_yours",
    coupons.ClaimedByOther: "claimed_by_other",
    coupons.NotActive: "not_active",
    coupons.Expired: "expired",
    coupons.Void: "void",
    coupons.OtherProgramme: "other_programme",
    coupons.Unknown: "typo",  # a genuine MAC over a serial we never issued: nothing a member could act upon
}


def read_photos(turn: Turn, effect: ReadPhotos, key: str) -> Event | None:
    """A task per picture; each comes back as one PhotoRead or InvoiceRead. Parts of a bill are read in one task."""
    if effect.claim:
        read_together(turn, effect.photos, effect.claim, key)
        return None
    for number, photo in enumerate(effect.photos):
        task = turn.ids.new("tsk")
        turn.conn.execute(_TASK, {
            "id": task, "key": f"{key}/{number}", "conversation": turn.conversation.id, "now": turn.now,
            "payload": json.dumps({"photo": photo}),
        })  # fmt: skip
        turn.tasks.append(("media", task))
    return None


def draw_photo(turn: Turn, effect: DrawPhoto, key: str) -> Event | None:
    """A task that draws; what it draws is PhotoDrawn."""
    task = turn.ids.new("tsk")
    row = {"id": task, "key": key, "conversation": turn.conversation.id, "now": turn.now}
    turn.conn.execute(_DRAW, {**row, "payload": json.dumps({"photo": effect.photo})})
    turn.tasks.append(("media", task))
    return None


def claim_codes(turn: Turn, effect: ClaimCodes, key: str) -> Event | None:
    """Claim and credit each code. A code whose points the budget cannot carry any more stays unclaimed."""
    helper, today = authority.to_scan(turn), day_of(turn.now)
    genuine = {code: read for code in effect.codes if isinstance(read := read_code(turn.codes, code), Code)}
    until = limits.locked(turn, "wrong_codes")
    if until is not None and not (effect.shown and len(genuine) == len(effect.codes)):  # who holds the label does not guess
        return CodesClaimed((), 0, minute_of(until, up=True))
    over = _over_limit(genuine, helper.left(today) if helper else None)
    genuine = {code: read for code, read in genuine.items() if code not in over}
    claims = coupons.claim_many(
        turn.conn, turn.conversation.programme_id, list(genuine.values()), turn.member_id,
        turn.conversation.contact_id, key, turn.now,
    )  # fmt: skip
    claimed = dict(zip(genuine, claims, strict=True))
    results, available = [], None
    for code in effect.codes:
        if code in over:
            results.append(CodeResult(code, "over_limit"))
            continue
        claim = claimed.get(code, coupons.Unknown())
        if not isinstance(claim, coupons.Claimed):
            results.append(_refused(code, claim))
            continue
        result, balance = _credit(turn, code, genuine[code].serial, claim.sku)
        results.append(result)
        available = available if balance is None else balance
    if helper is not None:
        memberships.count_scans(turn.conn, helper, sum(one.outcome == "credited" for one in results), today)
    if available is None:
        available = books.balance(turn.conn, turn.conversation.programme_id, turn.member_id, turn.now).available
    wrong = sum(result.outcome == "typo" for result in results)
    until = limits.count(turn, "wrong_codes", wrong) if wrong else None
    return CodesClaimed(tuple(results), available, minute_of(until, up=True) if until else "")


def _over_limit(genuine: Mapping[str, Code], left: int | None) -> frozenset[str]:
    """The codes that a helper may not send today any more; they stay unclaimed."""
    return frozenset() if left is None else frozenset(list(genuine)[left:])


def _refused(code: str, claim: coupons.Claim) -> CodeResult:
    on = day(claim.at) if isinstance(claim, coupons.AlreadyYours) else ""
    if isinstance(claim, coupons.Expired):
        on = claim.on.isoformat()
    return CodeResult(code, OUTCOMES[type(claim)], on=on)


def _credit(turn: Turn, code: str, serial: int, sku: str) -> tuple[CodeResult, int | None]:
    """Post the product's points; the balance after it, None where the budget is spent and the code is free again."""
    product = turn.programme.product(sku)
    assert product is not None  # publishing keeps every product whose coupons can still be claimed
    credit = coupon_credit(turn.programme, turn.version.number, sku, serial, turn.now)
    name = product.name(turn.known.locale)
    earned = points.earn(
        # keyed by the coupon: a second credit for it is impossible for ever, whatever else should fail
        turn.conn, key=f"coupon/{serial}", programme_id=turn.conversation.programme_id, member_id=turn.member_id,
        points=credit.points, expires_at=credit.expires_at, happened_at=turn.now, recorded_at=turn.now,
        facts={**credit.facts, "scanned_by": turn.person} if turn.known.acts == "helper" else credit.facts,
    )  # fmt: skip
    if isinstance(earned, BudgetSpent):
        coupons.give_back(turn.conn, serial, turn.member_id, turn.now)
        return CodeResult(code, "budget_spent", product=name), None
    return CodeResult(code, "credited", credit.points, name), earned.balance
