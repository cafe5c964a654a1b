"""The house as the staff's pages and verbs see it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Engine

from base.clock import Clock
from base.ids import Ids
from base.media_store import MediaStore
from base.sealing import Keyring
from bot import bells
from bot.wiring import House

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class HouseDesk:
    """console.desk.Desk over a house."""

    house: House

    @property
    def engine(self) -> Engine:
        return self.house.engine

    @property
    def clock(self) -> Clock:
        return self.house.clock

    @property
    def ids(self) -> Ids:
        return self.house.ids

    @property
    def keyring(self) -> Keyring:
        return self.house.keyring

    @property
    def media(self) -> MediaStore:
        return self.house.media

    @property
    def secure(self) -> bool:
        """Only a house that is reached by plain http on this machine has cookies without Secure."""
        url = urlsplit(self.house.settings.base_url)
        return not (url.scheme == "http" and url.hostname in LOOPBACK)

    def ring(self, conversation_id: str) -> None:
        bells.ring_turn(self.house, conversation_id)
