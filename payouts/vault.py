"""The port to what is sealed: a payout needs one secret once, and its own bytes again."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from base.sealing import Sealer
from payouts.destination import Destination


class Vault(Protocol):
    def destination(self, conn: Connection, token: str) -> Destination | None:
        """Where the secret behind `token` says the money goes; None where it has been erased. Raises BadDestination."""

    def sealer(self, conn: Connection, member_id: str) -> Sealer | None:
        """The member's sealer; None where their data key has been erased."""
