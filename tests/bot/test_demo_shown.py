"""The demo's transcript: one bubble after the other."""

from __future__ import annotations

import pytest

from bot.demo import show


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [("", "", "[photo]"), ("", "my bill", "[photo] my bill"), ("one-label.jpg", "", "[photo one-label.jpg]")],
)
def test_a_photo_is_told_by_its_name_where_it_has_one(
    name: str, words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show("Sunita Devi", {"text": words, "media": [{"filename": name}], "buttons": [], "list": None})
    assert capsys.readouterr().out == f"  Sunita │ {told}\n"
