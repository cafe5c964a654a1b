"""Members' PANs: sealed under the member's data key, found by a blind index, masked for everyone else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from base.blind_index import BlindIndex
from base.masking import mask_pan
from base.pan import normal_pan
from base.sealing import Keyring

_MEMBER = text("SELECT data_key FROM members WHERE id = :member FOR NO KEY UPDATE")
_KNOWN = text("SELECT pan_index FROM pans WHERE pan_index = ANY(:indexes) ORDER BY pan_index FOR NO KEY UPDATE")
_NEW = text("INSERT INTO pans (pan_index, first_given_at) VALUES (:pan, :now) ON CONFLICT DO NOTHING")
_CURRENT = text("SELECT pan_index FROM member_pans WHERE member_id = :member AND replaced_at IS NULL")
_REPLACE = text("UPDATE member_pans SET replaced_at = :now WHERE member_id = :member AND replaced_at IS NULL")
_PUT = text("""
    INSERT INTO member_pans (member_id, pan_index, sealed, masked, source, given_at)
    VALUES (:member, :pan, :sealed, :masked, :source, :now)""")
_OTHERS = text("""
    SELECT g.member_id FROM member_pans g JOIN members m ON m.id = g.member_id AND m.erased_at IS NULL
    WHERE g.pan_index = :pan AND g.replaced_at IS NULL AND g.member_id <> :member ORDER BY g.member_id""")


@dataclass(frozen=True, slots=True)
class Given:
    """`others`: who else has given the same PAN. Their tax year is one with this member's from now on."""

    pan_index: str
    masked: str
    others: tuple[str, ...]


class MemberErased(LookupError):
    """The member's data key is gone, so nothing can be sealed for them."""


def give(conn: Connection, keyring: Keyring, *, member_id: str, pan: str, source: str, now: datetime) -> Given:
    """The member's PAN from now on; the one before is kept as replaced. The same again changes nothing.

    Later deductions are at the rate with a PAN; earlier ones stay as they are. Raises ValueError for what is no PAN, and
    MemberErased. Takes the member's row and then the PAN's, as a redemption does.
    """
    plain = normal_pan(pan)
    if plain is None:
        raise ValueError("this is no PAN")
    data_key = conn.execute(_MEMBER, {"member": member_id}).scalar_one()
    if data_key is None:
        raise MemberErased(member_id)
    index = _row_of(conn, BlindIndex(keyring, "pan").under_every_key(plain), now)
    masked = mask_pan(plain)
    if conn.execute(_CURRENT, {"member": member_id}).scalar_one_or_none() != index:
        conn.execute(_REPLACE, {"member": member_id, "now": now})
        sealed = keyring.unwrap(data_key, member_id).seal(plain.encode(), _place(member_id))
        row = {"member": member_id, "pan": index, "sealed": sealed, "masked": masked, "source": source, "now": now}
        conn.execute(_PUT, row)
    others = conn.execute(_OTHERS, {"pan": index, "member": member_id}).scalars()
    return Given(index, masked, tuple(others))


def may_be(conn: Connection, keyring: Keyring, *, member_id: str, pan: str) -> bool:
    """Whether nothing speaks against the PAN being the member's: they have given none, or this one."""
    given = conn.execute(_CURRENT, {"member": member_id}).scalar_one_or_none()
    return given is None or given in BlindIndex(keyring, "pan").under_every_key(pan)


def opened(keyring: Keyring, *, member_id: str, data_key: bytes, sealed: bytes) -> str:
    """The PAN itself, for the statement of deductions alone. Raises CannotOpen."""
    return keyring.unwrap(data_key, member_id).open(sealed, _place(member_id)).decode()


def _row_of(conn: Connection, indexes: tuple[str, ...], now: datetime) -> str:
    """The index the PAN stands under, its row ours: that of an older key where it was given before the keys changed."""
    known = conn.execute(_KNOWN, {"indexes": list(indexes)}).scalars().all()
    if not known:
        conn.execute(_NEW, {"pan": indexes[0], "now": now})  # waits for whoever gives the same one now
        known = conn.execute(_KNOWN, {"indexes": list(indexes)}).scalars().all()
    return next(index for index in indexes if index in known)


def _place(member_id: str) -> str:
    return f"member_pans/{member_id}"
