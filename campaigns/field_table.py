"""The one table of what an audience may ask about members and a message may say of them.

Each SQL is one expression over `m`, a row of members. Values come as parameters: `:now`, `:programme` and what
campaigns.condition_sql gives every statement; `:since_n`, `:until_n`, `:value_n` and the like are those of one test,
n its number.
A member that others were merged into has done what they did, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flows.pincode import STATES

Kind = Literal["choice", "locale", "prefix", "member", "moment", "number", "window", "category", "campaign", "details"]

_ALL_PARTS = """ANY (ARRAY(WITH RECURSIVE part (id) AS (
    SELECT m.id UNION SELECT g.from_id FROM member_merges g JOIN part ON g.into_id = part.id) SELECT id FROM part))"""
_AVAILABLE = "m.programme_id || '/member/' || m.id || '/available'"
# The owner is whom we write to, where they last wrote from: with two senders that conversation's language counts.
_LANGUAGE = """coalesce((
    SELECT v.locale FROM memberships s JOIN contacts k ON k.id = s.contact_id OR k.merged_into = s.contact_id
      JOIN conversations v ON v.contact_id = k.id AND v.programme_id = m.programme_id
     WHERE s.member_id = m.id AND s.role = 'owner' AND s.until IS NULL
     ORDER BY v.last_inbound_at DESC NULLS LAST, v.id LIMIT 1), :first_locale)"""
_NEEDS = """(CASE m.role WHEN 'electrician' THEN CAST(:needs_electrician AS text[]) WHEN 'retailer' THEN :needs_retailer
    WHEN 'dealer' THEN :needs_dealer ELSE :needs_distributor END)"""
# Over the kinds that the programme may ask of their role; where it asks nothing, over what they gave of themselves.
_KYC = f"""(
    SELECT CASE WHEN count(*) = 0 THEN 'none'
                WHEN bool_or(k.state = 'rejected') THEN 'rejected'
                WHEN bool_or(k.state = 'ask_again' AND k.reason = 'expired')
                     OR bool_or(k.state = 'verified' AND k.at <= CAST(:valid_since AS timestamptz)) THEN 'expired'
                WHEN count(*) FILTER (WHERE k.state = 'verified') >= greatest(cardinality({_NEEDS}), 1)
                     AND (cardinality({_NEEDS}) > 0 OR bool_and(k.state = 'verified')) THEN 'verified'
                ELSE 'pending' END
      FROM (SELECT c.kind, c.state, c.reason, coalesce(c.decided_at, c.created_at) AS at FROM kyc_checks c
             WHERE c.member_id = m.id AND c.state <> 'replaced'
             UNION ALL
            SELECT 'pan', 'verified', NULL, p.given_at FROM member_pans p
             WHERE p.member_id = m.id AND p.replaced_at IS NULL AND NOT EXISTS (
                   SELECT FROM kyc_checks c WHERE c.member_id = m.id AND c.kind = 'pan' AND c.state <> 'replaced')) k
     WHERE cardinality({_NEEDS}) = 0 OR k.kind = ANY ({_NEEDS}))"""
_LAST_SCAN = f"(SELECT max(c.claimed_at) FROM coupons c WHERE c.claimed_by_member = {_ALL_PARTS})"
_LAST_BILL = f"(SELECT max(c.created_at) FROM claims c WHERE c.member_id = {_ALL_PARTS} AND c.state <> 'joined')"
_LAST_PAYOUT = f"(SELECT max(p.settled_at) FROM payouts p WHERE p.member_id = {_ALL_PARTS} AND p.state = 'paid')"
# What they may spend now, as the member is told it: what ran out and was not swept yet is not in it, and what is owed is.
# Two looks into indexes, however many lots there are.
_BALANCE = f"""(
    coalesce((SELECT a.credits - a.debits FROM accounts a WHERE a.id = {_AVAILABLE}), 0)
    - (SELECT coalesce(sum(l.remaining), 0) FROM lots l
        WHERE l.account = {_AVAILABLE} AND l.remaining > 0 AND l.expires_at <= :now))::bigint"""
_EXPIRING = f"""(
    SELECT coalesce(sum(l.remaining), 0)::bigint FROM lots l
     WHERE l.account = {_AVAILABLE} AND l.remaining > 0 AND l.expires_at > :now AND l.expires_at <= :until_n)"""
# Less what was taken back of it since: an earning that was a mistake makes nobody a good customer.
_EARNED = f"""(
    SELECT coalesce(sum(CASE p.programme_id || '/member/' || p.member_id || '/available'
                        WHEN x.credit THEN x.amount WHEN x.debit THEN -x.amount END), 0)::bigint
      FROM postings p JOIN moves x ON x.posting_id = p.id AND x.unit = 'PTS'
     WHERE p.programme_id = m.programme_id AND p.member_id = {_ALL_PARTS}
       AND (p.reason = 'earn' AND p.happened_at >= :since_n OR p.corrects IS NOT NULL AND EXISTS (
            SELECT FROM postings o WHERE o.id = p.corrects AND o.reason = 'earn' AND o.happened_at >= :since_n)))"""
_BOUGHT = f"""EXISTS (
    SELECT FROM coupons c
     WHERE c.claimed_by_member = {_ALL_PARTS} AND c.sku = ANY (CAST(:value_n AS text[])) AND c.claimed_at >= :since_n)"""
# The chain downwards: from the one that is named, and all that were merged into it, to whoever those below are part of now.
_BELOW = """m.id IN (
    WITH RECURSIVE whole (id) AS (
        SELECT unnest(CAST(:value_n AS text[])) UNION SELECT g.from_id FROM member_merges g JOIN whole ON g.into_id = whole.id
    ), below (id) AS (
        SELECT l.child_id FROM member_links l JOIN whole ON l.parent_id = whole.id WHERE l.until IS NULL
         UNION
        SELECT step.id FROM below CROSS JOIN LATERAL (
            SELECT l.child_id AS id FROM member_links l WHERE l.parent_id = below.id AND l.until IS NULL AND :deep_n
             UNION ALL SELECT g.into_id FROM member_merges g WHERE g.from_id = below.id) step
    ) SELECT id FROM below)"""
_EXPIRES_NEXT = f"""(
    SELECT {{}} FROM lots l WHERE l.account = {_AVAILABLE} AND l.remaining > 0 AND l.expires_at > :now
     GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1)"""
_SENT_TO = f"""FROM campaign_people p JOIN outbox o ON o.key = p.outbox_key
     WHERE p.programme_id = m.programme_id AND p.campaign_id = :value_n AND p.member_id = {_ALL_PARTS}"""
# What may have arrived counts: whoever is asked "not got" shall not get it twice.
_GOT = f"""EXISTS (SELECT {_SENT_TO}
       AND o.state IN ('sending', 'uncertain', 'unconfirmed', 'accepted', 'sent', 'delivered', 'read'))"""
_REPLIED = f"""EXISTS (SELECT {_SENT_TO} AND o.accepted_at IS NOT NULL AND EXISTS (
       SELECT FROM inbox i WHERE i.conversation_id = p.conversation_id AND i.kind = 'message'
          AND i.received_at > o.accepted_at AND i.received_at <= o.accepted_at + interval '48 hours'))"""

# {done}: the members who did what the campaign was for, as campaigns.conversions counts them; whoever they live on in did so.
_CONVERTED = """m.id IN (
    WITH RECURSIVE did (id) AS (
        SELECT c.member_id FROM ({done}) c UNION SELECT g.into_id FROM member_merges g JOIN did ON g.from_id = did.id
    ) SELECT id FROM did)"""


@dataclass(frozen=True, slots=True)
class Field:
    """`words` for people. `choices`: all it may be, where that is closed. `condition`: an audience may ask about it;
    `variable`: a message may say it, by `said` where that is another SQL than the condition's."""

    name: str
    kind: Kind
    words: str
    sql: str = ""
    choices: tuple[str, ...] = ()
    condition: bool = True
    variable: bool = False
    said: str = ""


