"""The port to what is sealed: a payout needs one secret once, and its own bytes again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from base.sealing import Sealer
from payouts.destination import Destination


class Vault(Protocol):
    def destination(self, conn: Connection, token: str) -> Destination | None:
        """Where the secret behind `token` says the money goes; None where it has been erased. Raises BadDestination."""

    def names(self, conn: Connection, member_id: str) -> Sequence[str]:
        """What the member and their shop are called; none where their data key has been erased."""

    def sealer(self, conn: Connection, member_id: str) -> Sealer | None:
        """The member's sealer; None where their data key has been erased."""
