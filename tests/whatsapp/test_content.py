"""Content resources: what a text becomes, which values fill it, and a sync that may die anywhere."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.servers import Database
from tests.whatsapp.stage import START, FakeTwilio, Stage, run
from whatsapp.content.spec import BadSpec, Spec, spec, variables
from whatsapp.content.sync import ContentMap, sids_of, sync
from whatsapp.errors import Kind
from whatsapp.outbound import Button, Message
from whatsapp.outcome import Outcome, Post, Refused

CONFIRM = "Send {amount} to {vpa}?\nYou keep {amount} less."
BUTTONS = (Button("yes-{points}", "Yes"), Button("no", "No"))
VALUES, RAW = {"amount": "₹500", "vpa": "ra•••@okaxis", "points": "1,000"}, {"points": "1000"}
SENT = Message(
    "redeem.confirm", "en", "Send ₹500 to ra•••@okaxis?\nYou keep ₹500 less.",
    (Button("yes-1000", "Yes"), Button("no", "No")), values=VALUES, raw_values=RAW,
)  # fmt: skip


def confirm(body: str = CONFIRM, buttons: tuple[Button, ...] = BUTTONS, list_button: str = "", **more: str) -> Spec:
    return spec(more.get("key", "redeem.confirm"), more.get("locale", "en"), body, buttons, list_button)


def test_fixed_words_stand_in_the_resource_and_values_in_variables() -> None:
    made = confirm()
    assert made.types == {"twilio/quick-reply": {
        "body": "Send {{1}} to {{2}}?\nYou keep {{1}} less.",
        "actions": [
            {"type": "QUICK_REPLY", "title": "Yes", "id": "yes-{{3}}"},
            {"type": "QUICK_REPLY", "title": "No", "id": "no"},
        ],
    }}  # fmt: skip
    assert variables(made, SENT) == {"1": "₹500", "2": "ra•••@okaxis", "3": "1000"}
    assert made.name == f"saathi_{made.hash[:12]}"


def test_a_list() -> None:
    made = confirm("Choose one.", (Button("a", "Scan {points}", "a photo"), Button("b", "Balance")), "Menu")
    assert made.types == {"twilio/list-picker": {
        "body": "Choose one.", "button": "Menu",
        "items": [{"item": "Scan {{1}}", "id": "a", "description": "a photo"}, {"item": "Balance", "id": "b"}],
    }}  # fmt: skip


def test_changed_words_locale_button_or_placeholder_make_another_resource() -> None:
    specs = [
        confirm(), confirm("Send {amount} to {vpa} now?"), confirm(locale="hi"), confirm(key="other"),
        confirm(buttons=(*BUTTONS, Button("back", "Back"))), confirm(list_button="Menu"),
        confirm("Send {paid} to {vpa}?\nYou keep {paid} less."),
    ]  # fmt: skip
    assert len({made.hash for made in specs}) == len(specs)
    assert confirm().hash == confirm().hash


@pytest.mark.parametrize(("body", "buttons", "list_button", "why"), [
    ("{amount} is sent", BUTTONS, "", "begins"),
    ("we sent {amount} ", BUTTONS, "", "ends"),
    ("we sent {amount} {vpa} now", BUTTONS, "", "side by side"),
    ("", BUTTONS, "", "no words"),
    ("a {{1}} b", BUTTONS, "", "double braces"),
    ("x" * 1025, BUTTONS, "", "1024"),
    ("ok", tuple(Button(str(n), str(n)) for n in range(4)), "", "more than 3"),
    ("ok", tuple(Button(str(n), str(n)) for n in range(11)), "Menu", "more than 10"),
    ("ok", (Button("a", "x" * 21),), "", "longer than 20"),
    ("ok", (Button("a", "x" * 25),), "Menu", "longer than 24"),
    ("ok", (Button("a" * 201, "x"),), "", "id"),
    ("ok", (Button("a", "x", "y" * 73),), "Menu", "description"),
    ("ok", (Button("a", "x"),), "y" * 21, "list's button"),
    ("ok", (Button("a", " "),), "", "lacks"),
])  # fmt: skip
def test_what_twilio_would_refuse_is_named_with_its_text(
    body: str, buttons: tuple[Button, ...], list_button: str, why: str
) -> None:
    with pytest.raises(BadSpec, match=r"redeem\.confirm \(en\)") as told:
        confirm(body, buttons, list_button)
    assert why in str(told.value)


@pytest.mark.parametrize("value", ["", " ", "\n", "\t\t"])
def test_a_value_is_never_empty(value: str) -> None:
    made = confirm("Send it to {vpa}, please.", (Button("no", "No"),))
    message = Message("redeem.confirm", "en", f"Send it to {value}, please.", (Button("no", "No"),), "", {"vpa": value})
    assert variables(made, message) == {"1": "-"}


def test_a_value_is_one_line_without_runs_of_spaces() -> None:
    value = "Asha\nElectricals\t  and     sons"
    made = confirm("For {shop} only.", (Button("no", "No"),))
    message = Message("redeem.confirm", "en", f"For {value} only.", (Button("no", "No"),), "", {"shop": value})
    assert variables(made, message) == {"1": "Asha Electricals and sons"}


@pytest.mark.parametrize("message", [
    Message("redeem.confirm", "en", "Other words", SENT.buttons, values=VALUES, raw_values=RAW),
    Message("redeem.confirm", "en", SENT.body, SENT.buttons, values={}, raw_values=RAW),
    Message("redeem.confirm", "en", SENT.body, SENT.buttons, values=VALUES),
    Message("redeem.confirm", "en", SENT.body, (Button("yes-1000", "Yes…"), SENT.buttons[1]), "", VALUES, RAW),
    Message("redeem.confirm", "en", SENT.body, SENT.buttons[:1], "", VALUES, RAW),
])  # fmt: skip
def test_a_resource_that_would_say_something_else_is_not_used(message: Message) -> None:
    assert variables(confirm(), message) is None


class FakeContents:
    """Twilio's Content API; `dies_after` makes it answer nothing once that many resources were made."""

    def __init__(self) -> None:
        self.made: dict[str, list[str]] = {}
        self.dies_after = 1_000

    def contents(self) -> Mapping[str, str]:
        return {name: sids[0] for name, sids in self.made.items()}

    def create_content(self, name: str, locale: str, samples: Mapping[str, str], types: Mapping[str, object]) -> str:
        sid = f"HX{sum(map(len, self.made.values())):032x}"
        self.made.setdefault(name, []).append(sid)
        if sum(map(len, self.made.values())) >= self.dies_after:
            raise ConnectionError("gone after making it")
        return sid


