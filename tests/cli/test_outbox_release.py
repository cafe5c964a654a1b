"""`./saathi outbox show` and `release`: why a message has not arrived, and letting it leave; never over a STOP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.cli.outbox_release import STATES as MEANINGS
from bot.cli.outbox_release import WHY as REASONS
from tests.cli.contract import promises
from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.house import Home, home
from tests.servers import Database
from whatsapp.errors import Kind
from whatsapp.outbox import STATES

WHY = ("--as", "asha", "--reason", "they have a new phone")


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    with home(database.url) as made:
        made.enrol()
        employ(made, "asha", "support")
        yield made


def last(home: Home, state: str, reason: str | None, **more: object) -> int:
    """The newest message, as the relay or a delivery report would have left it."""
    message = home.count("SELECT max(id) FROM outbox")
    given = {"state": state, "reason": reason, "sid": f"SM{message:032d}", "id": message}
    home.change("UPDATE outbox SET state = :state, reason = :reason, sid = :sid, attempts = 1 WHERE id = :id", **given)
    for name, value in more.items():
        home.change(f"UPDATE outbox SET {name} = :value WHERE id = :id", value=value, id=message)
    home.change("UPDATE conversations SET held = (SELECT count(*) FROM outbox WHERE state IN ('held', 'unconfirmed'))")
    return message


def test_one_message_is_explained(at_home: Home) -> None:
    message = last(at_home, "failed", "unreachable: 63024", error_code=63024)
    page = CommandLine(at_home.house).data("outbox", "show", message)
    assert promises()["outbox show"].differences(page) == [] and promises()["outbox show"].unexplained() == set()
    assert "nobody on WhatsApp" in page["meaning"] and page["turn"] == 5
    assert "there is no message" in CommandLine(at_home.house).refusal("outbox", "show", 2**62)


def test_every_state_and_every_kind_of_refusal_has_its_words() -> None:
    assert set(STATES) - set(MEANINGS) == {"held", "failed", "expired"}  # these have a reason
    assert set(Kind) - set(REASONS) == {Kind.UNKNOWN}


@pytest.mark.parametrize(
    ("state", "reason"), [("failed", "unreachable: 63024"), ("unconfirmed", "timeout"), ("held", "retry: 63012")]
)
def test_what_waits_or_failed_leaves_and_is_on_record(at_home: Home, state: str, reason: str) -> None:
    message = last(at_home, state, reason)
    assert CommandLine(at_home.house)("outbox", "release", message, *WHY).stdout == f"message {message} leaves within seconds\n"
    (row,) = at_home.rows("SELECT state, reason, sid, not_before FROM outbox WHERE id = :id", id=message)
    assert row == ("queued", None, None, at_home.at)
    assert at_home.conversation().held == 0
    (act,) = at_home.rows("SELECT actor, subject, before ->> 'state' AS was FROM audit WHERE act = 'outbox.release'")
    assert act == ("asha", f"outbox/{message}", state)
    assert "it is queued" in CommandLine(at_home.house).refusal("outbox", "release", message, *WHY)


def test_a_stop_is_theirs_alone_and_a_campaign_is_sent_once(at_home: Home) -> None:
    line = CommandLine(at_home.house)
    for state, reason, more in (
        ("failed", "opted_out: 63014", {}), ("failed", "unreachable: 63024", {"lane": "campaign"}), ("delivered", None, {}),
        ("expired", "superseded", {}), ("failed", "retry: 63012", {"lane": "reply", "expires_at": at_home.at}),
    ):  # fmt: skip
        message = last(at_home, state, reason, **more)
        assert f"message {message} stays" in line.refusal("outbox", "release", message, *WHY)
    at_home.write("STOP")
    message = last(at_home, "held", "stopped", lane="notice", expires_at=None)
    assert "only they can take that back" in line.refusal("outbox", "release", message, *WHY)
    assert at_home.count("SELECT count(*) FROM audit WHERE act = 'outbox.release'") == 0


def test_a_closed_window_opens_by_their_writing_only(at_home: Home) -> None:
    line = CommandLine(at_home.house)
    message = last(at_home, "held", "window_closed", lane="notice")
    at_home.forward(hours=24)
    assert "24 hours" in line.refusal("outbox", "release", message, *WHY)
    at_home.forward(hours=-1)
    assert line("outbox", "release", message, *WHY).exit_code == 0
