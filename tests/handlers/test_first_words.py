"""Before a language is chosen every plain text stands in all of them; the notice is the programme's own."""

from __future__ import annotations

import pytest

from flows.texts import LOCALES, text
from loyalty.programme import Notice
from loyalty.programme_rows import current, publish
from tests.house import RAMESH, Home

AADHAAR = "234123412346"


def in_both(key: str) -> str:
    return "\n\n".join(text(locale, key).body for locale in LOCALES)


@pytest.mark.parametrize(("typed", "key"), [
    ("code", "scan.kept"), (AADHAAR, "secret.aadhaar_refused"), ("ramesh@okaxis", "secret.not_asked"),
    ("help", "help.stranger"), ("stop", "stop.done"),
])  # fmt: skip
def test_whoever_has_chosen_no_language_reads_both(at_home: Home, typed: str, key: str) -> None:
    at_home.write(at_home.codes()[0] if typed == "code" else typed)
    said = next(message for message in at_home.said() if message.text_key == key)
    assert said.body == in_both(key)


def test_amid_the_notice_too_and_from_the_choice_on_one_alone(at_home: Home) -> None:
    at_home.write("hi")
    at_home.write("points")
    at_home.write("nahi")
    assert [m.body for m in at_home.said() if not m.buttons] == [in_both("enrol.before.balance"), in_both("enrol.refused")]
    at_home.write("hi")
    at_home.write("सहमत हूँ")
    at_home.write(AADHAAR)
    assert at_home.said()[-1].body == text("hi", "secret.aadhaar_refused").body


def test_a_language_that_was_chosen_before_the_notice_is_spoken_at_once(at_home: Home) -> None:
    for words in ("hi", "hindi", "stop"):
        at_home.write(words)
    assert at_home.said()[-1].body == text("hi", "stop.done").body


def test_the_programmes_notice_is_shown_and_its_version_kept_with_the_consent(at_home: Home) -> None:
    change_notice(at_home, "2026-02", {"en": "https://roshni.example/v2", "hi": "https://roshni.example/hi/v2"})
    at_home.write("hi")
    shown = at_home.said()[-1].body
    assert shown.index("https://roshni.example/v2") < shown.index("https://roshni.example/hi/v2")
    change_notice(at_home, "2026-03", {"en": "https://roshni.example/v3", "hi": "https://roshni.example/hi/v3"})
    at_home.write("I agree")
    assert [row.version for row in at_home.rows("SELECT version FROM consents")] == ["2026-02"]  # the one that was shown
    at_home.write("hi", "whatsapp:+919898989898")
    assert "https://roshni.example/v3" in at_home.said("whatsapp:+919898989898")[-1].body


def test_a_member_costs_no_look_at_the_notice(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("menu")
    assert at_home.told(RAMESH)[-1] == "menu.main"


def change_notice(home: Home, version: str, links: dict[str, str]) -> None:
    with home.house.engine.begin() as conn:
        programme = current(conn, "roshni").programme
        publish(conn, programme.model_copy(update={"notice": Notice(version=version, links=links)}), home.at)