def test_syncing_makes_what_is_missing_once(database: Database) -> None:
    stage, twilio, specs = Stage(database.engine), FakeContents(), [confirm(), confirm(locale="hi"), confirm()]
    report = sync(database.engine, twilio, specs, stage.clock)
    assert len(report.created) == 2
    assert sync(database.engine, twilio, specs, stage.clock).kept == report.created
    with database.engine.connect() as conn:
        assert sids_of(conn, [confirm().hash, "unknown"]) == {confirm().hash: f"HX{0:032x}"}


def test_a_crash_between_making_and_recording_makes_nothing_twice(database: Database) -> None:
    stage, twilio, specs = Stage(database.engine), FakeContents(), [confirm(), confirm(locale="hi")]
    for dies_after in (1, 2):
        twilio.dies_after = dies_after
        with pytest.raises(ConnectionError):
            sync(database.engine, twilio, specs, stage.clock)
    twilio.dies_after = 1_000
    report = sync(database.engine, twilio, specs, stage.clock)
    assert (len(report.kept), len(report.found), len(report.created)) == (1, 1, 0)
    assert [len(sids) for sids in twilio.made.values()] == [1, 1]


def test_a_resource_deleted_at_twilio_is_made_again(database: Database) -> None:
    stage, twilio = Stage(database.engine), FakeContents()
    sync(database.engine, twilio, [confirm()], stage.clock)
    other_account = FakeContents()
    assert sync(database.engine, other_account, [confirm()], stage.clock).created == (confirm().hash,)


def test_the_relay_sends_a_resource_from_the_moment_it_was_synced_and_falls_back_to_words(database: Database) -> None:
    stage = Stage(database.engine, contents=ContentMap([confirm()]))
    stage.person("asha")

    def say() -> Post:
        with stage.engine.begin() as conn:
            stage.put_messages(conn, "asha", [SENT])
        run(relay)
        return stage.twilio.accepted[-1]

    relay = stage.relay()
    assert say().body.endswith("1. Yes\n2. No")
    sync(database.engine, FakeContents(), [confirm()], stage.clock)
    sent = say()
    assert (sent.content_sid, sent.body) == (f"HX{0:032x}", "")
    assert sent.variables == {"1": "₹500", "2": "ra•••@okaxis", "3": "1000"}
    stage.twilio.answer = _knows_no_content
    assert say().body.endswith("1. Yes\n2. No")
    assert stage.states() == ["accepted"] * 3
    assert stage.at == START


def _knows_no_content(post: Post) -> Outcome | None:
    return Refused(Kind.CONTENT, 21655, "no such content") if post.content_sid else None


def test_the_fake_sends_too() -> None:
    assert FakeTwilio().send(Post("a", "b", "c", body="x"))
