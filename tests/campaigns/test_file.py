"""A campaign's file: every fault named at once, with its key; nothing that WhatsApp would refuse gets through."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import file
from campaigns.file import BadCampaign, read
from campaigns.spec import Budget, Experiment, Goal, Trigger, Words

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "campaigns" / "sample.toml"
LEAST = """
id = "hello"
name = "Hello"
category = "utility"
audience = "balance >= 1"
[variables]
name = "name"
[[arms]]
[arms.words.en]
body = "Namaste {name}, hello."
"""


def faults(data: str | bytes) -> list[str]:
    with pytest.raises(BadCampaign) as caught:
        read(data.encode() if isinstance(data, str) else data)
    return caught.value.faults


def body(words: str) -> list[str]:
    return faults(LEAST.replace('"Namaste {name}, hello."', words))


def test_the_sample() -> None:
    campaign = read(SAMPLE)
    assert [arm.name for arm in campaign.arms] == ["plain", "link"] and campaign.arms[1].words["hi"].link_title == "ऑफ़र देखें"
    assert campaign.variables == {"name": "name", "points": "balance"}
    assert campaign.schedule.end == datetime(2099, 12, 31, 14, 30, tzinfo=UTC)
    assert (campaign.goal, campaign.experiment) == (Goal("scan", 7), Experiment(10))
    assert campaign.budget == Budget(50_000, 4_500_000, 87)


def test_the_least_there_can_be() -> None:
    campaign = read(LEAST.encode())
    (arm,) = campaign.arms
    assert (arm.name, arm.share, arm.words) == ("only", 100, {"en": Words("Namaste {name}, hello.")})
    assert (campaign.schedule.quiet_from, campaign.schedule.quiet_until) == (time(21), time(9))
    assert (campaign.priority, campaign.fallback, campaign.goal, campaign.trigger) == ("normal", "en", None, None)


def test_every_fault_is_named_at_once_with_its_key() -> None:
    found = faults("""
