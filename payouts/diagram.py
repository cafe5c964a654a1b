"""The lifecycle drawn from its own table, so the drawing in the docs cannot lie (a test compares)."""

from __future__ import annotations

from payouts.lifecycle import FINAL, TABLE, Points, State


def mermaid() -> str:
    """A Mermaid state diagram: `cause` on each edge, and what becomes of the points where they move."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.REQUESTED}: points held"]
    for (state, cause), change in TABLE.items():
        points = "" if change.points is Points.STAY else f" / {change.points.replace('_', ' ')}"
        lines.append(f"    {state} --> {change.to}: {cause}{points}")
    lines += [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(lines) + "\n"
