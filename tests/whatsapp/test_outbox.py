"""The outbox: once per key, in order, sealed; and a web process that stays small."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from base.sealing import CannotOpen
from tests.servers import Database
from tests.statements import counted
from tests.whatsapp.stage import KEYS, START, Stage
from whatsapp import outbox
from whatsapp.outbound import Message


@pytest.fixture
def stage(database: Database) -> Stage:
    made = Stage(database.engine)
    made.person("asha")
    return made


def row(key: str, body: str, **more: object) -> outbox.Row:
    whole = {"not_before": START, "created_at": START, **more}
    return outbox.Row(key, "cnv_asha", "s", "con_asha", "reply", Message("a.text", "en", body), **whole)


def sealer(stage: Stage):
    wrapped = stage.engine.connect().execute(text("SELECT data_key FROM contacts")).scalar_one()
    return KEYS.unwrap(wrapped, "con_asha")


def test_a_turns_rows_are_one_statement_in_their_order_and_a_repeat_is_nothing(stage: Stage) -> None:
    key = sealer(stage)
    rows = [row(f"SM1/{n}", str(n)) for n in range(20)]
    with stage.engine.begin() as conn, counted() as seen:
        outbox.put(conn, key, rows)
    assert len(seen.statements) == 1
    with stage.engine.begin() as conn:
        outbox.put(conn, key, [*rows, row("SM1/20", "20")])
    assert [found.key for found in stage.rows()] == [f"SM1/{n}" for n in range(21)]


def test_nothing_to_say_is_no_statement(stage: Stage) -> None:
    with stage.engine.begin() as conn:
        outbox.put(conn, sealer(stage), [])
    assert stage.rows() == []


def test_words_are_sealed_for_their_row(stage: Stage) -> None:
    key = sealer(stage)
    with stage.engine.begin() as conn:
        outbox.put(conn, key, [row("SM1/0", "गुप्त secret words")])
        sealed = conn.execute(text("SELECT sealed FROM outbox")).scalar_one()
    assert b"secret" not in bytes(sealed)
    assert outbox.opened(sealed, "SM1/0", key).body == "गुप्त secret words"
    with pytest.raises(CannotOpen):
        outbox.opened(sealed, "SM1/1", key)


def test_held_rows_keep_their_reason_and_an_expiry(stage: Stage) -> None:
    with stage.engine.begin() as conn:
        later = START + timedelta(hours=1)
        held = row("a", "x", state="held", reason="stopped", expires_at=later)
        outbox.put(conn, sealer(stage), [held, row("b", "y")])
    assert [(found.state, found.reason) for found in stage.rows()] == [("held", "stopped"), ("queued", None)]
    with stage.engine.connect() as conn:
        assert outbox.counts(conn) == {"held": 1, "queued": 1}
        assert [found.key for found in outbox.listing(conn, ["held"], conversation_id="cnv_asha")] == ["a"]
        assert outbox.listing(conn, ["held"], conversation_id="cnv_other") == []


def test_releasing_touches_only_what_waits_for_this_person(stage: Stage) -> None:
    stage.person("bala")
    stage.put("bala", "z", state="held", reason="stopped")
    stage.put("asha", "x", state="held", reason="stopped")
    stage.put("asha", "y")
    stage.change("UPDATE outbox SET state = 'delivered' WHERE state = 'queued'")
    with stage.engine.begin() as conn:
        assert outbox.release_held(conn, "cnv_asha", START) == 1
    assert stage.states() == ["held", "queued", "delivered"]


def test_the_web_process_imports_neither_the_client_nor_its_http() -> None:
    code = (
        "import sys; from whatsapp import delivery, inbound, outbound, outbox, signature;"
        "print([m for m in ('twilio.rest', 'requests', 'whatsapp.client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