id = "A b"
category = "promo"
fallbck = "en"
[[arms]]
name = "a"
share = 60
[arms.words.fr]
body = "x"
[[arms]]
name = "a"
share = 30
words = { en = { body = "Hello {nam}" } }
[schedule]
start = 2026-11-02T10:00:00
end = 2026-11-01T10:00:00
[budget]
most_paise = 5
[trigger]
on = "kyc"
days = -3
""")
    assert sorted(line.partition(":")[0] for line in found) == [
        "arms", "arms", "arms[1].words.en", "arms[1].words.fr", "arms[2].words.en.body", "arms[2].words.en.body",
        "budget.paise_per_message", "category", "fallbck", "goal", "id", "name", "schedule.end", "trigger.days",
    ]  # fmt: skip
    assert "fallbck: is not known here; did you mean fallback?" in found
    assert "arms[2].words.en.body: {nam} is none of the variables; add it to [variables]" in found


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (f'"{"x" * 1_100}"', "is 1100 characters long, and WhatsApp takes 1024"),
        (f'"{"🙏" * 600}"', "is 1200 characters long"),
        ('"{name}, hello"', "begins with a variable"),
        ('"Hello, {name}!"', "ends with a variable"),
        ('"Hello {name}{name} there"', "side by side"),
        ('"Hello {{1}} there"', "double braces"),
        ('"Hello {na me} there"', "stands alone"),
        ('"Hello } there"', "stands alone"),
        ('"Hello {nam} there"', "{nam} is none of the variables"),
        ('"Hello\\tthere"', "tab"),
        ('"Hello\\n\\n\\nthere"', "two empty lines"),
        ('""', "is empty"),
        ("3", "must be text in quotes"),
    ],
)  # fmt: skip
def test_words_that_whatsapp_would_refuse(words: str, complaint: str) -> None:
    found = body(words)
    assert complaint in found[0] and all(fault.startswith("arms[1].words.en.body: ") for fault in found)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('buttons = [{id = "scan", title = "A title of more than twenty"}]', "at most 20 characters"),
        ('buttons = [{id = "scna", title = "Scan"}]', "did you mean scan?"),
        ('buttons = [{id = "scan", title = "Hi {name}"}]', "fixed words"),
        ('buttons = [{id = "scan", title = "Go"}, {id = "redeem", title = "Go"}]', "two have the title Go"),
        ('buttons = [{id = "scan", title = "Go"}, {id = "scan", title = "Do"}]', "two have the id scan"),
        ('buttons = [{id="scan",title="A"},{id="redeem",title="B"},{id="menu",title="C"},{id="help",title="D"}]', "at most 3"),
        ('link = "http://x.example/a"\nlink_title = "See"', "must be an https:// address"),
        ('link = "https://x.example/{name}"\nlink_title = "See"', "without variables"),
        ('link = "https://x.example/"', "link_title: is missing"),
        ('link_title = "See"', "link: is missing"),
        ('media = "file:///etc/passwd"', "must be an https:// address"),
        ('media = "https://user@x.example/a"', "must be an https:// address"),
        ('link = "https://x.example/"\nlink_title = "See"\nbuttons = [{id = "scan", title = "Go"}]', "exclude each other"),
        ('buttons = "scan"', "must be a list of tables"),
        ("buttons = [1]", "buttons[1]: must be a table"),
        ("colour = 1", "is not known here"),
    ],
)
def test_buttons_links_and_pictures(line: str, complaint: str) -> None:
    found = faults(LEAST + line)
    assert any(complaint in fault for fault in found), found
    assert all(fault.startswith("arms[1].words.en.") for fault in found)


def test_languages_are_the_same_in_every_arm() -> None:
    arm = '[[arms]]\nname = "{0}"\nshare = 50\n[arms.words.{1}]\nbody = "Namaste"\n'
    head = LEAST.partition("[variables]")[0]
    found = faults(head + arm.format("a", "en") + arm.format("b", "hi") + '[goal]\nevent = "scan"')
    assert found == [
        "arms[2].words.en: is missing, and arms[1] has it", "arms[1].words.hi: is missing, and arms[2] has it"
    ]  # fmt: skip


def test_a_fallback_that_nobody_speaks_and_none_at_all() -> None:
    assert faults('fallback = "hi"' + LEAST) == ['fallback: there are no words in hi: write one of en, or "" for nobody']
    assert read(('fallback = ""' + LEAST).encode()).fallback == ""


def test_a_test_without_a_goal_and_nobody_to_send_to() -> None:
    assert "goal: is missing" in faults(LEAST + "[experiment]\nholdout = 10")[0]
    assert "audience: is missing" in faults(LEAST.replace('audience = "balance >= 1"', ""))[0]
    for days in (-14, 0):
        trigger = f'[trigger]\non = "points_expire"\ndays = {days}'
        assert read((LEAST + trigger).encode()).trigger == Trigger("points_expire", days)
    (fault,) = faults(LEAST + '[trigger]\non = "points_expire"\ndays = 3')
    assert fault == "trigger.days: what ran out is gone, and nobody is found by it: write 0 or less"


def test_quiet_hours_that_mean_never_or_always() -> None:
    for hours in ("quiet_from = 10:00:00\nquiet_until = 10:00:00", "quiet_from = 09:00:00"):  # the second's other is 09:00
        (fault,) = faults(f"{LEAST}[schedule]\n{hours}")
        assert fault.startswith("schedule.quiet_until: is the same as quiet_from")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\xff\xfei\x00d\x00", "is not UTF-8 text"),
        (b"id = ", "is not TOML"),
        (b"x = " + b"9" * 5_000, "is not TOML: a value is too large"),
        (b"a = " + b"[" * 20_000, "is not TOML"),
        (b"#" * 300_000, "more than 256000 bytes"),
        (b"id = true", "id: must be text in quotes (found true)"),
        (b"arms = 3", "arms: must be a list of tables (found 3)"),
        (b"arms = []", "arms: must be 1 to 8 of them"),
        (b"schedule = []", "schedule: must be a table"),
    ],
    ids=range(9),
)
def test_what_is_no_campaign(data: bytes, complaint: str) -> None:
    assert any(complaint in fault for fault in faults(data))


def test_the_audience_and_the_variables_are_read_too() -> None:
    wrong = LEAST.replace("balance >= 1", "balance >= 1 and rle = dealer").replace('name = "name"\n[[', 'name = "nam"\n[[')
    assert faults(wrong) == [
        "audience: column 18: there is no field rle; did you mean role?",
        "variables.name: no message can say 'nam'; did you mean name?",
    ]
    assert "no message can say 'got'; choose from role" in faults(LEAST.replace('name = "name"\n[[', 'name = "got"\n[['))[0]
    assert read(LEAST.replace('name = "name"\n[[', 'name = "region"\n[[').encode()).variables == {"name": "state"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadCampaign, match="cannot be read: No such file"):
        read(tmp_path / "none.toml")


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read(b"\xef\xbb\xbf" + LEAST.encode()).id == "hello"


def test_endless_faults_are_counted() -> None:
    found = faults("\n".join(f"strange{n} = 1" for n in range(200)))
    assert len(found) == file.FAULTS_MAX + 1 and found[-1].endswith("more faults")


VALUES = st.recursive(
    st.none().map(lambda _: "true") | st.integers().map(str) | st.sampled_from(['"x"', "1.5", "2026-01-01", "[]", "nan", '""']),
    lambda inner: st.lists(inner, max_size=3).map(lambda rows: f"[{', '.join(rows)}]")
    | st.lists(inner, max_size=3).map(lambda rows: "{" + ", ".join(f"words{n} = {v}" for n, v in enumerate(rows)) + "}"),
    max_leaves=4,
)
KEYS = ("id", "name", "category", "audience", "saved", "listed", "fallback", "variables", "priority", "schedule", "goal",
        "budget", "experiment", "trigger", "arms")  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_whatever_stands_under_a_key_is_a_fault_and_never_a_crash(table: dict[str, str]) -> None:
    assert faults("\n".join(f"{name} = {value}" for name, value in table.items()))
