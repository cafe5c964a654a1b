"""Signing in: name, password and a code, together. Whatever is wrong, the answer is the same, and takes as long.

Three short transactions: the try is counted and committed; the hash is computed outside any; then the code is spent and
the session begun in one. A process that dies between them has counted a try, and given nothing away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from base import audit, passwords, sessions, staff_proofs, staff_tries, totp
from base.clock import Clock
from base.ids import Ids
from base.sealing import Keyring
from base.sessions import Session
from base.staff_proofs import Proofs

WRONG = (
    "that does not fit: the name, the password or the code is wrong, the code was used before, or there were too many "
    f"tries; after {staff_tries.WRONG_MAX} wrong ones wait {staff_tries.LOCKED.seconds // 60} minutes"
)
_NO_SEED = bytes(totp.SEED_BYTES)


@dataclass(frozen=True, slots=True)
class Door:
    """What proving oneself needs of the house."""

    engine: Engine
    clock: Clock
    ids: Ids
    keyring: Callable[[], Keyring]


def sign_in(door: Door, name: str, password: str, code: str, kind: str) -> str | None:
    """The token of a new session ("web" or "cli"); None: something does not fit, and nobody is told what."""
    may_try, proofs = _count(door, name)
    stand_in = passwords.nobodys()  # made once a process, whoever comes first: else the first unknown name would take longer
    fits = passwords.matches(password, (proofs and proofs.password) or stand_in)
    step = _step(door, proofs, code)
    whole = may_try and fits and step is not None and proofs is not None and proofs.password is not None
    with door.engine.begin() as conn:
        at = door.clock.now(conn)
        if not whole or proofs is None or step is None or not staff_proofs.spend(conn, proofs.staff.id, step):
            _refused(conn, proofs if may_try else None, "staff.sign_in_refused", at)
            return None
        staff_tries.forget(conn, name)
        session = door.ids.new("ses")
        token = sessions.begin(conn, session_id=session, staff_id=proofs.staff.id, kind=kind, at=at)
        after = {"kind": kind, "session": session}
        audit.write(conn, actor=name, act="staff.sign_in", subject=proofs.staff.id, at=at, after=after)
    return token


def step_up(door: Door, session: Session, code: str) -> bool:
    """Somebody signed in types a fresh code, for what asks for one. Wrong codes count like wrong passwords."""
    may_try, proofs = _count(door, session.name)
    step = _step(door, proofs, code)
    with door.engine.begin() as conn:
        at = door.clock.now(conn)
        if not may_try or proofs is None or step is None or not staff_proofs.spend(conn, session.staff_id, step):
            _refused(conn, proofs if may_try else None, "staff.code_refused", at)
            return False
        staff_tries.forget(conn, session.name)
        sessions.proved(conn, session.id, at)
    return True


def _count(door: Door, name: str) -> tuple[bool, Proofs | None]:
    with door.engine.begin() as conn:
        proofs = staff_proofs.read(conn, door.keyring(), name)
        return staff_tries.count(conn, name, known=proofs is not None, at=door.clock.now(conn)), proofs


def _step(door: Door, proofs: Proofs | None, code: str) -> int | None:
    """By the wall's time, which is the authenticator's: the development dial does not move people's phones."""
    seed = proofs.seed if proofs is not None and proofs.seed is not None else None
    step = totp.matching_step(seed or _NO_SEED, code, door.clock.at(0))
    return None if seed is None else step


def _refused(conn: Connection, proofs: Proofs | None, act: str, at: datetime) -> None:
    """On record for those there are, as long as the name is not locked: strangers cannot fill the log."""
    if proofs is not None:
        audit.write(conn, actor="system:door", act=act, subject=proofs.staff.id, at=at)
