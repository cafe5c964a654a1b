"""What a handler works on: the turn's transaction, its time, and the conversation's row, which the turn saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from base.ids import Ids
from base.sealing import Keyring, Sealer
from flows.session import Known
from loyalty.codes import CodeKeys
from loyalty.programme import Programme
from loyalty.programme_rows import Version, current
from payouts.tax import Rule
from whatsapp.outbox import Row

ELSEWHERE = "conversation"  # in place of a queue among a turn's tasks: another conversation that has something new


class TakeAgain(Exception):
    """What the turn stood on was changed by another transaction meanwhile: nothing of it counts, and the event is taken
    anew. No fault of anyone's."""


@dataclass(slots=True)
class Conversation:
    """The row that the turn holds locked; what handlers change here is saved with the turn."""

    id: str
    sender_id: str
    contact_id: str
    programme_id: str
    address: str
    locale: str | None
    member_id: str | None
    consented_at: datetime | None
    stopped_at: datetime | None
    marketing_stopped_at: datetime | None
    last_inbound_at: datetime | None
    turn: int
    held: int


@dataclass(slots=True)
class Turn:
    conn: Connection
    now: datetime
    ids: Ids
    keyring: Keyring
    codes: CodeKeys
    conversation: Conversation
    sealer: Sealer  # the contact's
    event_key: str
    lane: str
    known: Known
    tax_rules: Sequence[Rule]
    out: list[Row] = field(default_factory=list)  # what will be said; one insert at the end
    tasks: list[tuple[str, str]] = field(default_factory=list)  # (queue, id) of rows written: bells after the commit
    locks: dict[str, datetime] | None = None  # what the contact is locked out of, and until when; None: not read yet
    person: str = ""  # the contact whose memberships count: another than the conversation's where two were found to be one
    shops: int = 1  # for how many the contact acts here: where there are several, replies say for which
    _version: Version | None = None

    @property
    def member_id(self) -> str:
        """The member acted for. Flows ask for a member's effects only once there is one."""
        assert self.conversation.member_id is not None
        return self.conversation.member_id

    @property
    def version(self) -> Version:
        """The programme's version in force; read once a turn."""
        if self._version is None:
            self._version = current(self.conn, self.conversation.programme_id)
        return self._version

    @property
    def programme(self) -> Programme:
        return self.version.programme
