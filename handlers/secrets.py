"""Secrets are taken out of words before the engine, the journal or a log sees them.

A UPI id, an account number or a PIN becomes a token where a state asks for it; unasked, a UPI id or a PAN is passed over.
An Aadhaar number has been struck out before the message was stored (aadhaar.py); a PIN is struck out of the stored
message as soon as it is read (inbound.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from base.gstin import gstin_in_words
from base.pan import holds_pan, pan_in_words
from base.pin import as_pin
from base.sealing import Keyring, Sealer
from base.udyam import udyam_in_words
from flows.effects import ForgetSecret
from flows.events import SecretGiven
from flows.kernel import Event
from handlers.aadhaar import STRUCK_OUT
from handlers.turn import Turn
from loyalty.vpa import normal_vpa

# No dot within the handle, which keeps e-mail addresses out; a full stop behind it ends the sentence.
VPA_IN_WORDS = re.compile(r"(?<![\w.\-@])[\w.\-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}(?![\w@]|\.\w)")
# Any other word beside it could be half of a UPI id with a space in it: "ramesh kumar@okaxis" is nobody's kumar@okaxis.
_AROUND = (
    "no nahi nahin nhi ji please pls my mera meri mere upi id vpa new naya nayi is it ye yeh hai h he use send to on par pe me"
    " mein bhejo bhej do dijiye karo instead नहीं जी मेरी मेरा यूपीआई आईडी नई यह ये है पर में भेजो भेज दो दीजिए करो"
)
AROUND_A_VPA = frozenset(_AROUND.split())
ACCOUNT_MIN, ACCOUNT_MAX = 9, 18  # digits of a bank account's number in India
_WITHIN_ACCOUNT = frozenset(" -.\u200b\u00a0")
_NO_WORDS = str.maketrans(dict.fromkeys(".,:;!-()।'\"", " "))

_PUT = text("""
    INSERT INTO secrets (token, contact_id, member_id, kind, last4, sealed, created_at)
    VALUES (:token, :contact, :member, :kind, :last4, :sealed, :now)""")
_MEMBER_KEY = text("SELECT data_key FROM members WHERE id = :id")
_FORGET = text("DELETE FROM secrets WHERE token = :token AND contact_id = :contact AND used_at IS NULL")
_GET = text("""
    SELECT s.kind, s.sealed, s.member_id, s.contact_id, coalesce(m.data_key, c.data_key) AS data_key
    FROM secrets s JOIN contacts c ON c.id = s.contact_id LEFT JOIN members m ON m.id = s.member_id
    WHERE s.token = :token""")


@dataclass(frozen=True, slots=True)
class Secret:
    kind: str
    plain: str


@dataclass(frozen=True, slots=True)
class Whose:
    """Who wrote a secret, and for which member; None: they are none yet."""

    contact_id: str
    member_id: str | None


def unasked(words: str) -> SecretGiven | None:
    """A secret that nobody asked for: it is told apart, and nothing of it is kept beyond the sealed message."""
    if STRUCK_OUT in words:
        return SecretGiven("", "aadhaar", "")
    if holds_pan(words):
        return SecretGiven("", "pan", "")
    if any(normal_vpa(found) for found in VPA_IN_WORDS.findall(words)):
        return SecretGiven("", "vpa", "")
    return None


def asked(turn: Turn, words: str, kind: str) -> SecretGiven:
    """The answer to a state that asks for a secret: sealed under the member's key, a token for the engine."""
    if STRUCK_OUT in words and kind != "pin":
        return SecretGiven("", "aadhaar", "")
    for shape in _SHAPES.get(kind, ()):
        if (plain := shape.read(words)) is not None:
            last4 = "" if shape.told == "pin" else plain[-4:]
            return SecretGiven(put(turn, shape.kept, plain, last4), shape.told, last4)
    return SecretGiven("", "malformed", "")


def put(turn: Turn, kind: str, plain: str, last4: str) -> str:
    """Seal a secret of the member's, or of whoever is none yet; its token."""
    token, member = turn.ids.new("sec"), turn.conversation.member_id
    sealer = turn.sealer if member is None else member_sealer(turn)
    keep(turn.conn, sealer, token, Whose(turn.conversation.contact_id, member), kind, plain, last4, turn.now)
    return token


def keep(
    conn: Connection, sealer: Sealer, token: str, whose: Whose, kind: str, plain: str, last4: str, now: datetime
) -> None:
    """Write the secret's row. `sealer`: the member's, or their contact's where there is none yet."""
    conn.execute(_PUT, {
        "token": token, "contact": whose.contact_id, "member": whose.member_id, "kind": kind, "last4": last4,
        "sealed": sealer.seal(plain.encode(), f"secrets/{token}"), "now": now,
    })  # fmt: skip


def member_sealer(turn: Turn) -> Sealer:
    row = turn.conn.execute(_MEMBER_KEY, {"id": turn.member_id}).one()
    return turn.keyring.unwrap(row.data_key, turn.member_id)


def account_given(words: str) -> str | None:
    """The account number in ASCII digits, of whatever script; None where anything else is written beside it."""
    kept = [letter for letter in words.strip() if letter not in _WITHIN_ACCOUNT]
    if not ACCOUNT_MIN <= len(kept) <= ACCOUNT_MAX or not all(letter.isdecimal() for letter in kept):
        return None
    number = "".join(str(unicodedata.decimal(letter)) for letter in kept)
    return number if number.strip("0") else None


def _vpa_given(words: str) -> str | None:
    """The UPI id that is meant: alone, or with nothing around it but words that cannot be a part of one."""
    if (plain := normal_vpa(words)) is not None:
        return plain
    given = [vpa for found in VPA_IN_WORDS.findall(words) if (vpa := normal_vpa(found))]
    if len(given) != 1 or words.count("@") != 1:
        return None
    around = VPA_IN_WORDS.sub(" ", words).lower().translate(_NO_WORDS).split()
    return given[0] if all(word in AROUND_A_VPA for word in around) else None




@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of secret as it is kept, as flows are told of it, and how it is read out of words."""

    kept: str
    told: str
    read: Callable[[str], str | None]


_VPA = Shape("vpa", "vpa", _vpa_given)
_SHAPES: Mapping[str, tuple[Shape, ...]] = {  # by what a state asks for, the first that fits
    "vpa": (_VPA,),
    "bank": (Shape("account", "bank", account_given), _VPA),
    "pan": (Shape("pan", "pan", pan_in_words),),
    "pin": (Shape("pin", "pin", as_pin),),
    "gstin": (Shape("gstin", "gstin", gstin_in_words),),
    "udyam": (Shape("udyam", "udyam", udyam_in_words),),
}


def open_secret(conn: Connection, keyring: Keyring, token: str) -> Secret:
    """The plain secret, for those who must use it: the adapter that pays, the check of its shape."""
    row = conn.execute(_GET, {"token": token}).one()
    sealer: Sealer = keyring.unwrap(row.data_key, row.member_id or row.contact_id)
    return Secret(row.kind, sealer.open(row.sealed, f"secrets/{token}").decode())


def forget_secret(turn: Turn, effect: ForgetSecret, key: str) -> Event | None:
    """Delete a secret that was never put to use."""
    forget(turn, effect.token)
    return None


def forget(turn: Turn, token: str) -> None:
    turn.conn.execute(_FORGET, {"token": token, "contact": turn.conversation.contact_id})


def mark_used(conn: Connection, token: str, now: datetime) -> None:
    """From now on this secret is the one offered again."""
    conn.execute(text("UPDATE secrets SET used_at = :now WHERE token = :token"), {"token": token, "now": now})
