"""The page stands alone: it loads nothing, runs nothing, and shows what people wrote as text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from campaigns import experiment, report, report_html
from campaigns.report_html import page
from campaigns.report_plots import differences, funnel, rising
from campaigns.spec import Arm, Campaign, Experiment, Goal, Trigger, Words
from tests.campaigns.fair import NOW, Fair, fair
from tests.servers import Database

EVIL = """<script>alert(1)</script>"'&$x_{$ _दीवाली"""


def campaign(**more: Any) -> Campaign:
    arms = tuple(Arm(name, share, {"en": Words("Hello")}) for name, share in (("a", 50), (EVIL, 50)))
    return Campaign("diwali", EVIL, "marketing", arms, **{"goal": Goal("scan", 7), "experiment": Experiment(34), **more})


def made_page(made: Fair, days: float = 3) -> str:
    now = NOW + timedelta(days=days)
    with made.engine.connect() as conn:
        found = report.read(conn, made.programme_id, made.id, now)
        return page(found, experiment.of(conn, found.row, now))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def stands_alone(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    for tag, attributes in tags.found:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "image", "foreignobject", "a"), tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name != "src", (tag, name)
            assert name not in ("href", "xlink:href") or (value or "").startswith("#"), (tag, value)
    assert "@import" not in html and not re.search(r"url\((?!#)", html)
    outside = set(re.findall(r"https?://[^\"'\s<]+", html))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, outside
    return tags


@pytest.fixture
def made(database: Database) -> Fair:
    made = fair(database, campaign())
    for number in range(30):
        arm = (None, "a", EVIL)[number % 3]
        key = made.turn(f"m{number}", arm, locale=EVIL, state="UP" if number % 2 else "MH", before=number % 2)
        if arm:
            made.message(key, "read" if number % 4 else "failed", code=None if number % 4 else 63049)
        if number % 5 == 0:
            made.scan(f"m{number}", days=number / 10)
    made.turn("out", "a", left_out="capped")
    return made


def test_the_page_stands_alone_and_shows_names_as_text(made: Fair) -> None:
    html = made_page(made)
    tags = stands_alone(html)
    assert sum(tag == "svg" for tag, _ in tags.found) >= 2
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "they have had as many marketing messages this week as the programme allows" in html
    assert "Too early to tell." in html and "63049" in html and "दीवाली" in html
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).lower()


def test_the_same_figures_are_the_same_page_and_ids_of_the_plots_do_not_meet(made: Fair) -> None:
    """Plots stand in one page: what one names as its clip must not be the other's."""
    html = made_page(made)
    assert html == made_page(made)
    plots = re.findall(r"<svg\b.*?</svg>", html, re.DOTALL)
    clips = [set(re.findall(r'<clipPath id="([^"]+)"', plot)) for plot in plots]
    assert len(set().union(*clips)) == sum(map(len, clips))


def test_a_campaign_of_which_nothing_has_left_has_a_page(database: Database) -> None:
    made = fair(database, campaign())
    html = made_page(made)
    stands_alone(html)
    assert "Too early to tell: it has gone to nobody yet." in html


def test_a_campaign_without_a_goal_has_a_page(database: Database) -> None:
    made = fair(database, replace(campaign(), goal=None))
    made.message(made.turn("m1", "a"), "read")
    html = made_page(made)
    stands_alone(html)
    assert "no goal, so nobody can say what it caused" in html


def test_when_they_did_it_divides_turns_by_turns(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fair(database, campaign(trigger=Trigger("last_scan", 1)))
    for name, arm in (("m1", "a"), ("m2", None)):
        for day in range(4):
            made.turn(name, arm, at=NOW + timedelta(days=10 * day), occasion=f"2026-01-{5 + day:02}")
            made.scan(name, days=10 * day + 1)
    drawn: list[Any] = []
    monkeypatch.setattr(report_html, "rising", lambda by_day, people: drawn.append((by_day, people)) or "")
    made_page(made, days=60)
    ((by_day, people),) = drawn
    assert (by_day["a"][-1], by_day[None][-1]) == (4, 4)
    assert (people["a"], people[None]) == (4, 4)


def test_plots_are_whole_drawings(made: Fair) -> None:
    with made.engine.connect() as conn:
        found = report.read(conn, made.programme_id, made.id, NOW + timedelta(days=9))
        verdict = experiment.of(conn, found.row, NOW + timedelta(days=9))
    assert verdict is not None
    ended = [replace(one, decides=one.difference) for one in verdict.comparisons]  # while it runs, so few decide nothing
    assert differences(verdict.comparisons) == ""
    for plot in (funnel(found.arms), rising(found.by_day, {}), differences(ended)):
        assert ElementTree.fromstring(plot).tag == "{http://www.w3.org/2000/svg}svg"
    assert rising({}, {}) == "" and differences(()) == ""


