"""Every flow as a Mermaid diagram, drawn from the tables that `step` enforces. docs/flows.md is written from here."""

from __future__ import annotations

from flows.flowbook import BOOK, NEWS
from flows.kernel import Done, Flow, Node, State

HEAD = """# The flows

Drawn from the tables in `flows/` that the kernel enforces; a test keeps this page true. An arrow to the same state is
left out: every state may ask again. Below each diagram, what a state may ask of the world and what it listens for. The same
drawings as pictures are in `docs/flows/`; `./saathi flows stats` writes a period's figures on them.
"""
BEGIN, END = "(begin)", "(end)"  # what drawings and figures call the two dots


def mermaid(flow: Flow) -> str:
    """A stateDiagram-v2 with an arrow for every declared edge between two states."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state.__name__}" for state in beginnings(flow)]
    for state, row in flow.nodes.items():
        for target in sorted(row.goes_to - {state}, key=_name):
            lines.append(f"    {state.__name__} --> {_name(target)}")
    return "\n".join(lines)


def page() -> str:
    """The whole of docs/flows.md."""
    return "\n".join([HEAD, *(_section(flow) for flow in (*BOOK.values(), NEWS))])


def _section(flow: Flow) -> str:
    rows = "\n".join(_row(state, row) for state, row in flow.nodes.items())
    table = f"| state | may emit | listens for | asks |\n|---|---|---|---|\n{rows}\n"
    return f"## {flow.name}\n\n```mermaid\n{mermaid(flow)}\n```\n\n{table}"


def _row(state: type[State], row: Node) -> str:
    emits = ", ".join(sorted(effect.__name__ for effect in row.may_emit))
    hears = ", ".join(sorted(event.__name__ for event in row.hears))
    return f"| {state.__name__} | {emits} | {hears} | {row.asks or ''} |"


def beginnings(flow: Flow) -> list[type[State]]:
    """Where a flow begins: states that no other leads to; the first of the table when every state can be come back to."""
    reached = {target for state, row in flow.nodes.items() for target in row.goes_to - {state}}
    return [state for state in flow.nodes if state not in reached] or [next(iter(flow.nodes))]


def _name(state: type[State]) -> str:
    return "[*]" if state is Done else state.__name__
