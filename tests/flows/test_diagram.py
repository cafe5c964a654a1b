"""docs/flows.md is drawn from the flows' tables."""

from __future__ import annotations

from pathlib import Path

from flows.diagram import mermaid, page
from flows.flowbook import BOOK
from flows.kernel import Done

DOC = Path(__file__).parents[2] / "docs" / "flows.md"


def test_the_page_is_as_the_tables_are() -> None:
    assert DOC.read_text(encoding="utf-8") == page()


def test_every_edge_between_two_states_is_drawn() -> None:
    for flow in BOOK.values():
        drawn = mermaid(flow)
        for state, row in flow.nodes.items():
            for to in row.goes_to - {state}:
                assert f"    {state.__name__} --> {'[*]' if to is Done else to.__name__}\n" in drawn + "\n"
