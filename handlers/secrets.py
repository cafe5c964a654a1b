"""Secrets are taken out of words before the engine, the journal or a log sees them.

An Aadhaar number is never kept at all (UIDAI: only licensed entities may): it is struck out before the message is
stored. A UPI id or a PAN becomes a token where a state asks for it, and is passed over where none does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from stdnum import verhoeff

from base.masking import mask_vpa
from base.sealing import Keyring, Sealer
from flows.effects import ForgetSecret
from flows.events import SecretGiven
from flows.kernel import Event
from handlers.turn import Turn
from loyalty.vpa import normal_vpa

STRUCK_OUT = "▮▮▮▮ ▮▮▮▮ ▮▮▮▮"
_APART = r"[\s.\-_\u2010-\u2015\u200b-\u200d\u2060]{0,3}"  # what people and keyboards put between the groups
# digits of any script, letters may touch them; the lookahead makes overlapping readings of a row of groups seen too
AADHAAR_LIKE = re.compile(rf"(?<!\d)(?=(\d{{4}}{_APART}\d{{4}}{_APART}\d{{4}})(?!\d))")
MOBILE_WITH_COUNTRY = re.compile(r"91[6-9]\d{9}")
PAN = re.compile(r"(?<![A-Z0-9])[A-Z]{3}[PCHFABGJLTK][A-Z]\d{4}[A-Z](?![A-Z0-9])")
# No dot within the handle, which keeps e-mail addresses out; a full stop behind it ends the sentence.
VPA_IN_WORDS = re.compile(r"(?<![\w.\-@])[\w.\-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}(?![\w@]|\.\w)")

_PUT = text("""
    INSERT INTO secrets (token, contact_id, member_id, kind, last4, sealed, created_at)
    VALUES (:token, :contact, :member, :kind, :last4, :sealed, :now)""")
_FORGET = text("DELETE FROM secrets WHERE token = :token AND contact_id = :contact AND used_at IS NULL")
_GET = text("""
    SELECT s.kind, s.sealed, s.member_id, s.contact_id, coalesce(m.data_key, c.data_key) AS data_key
    FROM secrets s JOIN contacts c ON c.id = s.contact_id LEFT JOIN members m ON m.id = s.member_id
    WHERE s.token = :token""")


@dataclass(frozen=True, slots=True)
class Secret:
    kind: str
    plain: str


def strike_out_aadhaar(words: str, our_codes: Callable[[str], Iterable[str]]) -> str:
    """The words with every Aadhaar number replaced by a mark; digits that stand within a genuine code of ours stay.

    `our_codes` finds the genuine codes in words; it is asked only where something looks like an Aadhaar number.
    """
    pieces, end = [], 0
    for found in AADHAAR_LIKE.finditer(words):
        start, stop = found.span(1)
        digits = "".join(str(int(letter)) for letter in found[1] if letter.isdecimal())
        if start < end or not _is_aadhaar(digits) or any(digits in c.replace("-", "") for c in our_codes(words)):
            continue
        pieces += [words[end:start], STRUCK_OUT]
        end = stop
    return "".join(pieces) + words[end:]


def _is_aadhaar(digits: str) -> bool:
    plausible = digits[0] >= "2" and digits != digits[::-1] and verhoeff.is_valid(digits)
    return plausible and not MOBILE_WITH_COUNTRY.fullmatch(digits)


def unasked(words: str) -> SecretGiven | None:
    """A secret that nobody asked for: it is told apart, and nothing of it is kept beyond the sealed message."""
    if STRUCK_OUT in words:
        return SecretGiven("", "aadhaar", "")
    if PAN.search(words.upper()):
        return SecretGiven("", "pan", "")
    if any(normal_vpa(found) for found in VPA_IN_WORDS.findall(words)):
        return SecretGiven("", "vpa", "")
    return None


def asked(turn: Turn, words: str, kind: str) -> SecretGiven:
    """The answer to a state that asks for a secret: sealed under the member's key, a token for the engine."""
    if STRUCK_OUT in words:
        return SecretGiven("", "aadhaar", "")
    plain = normal_vpa(words)
    if kind != "vpa" or plain is None:
        return SecretGiven("", "malformed", "")
    token, member = turn.ids.new("sec"), turn.member_id
    row = turn.conn.execute(text("SELECT data_key FROM members WHERE id = :id"), {"id": member}).one()
    sealed = turn.keyring.unwrap(row.data_key, member).seal(plain.encode(), f"secrets/{token}")
    turn.conn.execute(_PUT, {
        "token": token, "contact": turn.conversation.contact_id, "member": member, "kind": kind, "last4": plain[-4:],
        "sealed": sealed, "now": turn.now,
    })  # fmt: skip
    return SecretGiven(token, kind, plain[-4:])


def open_secret(conn: Connection, keyring: Keyring, token: str) -> Secret:
    """The plain secret, for those who must use it: the adapter that pays, the check of its shape."""
    row = conn.execute(_GET, {"token": token}).one()
    sealer: Sealer = keyring.unwrap(row.data_key, row.member_id or row.contact_id)
    return Secret(row.kind, sealer.open(row.sealed, f"secrets/{token}").decode())


def masked(secret: Secret) -> str:
    return mask_vpa(secret.plain) if secret.kind == "vpa" else f"•••{secret.plain[-4:]}"


def forget_secret(turn: Turn, effect: ForgetSecret, key: str) -> Event | None:
    """Delete a secret that was never put to use."""
    turn.conn.execute(_FORGET, {"token": effect.token, "contact": turn.conversation.contact_id})
    return None


def mark_used(conn: Connection, token: str, now: datetime) -> None:
    """From now on this secret is the one offered again."""
    conn.execute(text("UPDATE secrets SET used_at = :now WHERE token = :token"), {"token": token, "now": now})
