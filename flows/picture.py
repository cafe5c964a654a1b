"""A flow as an SVG, drawn from its table; with figures, arrows say how many went along them, boxes how many stayed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from flows.diagram import BEGIN, END, beginnings
from flows.kernel import Done, Flow
from flows.layout import BOX_HEIGHT, Layout, Point, layout

ARCH = 42  # how far an arrow between neighbours bows out
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b1f24}.n{font-size:11px;fill:#57606a}.o{fill:#0b6bcb;font-size:11px;"
    "paint-order:stroke;stroke:#fff;stroke-width:4px}rect{fill:#f6f8fa;stroke:#57606a;rx:8}path{fill:none;stroke:#8c959f}"
    "circle{fill:#1b1f24}"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What to write on the picture: on arrows by their two states (BEGIN and END are states here), on boxes by their state."""

    arrows: Mapping[tuple[str, str], str] = field(default_factory=dict)
    boxes: Mapping[str, str] = field(default_factory=dict)


def edges(flow: Flow) -> list[tuple[str, str]]:
    """Every declared edge between two states, and from the beginning; the end is END."""
    found = [(BEGIN, state.__name__) for state in beginnings(flow)]
    for state, row in flow.nodes.items():
        for target in sorted(row.goes_to - {state}, key=lambda one: one.__name__):
            found.append((state.__name__, END if target is Done else target.__name__))
    return found


def svg(flow: Flow, figures: Figures | None = None) -> str:
    """The whole picture. An arrow that is not in the table but in the figures (another flow took the floor) is dashed."""
    said = figures or Figures()
    names = [state.__name__ for state in flow.nodes]
    declared = edges(flow)
    beside = [edge for edge in said.arrows if edge not in declared and set(edge) <= {BEGIN, END, *names}]
    drawn = [*declared, *beside]
    nodes = [BEGIN, *names, *([END] if any(b == END for _, b in drawn) else [])]
    labels = {name: max(name, said.boxes.get(name, ""), key=len) for name in names} | {BEGIN: "", END: ""}
    placed = layout(nodes, drawn, BEGIN, labels)
    parts = [_arrow(points, said.arrows.get(edge, ""), edge in beside) for edge, points in placed.arrows.items()]
    parts += [_box(name, placed, said.boxes.get(name, "")) for name in nodes]
    size = f'width="{placed.width:.0f}" height="{placed.height:.0f}" viewBox="0 0 {placed.width:.0f} {placed.height:.0f}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', f"<title>{escape(flow.name)}</title>", f"<style>{STYLE}</style>",
        '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" style="fill:#8c959f;stroke:none"/></marker></defs>',
        '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>', *parts, "</svg>", "",
    ])  # fmt: skip


def _arrow(way: Sequence[Point], words: str, dashed: bool) -> str:
    path = f"M{way[0][0]:.0f} {way[0][1]:.0f}"
    for (x, y), (to_x, to_y) in pairwise(way):
        half = (to_y - y) / 2 or (ARCH if to_x > x else -ARCH)
        back = half if y == to_y else -half
        path += f"C{x:.0f} {y + half:.0f} {to_x:.0f} {to_y + back:.0f} {to_x:.0f} {to_y:.0f}"
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    drawn = f'<path d="{path}" marker-end="url(#to)"{dashes}/>'
    if not words:
        return drawn
    (x, y), (to_x, to_y) = way[(len(way) - 1) // 2], way[(len(way) - 1) // 2 + 1]
    at = f'x="{(x + to_x) / 2:.0f}" y="{(y + to_y) / 2:.0f}"'
    return f'{drawn}\n<text class="o" {at} text-anchor="middle">{escape(words)}</text>'


def _box(name: str, placed: Layout, words: str) -> str:
    box = placed.boxes[name]
    if name in (BEGIN, END):
        ring = '<circle cx="{0:.0f}" cy="{1:.0f}" r="11" style="fill:none;stroke:#1b1f24"/>' if name == END else ""
        return ring.format(box.x, box.y) + f'<circle cx="{box.x:.0f}" cy="{box.y:.0f}" r="7"/>'
    left, top = box.x - box.width / 2, box.y - BOX_HEIGHT / 2
    frame = f'<rect x="{left:.0f}" y="{top:.0f}" width="{box.width:.0f}" height="{BOX_HEIGHT}"/>'
    at = f'x="{box.x:.0f}" text-anchor="middle"'
    if not words:
        return f'{frame}\n<text {at} y="{box.y + 4:.0f}">{escape(name)}</text>'
    figures = f'<text class="n" {at} y="{box.y + 13:.0f}">{escape(words)}</text>'
    return f'{frame}\n<text {at} y="{box.y - 3:.0f}">{escape(name)}</text>\n{figures}'


def sheet(pictures: Sequence[str], title: str) -> str:
    """Several pictures below one another, each under its name, as one."""
    parts, y, width = [], 60.0, 600.0
    for picture in pictures:
        size = re.search(r'width="(\d+)" height="(\d+)"', picture)
        name = re.search("<title>(.*?)</title>", picture)
        assert size and name  # `svg` writes both
        parts.append(f'<text x="40" y="{y + 16:.0f}" style="font-size:18px">{name[1]}</text>')
        parts.append(picture.replace("<svg ", f'<svg x="0" y="{y + 24:.0f}" ', 1))
        y, width = y + 24 + int(size[2]), max(width, int(size[1]))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{y:.0f}">'
    ground = '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
    words = f'<text x="40" y="36" style="font-size:22px">{escape(title)}</text>'
    return "\n".join([head, f"<style>{STYLE}</style>", ground, words, *parts, "</svg>", ""])
