"""The port to what is sealed: a payout needs one secret once, and its own bytes again."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from base.sealing import Sealer


class Vault(Protocol):
    def secret(self, conn: Connection, token: str) -> str | None:
        """The secret behind `token`; None where it has been erased."""

    def sealer(self, conn: Connection, member_id: str) -> Sealer | None:
        """The member's sealer; None where their data key has been erased."""
