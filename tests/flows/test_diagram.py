"""docs/flows.md is drawn from the flows' tables."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flows.diagram import BEGIN, END, mermaid, page
from flows.flowbook import BOOK
from flows.kernel import Done
from flows.layout import BOX_HEIGHT, layout
from flows.picture import Figures, edges, svg

DOC = Path(__file__).parents[2] / "docs" / "flows.md"
PICTURES = DOC.with_suffix("")
SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_is_as_the_tables_are() -> None:
    assert DOC.read_text(encoding="utf-8") == page()


def test_every_edge_between_two_states_is_drawn() -> None:
    for flow in BOOK.values():
        drawn = mermaid(flow)
        for state, row in flow.nodes.items():
            for to in row.goes_to - {state}:
                assert f"    {state.__name__} --> {'[*]' if to is Done else to.__name__}\n" in drawn + "\n"


def test_the_pictures_are_as_the_tables_are() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == set(BOOK)
    for flow in BOOK.values():
        assert (PICTURES / f"{flow.name}.svg").read_text(encoding="utf-8") == svg(flow), "./saathi flows draw"


@pytest.mark.parametrize("name", BOOK)
def test_a_picture_has_every_state_and_every_edge(name: str) -> None:
    drawn = ElementTree.fromstring(svg(BOOK[name]))
    texts = [element.text for element in drawn.iter(f"{SVG}text")]
    assert texts == [state.__name__ for state in BOOK[name].nodes]
    arrows = [path for path in drawn.iter(f"{SVG}path") if "marker-end" in path.attrib]
    assert len(arrows) == len(edges(BOOK[name]))


@pytest.mark.parametrize("name", BOOK)
def test_no_two_boxes_overlap_and_all_stand_on_the_page(name: str) -> None:
    nodes = [BEGIN, *(state.__name__ for state in BOOK[name].nodes), END]
    placed = layout(nodes, edges(BOOK[name]), BEGIN, {})
    boxes = sorted(placed.boxes.values(), key=lambda box: (box.y, box.x))
    for left, right in pairwise(boxes):
        assert right.y - left.y >= BOX_HEIGHT or left.x + left.width / 2 < right.x - right.width / 2
    assert all(box.x - box.width / 2 > 0 and box.x + box.width / 2 < placed.width and box.y < placed.height for box in boxes)


def test_figures_stand_on_the_picture_and_nothing_in_them_is_markup() -> None:
    enrol = BOOK["enrol"]
    said = Figures({("AskName", "AskRole"): "<b>12</b>", ("AskPin", END): "3"}, {"AskName": "again 4"})
    drawn = ElementTree.fromstring(svg(enrol, said))
    texts = {element.text for element in drawn.iter(f"{SVG}text")}
    assert {"<b>12</b>", "again 4", "3"} <= texts  # the last on an arrow that the table does not have, dashed
    assert sum("stroke-dasharray" in path.attrib for path in drawn.iter(f"{SVG}path")) == 1
