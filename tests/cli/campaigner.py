"""A house with staff and members, in which campaigns are made from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot.campaigns import link_base
from campaigns import words
from campaigns.file import read
from tests.cli.lived import Lived
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database

STAFF = {"meera": "ops", "dev": "ops", "ravi": "support"}
PHONES = {"ramesh": "+919812345678", "sunita": "+919898989898"}
PLAIN = """
id = "hello"
name = "Hello"
category = "marketing"
audience = "role = electrician"
[variables]
name = "name"
[[arms]]
[arms.words.en]
body = "Namaste {name}, every wire counts double."
buttons = [{ id = "scan", title = "Scan now" }]
[arms.words.hi]
body = "नमस्ते {name}, हर तार दोगुना।"
buttons = [{ id = "scan", title = "स्कैन करें" }]
[budget]
paise_per_message = 87
"""


@dataclass(frozen=True)
class Campaigner(Lived):
    folder: Path

    def file(self, id_: str = "hello", **changed: str) -> Path:
        """A campaign's file: PLAIN under this name, with parts of it replaced (key=… as it stands in the file)."""
        data = PLAIN.replace('id = "hello"', f'id = "{id_}"')
        for key, value in changed.items():
            data, count = re.subn(rf"^{key} = .*$", lambda _, line=f"{key} = {value}": line, data, count=1, flags=re.MULTILINE)
            data = data if count else f"{key} = {value}\n{data}"
        path = self.folder / f"{id_}.toml"
        path.write_text(data, encoding="utf-8")
        return path

    def whatsapp_says(self, path: Path, status: str = "approved") -> None:
        """Of all the words in the file."""
        with self.house.engine.begin() as conn:
            for made in words.specs(read(path), link_base(self.house)):
                conn.execute(
                    text("""INSERT INTO content_resources (hash, text_key, locale, sid, created_at, approval)
                            VALUES (:hash, :key, :locale, :sid, :now, :status)
                            ON CONFLICT (hash) DO UPDATE SET approval = :status"""),
                    {"hash": made.hash, "key": made.text_key, "locale": made.locale, "sid": f"HX{made.hash}",
                     "now": self.home.at, "status": status},
                )  # fmt: skip

    def made(self, id_: str = "hello", **changed: str) -> str:
        """A draft by meera whose words WhatsApp has approved."""
        path = self.file(id_, **changed)
        self.whatsapp_says(path)
        self.data("campaign", "check", path, "--as", "meera")
        return id_

    def approved(self, id_: str = "hello", **changed: str) -> str:
        self.made(id_, **changed)
        self.data("campaign", "approve", id_, "--yes", "--as", "dev")
        return id_

    def sent(self, id_: str = "hello", people: int = 2, **changed: str) -> str:
        self.approved(id_, **changed)
        self.data("campaign", "send", id_, "--people", people, "--as", "meera")
        return id_


@contextmanager
def campaigning(database: Database, folder: Path, **settings: str) -> Iterator[Campaigner]:
    """Ramesh and Sunita are electricians; it is Monday morning."""
    with home(database.url, **settings) as made:
        line = Campaigner(made.house, made, folder)
        line("staff", "add", "asha", "--role", "admin")
        for name, role in STAFF.items():
            line("staff", "add", name, "--role", role, "--as", "asha")
        for who in (RAMESH, SUNITA):
            made.enrol(who)
        yield line


def lines(made: Home) -> int:
    return made.count("SELECT count(*) FROM outbox WHERE lane = 'campaign'")
