"""Colleagues who can prove who they are, for tests: a password, an authenticator, and its codes."""

from __future__ import annotations

from dataclasses import dataclass

from base import staff, staff_proofs, totp
from base.staff import Staff
from bot.wiring import House

PASSWORD = "seven lamps over the ghat"


@dataclass
class Colleague:
    """`code()` is a fresh one each time, as if they had waited for the next: a code counts once."""

    house: House
    staff: Staff
    seed: bytes
    password: str = PASSWORD
    used: int = 0

    @property
    def name(self) -> str:
        return self.staff.name

    def code(self) -> str:
        """Of the newest step that was not used; at most one ahead of the clock, so at most two within 30 seconds."""
        step = max(totp.step_of(self.house.clock.at(0)) - 1, self.used + 1)
        self.used = step
        return totp.code_at(self.seed, step)


def hire(house: House, name: str, *roles: str) -> Colleague:
    """On the staff, with a password and an authenticator."""
    with house.engine.begin() as conn:
        at = house.clock.now(conn)
        who = staff.add(conn, staff_id=house.ids.new("stf"), name=name, roles=roles or ("ops",), by="system:first", at=at)
        staff_proofs.set_password(conn, house.keyring, who, PASSWORD, by="system:first", at=at)
        seed = staff_proofs.new_seed(conn, house.keyring, who, by="system:first", at=at)
    return Colleague(house, who, seed)