_TABLE = (
    Field("role", "choice", "what they are in the trade", "m.role", ("electrician", "retailer", "dealer", "distributor"),
          variable=True),
    Field("state", "choice", "their state, by its two letters (UP, MH); also called region", "m.state", tuple(sorted(STATES)),
          variable=True),
    Field("pin_code", "prefix", "their PIN code, or how it begins", "m.pin_code", variable=True),
    Field("language", "locale", "the language they write in, by its letters (hi, en)", _LANGUAGE, variable=True),
    Field("kyc", "choice", "how far proving who they are has come", _KYC,
          ("none", "pending", "verified", "rejected", "expired"), variable=True),
    Field("parent", "member", "the member they buy from, by phone or member id; `under` at any depth", _BELOW),
    Field("enrolled", "moment", "when they joined", "m.created_at", variable=True),
    Field("last_scan", "moment", "when a coupon was last claimed for them", _LAST_SCAN, variable=True),
    Field("last_bill", "moment", "when they last sent a bill", _LAST_BILL, variable=True),
    Field("last_payout", "moment", "when money last reached them", _LAST_PAYOUT, variable=True),
    Field("balance", "number", "points they may spend now; below zero: they owe", _BALANCE, variable=True),
    Field("earned", "window", "points earned in the last days, less what was taken back", _EARNED),
    Field("expiring", "window", "points that run out in the next days; in a message: those that run out first", _EXPIRING,
          variable=True, said=_EXPIRES_NEXT.format("sum(l.remaining)::bigint")),
    Field("expires_on", "moment", "the last day of the points that run out first", condition=False, variable=True,
          said=_EXPIRES_NEXT.format("l.expires_at - interval '1 microsecond'")),
    Field("bought", "category", "coupons of a product category claimed for them; what stands on bills is not counted", _BOUGHT),
    Field("got", "campaign", "a campaign's message left for them", _GOT),
    Field("replied", "campaign", "they wrote within two days of a campaign's message", _REPLIED),
    Field("converted", "campaign", "they did what a campaign was for, within its days", _CONVERTED),
    Field("name", "details", "their name", condition=False, variable=True),
    Field("shop", "details", "their shop's name", condition=False, variable=True),
)  # fmt: skip
FIELDS: Mapping[str, Field] = {field.name: field for field in _TABLE}
ALIASES: Mapping[str, str] = {"region": "state", "pin": "pin_code", "pincode": "pin_code", "locale": "language"}
