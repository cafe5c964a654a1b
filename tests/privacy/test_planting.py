"""A stolen backup, the logs and Redis taken together show none of what was planted; and the search would have found it."""

from __future__ import annotations

import base64
import logging
from itertools import chain
from typing import cast

import pytest

from flows.effects import ReadBalance
from flows.kernel import Effect, Event
from handlers.registry import HANDLERS
from handlers.turn import Turn
from tests.cli.lived import Lived
from tests.house import RAMESH
from tests.privacy.life import AADHAAR, ACCOUNT, PAN, PHONE, PICTURE, PIN, PLANTED, VPA, lived
from tests.privacy.planted import alone, every_cell, every_file, every_key, forms, seen
from tests.servers import Database

EVERYTHING = {**PLANTED, "photo": PICTURE[100:160]}
SUPPORT = (  # what support and finance print all day
    ("member", "show", PHONE), ("journal", "show", PHONE, "--last", "1000"), ("outbox", "list"), ("payouts", "show"),
    ("tax", "show", PHONE), ("privacy", "report"), ("privacy", "consents", PHONE), ("privacy", "erasures"), ("staff", "audit"),
    ("keys", "check"), ("claims", "queue"), ("privacy", "access", "--since", "2026-01-01"),
)  # fmt: skip


def goes_on(life: Lived) -> None:
    """Work is left in Redis: a payout and a photo that wait for a worker."""
    for words in ("redeem 100", "1", "yes", PIN):
        life.home.write(words)
    photo = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}
    life.home.write(f"my pan {PAN} and {VPA}", **photo)


def breaks_down(life: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours while the member's words are in hand, so that there is something to log."""

    def broken(turn: Turn, effect: Effect, key: str) -> Event | None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setitem(cast(dict[type[Effect], object], HANDLERS), ReadBalance, broken)
        for _ in range(3):
            life.home.write("balance")


def test_a_dump_the_logs_and_redis_show_nothing_of_what_was_planted(
    database: Database, redis_url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    with lived(database.url, redis_url) as life:
        breaks_down(life, monkeypatch)
        goes_on(life)
        assert life.home.told()[-2:] == ["redeem.on_its_way", "scan.checking"]
        printed = capfd.readouterr()
        logs = [("log", f"{printed.out}\n{printed.err}\n{caplog.text}".encode())]
        keys = list(every_key(life.home))
        assert len(keys) >= 3 and b"turn failed" in logs[0][1]
        places = list(chain(every_cell(life.home), keys, every_file(life.home), logs))
        assert {"claims.sealed", "secrets.sealed", "members.details"} <= {place for place, _ in places}
        assert any(place.startswith("file med_") for place, _ in places)
        assert seen(EVERYTHING, iter(places)) == []
        assert alone(PIN, iter(places)) == []
        assert seen({"phone": PHONE}, iter(places)) == ["phone in contacts.address"]


@pytest.mark.parametrize("how", ["clear", "upper", "hex", "base64", "base64 in the middle", "base64 for URLs"])
def test_the_search_would_have_found_each_of_them(database: Database, redis_url: str, how: str) -> None:
    shapes = {
        "clear": lambda v: v, "upper": lambda v: v.upper(), "hex": lambda v: v.encode().hex(),
        "base64": lambda v: base64.b64encode(v.encode()).decode(),
        "base64 in the middle": lambda v: base64.b64encode(f'{{"text": "{v}"}}'.encode()).decode(),
        "base64 for URLs": lambda v: base64.urlsafe_b64encode(f"x{v}?>".encode()).decode(),
    }  # fmt: skip
    for name, value in PLANTED.items():
        hidden = f"prefix {shapes[how](value)} suffix".encode()
        assert seen({name: value}, iter([("here", hidden)])) == [f"{name} in here"], (name, how, forms(value))
    assert alone(PIN, iter([("here", f'{{"text": "{PIN}"}}'.encode()), ("there", b"id 1739512")])) == ["here"]


def test_what_support_prints_is_masked(life: Lived) -> None:
    goes_on(life)
    claim = life.home.rows("SELECT id FROM claims")[0].id
    payout = life.home.rows("SELECT id FROM payouts ORDER BY id")[0].id
    for words in (*SUPPORT, ("claims", "show", claim), ("payouts", "show", payout)):
        for more in ((), ("--json",)):
            printed = life(*words, *more)
            assert printed.exit_code == 0, (words, printed.output)
            shown = [(" ".join(words), (printed.stdout + printed.stderr).encode())]
            secret = {name: value for name, value in PLANTED.items() if name != "shop"}  # a shop hangs its name out itself
            assert seen({**secret, "phone": PHONE}, iter(shown)) == [], words
            assert alone(PIN, iter(shown)) == []
    assert life.home.conversation(RAMESH).flow != "nothing" and ACCOUNT and AADHAAR
