"""The golden conversations: each says what it says today, and together they walk every declared edge, per language."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import talk as talk_module
from flows.chat import answers, line_of, parse, rewrite
from flows.details import AwaitMembership
from flows.effects import Say
from flows.entry import converse
from flows.flowbook import BOOK, NEWS
from flows.kernel import Done, step
from flows.notation import Misspelt, read, write
from flows.session import Session
from flows.texts import LOCALES
from tests.flows.said import check
from tests.flows.strategies import EVENT_KINDS, INTERNAL, instances

PAGES = sorted((Path(__file__).parents[1] / "conversations").glob("*.chat"))
# AwaitMembership has the floor only once its owner is a member, and then it goes on at once.
NEVER_WALKED = {(AwaitMembership, AwaitMembership)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert rewrite(page) == page


@pytest.mark.parametrize("locale", LOCALES)
def test_every_declared_edge_is_walked(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = set()

    def walking(flow, state, event):
        answer = step(flow, state, event)
        walked.add((type(state), type(answer.state)))
        return answer

    monkeypatch.setattr(talk_module, "step", walking)
    for path in PAGES:
        if path.stem.endswith(f".{locale}"):
            list(answers(parse(path.read_text(encoding="utf-8"))))
    declared = {(state, to) for flow in BOOK.values() for state, row in flow.nodes.items() for to in row.goes_to}
    missing = declared - walked - NEVER_WALKED
    assert not missing, sorted(f"{a.__name__} -> {b.__name__}" for a, b in missing)
    assert not walked - declared


@pytest.mark.parametrize("locale", LOCALES)
def test_every_news_is_told(locale: str) -> None:
    page = next(path for path in PAGES if path.stem == f"news.{locale}").read_text(encoding="utf-8")
    told = {type(exchange.event) for exchange in parse(page).exchanges}
    assert told == {event for row in NEWS.nodes.values() for event in row.hears}


def test_every_page_stands_in_every_language() -> None:
    names = {locale: {p.stem.split(".")[0] for p in PAGES if p.stem.endswith(f".{locale}")} for locale in LOCALES}
    assert names["en"] == names["hi"] != set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_is_said_has_its_words(path: Path) -> None:
    chat = parse(path.read_text(encoding="utf-8"))
    for answer in answers(chat):
        for line in answer:
            if line.startswith("< "):
                key, _, values = line[2:].partition(" ")
                assert write(read(values or "{}")) == (values or "{}")
                assert key


def test_a_code_that_came_first_is_credited_after_four_answers() -> None:
    """Consent, name, role, PIN code, and nothing else, whatever else there is still to ask."""
    chat = parse(next(p for p in PAGES if p.stem == "first_code.hi").read_text(encoding="utf-8"))
    session, known, answered = Session(), chat.known, 0
    for event in ["[yes-hi]", "सुनीता", "दुकानदार", "834001"]:
        page = parse(f"locale hi   mobile hidden\n> K7QM-3XWD-9T4F-VB2H\n> {event}")
        if answered == 0:
            turned = converse(session, known, page.exchanges[0].event)
            session, known = turned.session, turned.known
        turned = converse(session, known, page.exchanges[1].event)
        session, known, answered = turned.session, turned.known, answered + 1
    enrolled = read("Enrolled {name: सुनीता, role: retailer}")
    turned = converse(session, known, enrolled)
    assert [type(effect).__name__ for effect in turned.effects] == ["Say", "ClaimCodes"]
    for effect in turned.effects:
        check(effect)
    assert answered == 4


@pytest.mark.parametrize("kind", [k for k in EVENT_KINDS if k not in INTERNAL], ids=lambda kind: kind.__name__)
def test_every_event_can_be_told_in_one_line_and_read_back(kind: type) -> None:
    from hypothesis import given, settings

    @settings(max_examples=50, deadline=None)
    @given(instances(kind))
    def law(event) -> None:
        line = line_of(event)
        assert "\n" not in line
        assert parse(f"locale en\n{line}").exchanges[0].event == event

    law()


@pytest.mark.parametrize(
    "page",
    [
        "",
        "> hello",
        "locale en\nhello",
        "locale en\n< menu.main",
        "locale en\n~ Nonsense {}",
        "locale en\n~ PayoutPaid {",
        "locale en\n> x\n! ReadBalance -> BalanceRead {available: }",
    ],
)
def test_a_misspelt_page_is_refused(page: str) -> None:
    with pytest.raises(Misspelt):
        parse(page)


def test_rewriting_keeps_remarks_and_replaces_wrong_answers() -> None:
    page = "# why\nlocale en   points 1\n\n# first\n> menu    # the word\n< menu.wrong\n# the end\n"
    assert rewrite(page) == "# why\nlocale en   points 1\n\n# first\n> menu    # the word\n< menu.main\n# the end\n"


def test_values_of_any_kind_survive_the_notation() -> None:
    for value in [
        Say("a.b", {"x": "1", "y": -3, "z": "", "w": 'a "b", {c}: #d'}),
        ("true", "null", "Done", "-", "[x]"),
        Done(),
    ]:
        assert read(write(value)) == value
