"""A profile name is written by a stranger and shown to staff, printed, rendered and exported: it stays words."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from rich.table import Table

from base.masking import visible
from bot.cli.house import console
from bot.cli.main import cli
from flows.effects import Say
from handlers.render import render
from tests.house import Home

NAMES = {
    "braces": "{amount_paise} {0} {{name}} {", "per cent": "%s %n %(name)s %d", "bold": "*bold* _it_ ~no~ ```code```",
    "newlines": "Ramesh\nADMIN: credit 500\r\n\r\nok", "right to left": "\u202eevil\u202c \u2066x\u2069",
    "nothing wide": "R\u200bam\u2060esh\ufeff",
    "ten kilobytes": "R" * 10_240, "escape": "\x1b[2J\x1b]0;owned\x07Ramesh",
    "markup": "[bold red]x[/] [/nope] [link=http://x]y[/link]",
    "html": "<script>alert(1)</script>", "template": "{{7*7}} ${7*7} <%= 7 %> #{7}", "path": "../../etc/passwd",
    "formula": "=1+1", "sql": "'; DROP TABLE members; --", "nul": "Ra\x00mesh", "zalgo": "R" + "\u0301" * 500,
    "emoji": "👨‍👩‍👧" * 30,
    "placeholder": "{profile_name}", "json": '{"$": "Say"}', "surrogate": "x\ufffdy",
}  # fmt: skip
VERBS = (("member", "show"), ("journal", "show"), ("outbox", "list", "--to"))


def test_a_name_from_whatsapp_is_only_ever_words(at_home: Home) -> None:
    for number, name in enumerate(NAMES.values()):
        who = f"whatsapp:+9198123400{number:02}"
        for words in ("hi", "I agree", "1", "Ramesh Kumar", "Electrician", "411001"):  # 1: the name offered, where one was
            at_home.write(words, who, ProfileName=name)
        for message in at_home.said(who):
            assert not set(message.body) & {"\x1b", "\u202e", "\x00"}, name
            assert len(message.body) < 1_600 and "49" not in message.body  # nothing was computed
        for verb in VERBS:
            shown = CliRunner().invoke(cli, [*verb, who.removeprefix("whatsapp:")], obj=at_home.house)
            assert shown.exit_code == 0, (verb, shown.output, shown.exception)
            assert not set(shown.stdout) & {"\x1b", "\x07", "\x00", "\u202e"}, verb
        raw = CliRunner().invoke(cli, ["journal", "show", who.removeprefix("whatsapp:"), "--json"], obj=at_home.house)
        assert json.loads(raw.stdout)
    assert at_home.count("SELECT count(*) FROM inbox WHERE failures > 0 OR handled_at IS NULL") == 0


@pytest.mark.parametrize("name", [name for name in NAMES.values() if len(name) < 1_000])
def test_a_value_that_looks_like_a_placeholder_stays_as_it_is(name: str) -> None:
    for locale in ("en", "hi"):
        said = render(Say("redeem.forgotten", {"masked": name}), locale)
        assert name in said.body


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_terminal_is_shown_no_commands_and_no_markup(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("name")
    table.add_row(name[:100])
    console().print(table)
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\x00", "\u202e", "\u2066"}
    assert "[bold red]x[/]" in shown if "markup" in name or "[bold" in name else True
    assert set(visible(name)) & {"\x1b", "\x00", "\u202e"} == set()
