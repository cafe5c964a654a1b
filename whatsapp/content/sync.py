"""Make the Content resources that are missing at Twilio, and keep the map hash -> sid. Safe to repeat at any point."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine, text

from base.clock import Clock
from whatsapp.content.spec import Spec

More = Callable[[Connection, str, str], Spec | None]  # text key, locale


class Resources(Protocol):
    """What is asked of Twilio's Content API; whatsapp.client.Twilio is one."""

    def contents(self) -> Mapping[str, str]:
        """friendly name -> sid of every resource of the account; the first made where a name stands twice."""

    def create_content(self, name: str, locale: str, samples: Mapping[str, str], types: Mapping[str, object]) -> str:
        """Its sid. Two calls make two resources."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each text: hashes kept as they were, found at Twilio, made anew."""

    kept: tuple[str, ...]
    found: tuple[str, ...]
    created: tuple[str, ...]


_KNOWN = text("SELECT hash, sid FROM content_resources")
_FIND = text("SELECT hash, sid FROM content_resources WHERE hash = ANY(CAST(:hashes AS text[]))")
_RECORD = text("""
    INSERT INTO content_resources (hash, text_key, locale, sid, created_at)
    VALUES (:hash, :text_key, :locale, :sid, :now)
    ON CONFLICT (hash) DO UPDATE SET sid = excluded.sid, approval = 'unsubmitted', approval_reason = ''""")
_FORGET = text("DELETE FROM content_resources WHERE sid = :sid AND hash <> :hash")


def sync(engine: Engine, client: Resources, specs: Iterable[Spec], clock: Clock) -> Report:
    """One resource per spec. Resources no text uses any more are left alone: messages on their way may need them.

    A resource is looked for by its name before it is made, so a crash between making and recording it loses nothing;
    one that is recorded but gone at Twilio (another account, deleted by hand) is made again.
    """
    with engine.connect() as conn:
        known = {row.hash: row.sid for row in conn.execute(_KNOWN)}
    listed = client.contents()
    there = set(listed.values())
    outcome: dict[str, list[str]] = {"kept": [], "found": [], "created": []}
    for made in {one.hash: one for one in specs}.values():
        if known.get(made.hash) in there:
            outcome["kept"].append(made.hash)
        elif (sid := listed.get(made.name)) is not None:
            _record(engine, clock, made, sid)
            outcome["found"].append(made.hash)
        else:
            _record(engine, clock, made, client.create_content(made.name, made.locale, made.samples, made.types))
            outcome["created"].append(made.hash)
    return Report(**{name: tuple(hashes) for name, hashes in outcome.items()})


def sids_of(conn: Connection, hashes: Collection[str]) -> dict[str, str]:
    """hash -> sid of those that have been made."""
    return {row.hash: row.sid for row in conn.execute(_FIND, {"hashes": list(hashes)})}


class ContentMap:
    """The specs of this release by text and locale, and the sids found so far; what is unknown is looked up again.

    `more` finds the spec of a text that is none of the release's, such as a campaign's; what it finds never changes.
    """

    def __init__(self, specs: Iterable[Spec], more: More | None = None) -> None:
        self._specs = {(made.text_key, made.locale): made for made in specs}
        self._more = more
        self._sids: dict[str, str] = {}

    def spec_of(self, conn: Connection, text_key: str, locale: str) -> Spec | None:
        made = self._specs.get((text_key, locale))
        if made is None and self._more is not None and (made := self._more(conn, text_key, locale)) is not None:
            self._specs[text_key, locale] = made
        return made

    def sid_of(self, conn: Connection, made: Spec) -> str | None:
        """None until somebody has run the sync: every call asks again, so a sync is seen at once."""
        if made.hash not in self._sids:
            self._sids |= sids_of(conn, [made.hash])
        return self._sids.get(made.hash)

    def forget(self, made: Spec) -> None:
        """Twilio did not know the sid: the next message asks the database again."""
        self._sids.pop(made.hash, None)


def _record(engine: Engine, clock: Clock, made: Spec, sid: str) -> None:
    with engine.begin() as conn:  # one at a time: what has been made stays recorded whatever comes after
        conn.execute(_FORGET, {"sid": sid, "hash": made.hash})
        row = {"hash": made.hash, "text_key": made.text_key, "locale": made.locale, "sid": sid}
        conn.execute(_RECORD, {**row, "now": clock.now(conn)})
