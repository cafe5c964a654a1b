"""Where the boxes and the arrows of a graph stand: layers from the top, few crossings, no box on an arrow.

Small and always the same for the same graph, so that a drawing kept in the docs changes only when its table does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LAYER_HEIGHT = 96
BOX_HEIGHT = 40
GAP = 40
LETTER_WIDTH = 7.4
DOT_WIDTH = 40  # of a node with an empty label
BEND_WIDTH = 26  # the room of an arrow that passes through a layer
SWEEPS = 6

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The middle of a box, and its width."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Layout:
    """`arrows`: the points that each arrow goes through, from box to box."""

    boxes: Mapping[str, Box]
    arrows: Mapping[tuple[str, str], Sequence[Point]]
    width: float
    height: float


def layout(nodes: Sequence[str], edges: Iterable[tuple[str, str]], beginning: str, labels: Mapping[str, str]) -> Layout:
    """Every node in a layer as many steps below `beginning` as it is away from it; edges to the node itself are left out."""
    drawn = sorted({(a, b) for a, b in edges if a != b}, key=lambda edge: (nodes.index(edge[0]), nodes.index(edge[1])))
    ranks = _ranks(nodes, drawn, beginning)
    widths = {name: _width(labels.get(name, name)) for name in nodes}
    chains, layers = _chains(nodes, drawn, ranks, widths)
    _untangle(layers, chains)
    return _placed(layers, chains, widths, nodes)


def _width(label: str) -> float:
    return max(60.0, LETTER_WIDTH * len(label) + 24) if label else DOT_WIDTH


def _ranks(nodes: Sequence[str], edges: Sequence[tuple[str, str]], beginning: str) -> dict[str, int]:
    """Steps from the beginning. What leads nowhere is an end, and stands below everything."""
    ranks, reached = {beginning: 0}, [beginning]
    for name in reached:
        for a, b in edges:
            if a == name and b not in ranks:
                ranks[b] = ranks[a] + 1
                reached.append(b)
    leads_on = {a for a, _ in edges}
    lowest = max((rank for name, rank in ranks.items() if name in leads_on), default=0) + 1
    return {name: ranks.get(name, 1) if name in leads_on else lowest for name in nodes}


def _chains(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]], ranks: Mapping[str, int], widths: dict[str, float]
) -> tuple[dict[tuple[str, str], list[str]], list[list[str]]]:
    """Each edge as the nodes and bends it goes through, one a layer; and what stands in each layer."""
    layers: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    for name in nodes:
        layers[ranks[name]].append(name)
    chains = {}
    for a, b in edges:
        step = 1 if ranks[b] > ranks[a] else -1
        between = range(ranks[a] + step, ranks[b], step) if ranks[a] != ranks[b] else ()
        bends = [f"{a}>{b}@{rank}" for rank in between]
        for bend, rank in zip(bends, between, strict=True):
            layers[rank].append(bend)
            widths[bend] = BEND_WIDTH
        chains[a, b] = [a, *bends, b]
    return chains, layers


def _untangle(layers: list[list[str]], chains: Mapping[tuple[str, str], list[str]]) -> None:
    """Order each layer by where its neighbours stand, down and up again: the barycentre method."""
    near: dict[str, list[str]] = {}
    for chain in chains.values():
        for a, b in pairwise(chain):
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
    for sweep in range(SWEEPS):
        order = range(1, len(layers)) if sweep % 2 == 0 else range(len(layers) - 2, -1, -1)
        for rank in order:
            beside = layers[rank - 1] if sweep % 2 == 0 else layers[rank + 1]
            at = {name: place / max(1, len(beside) - 1) for place, name in enumerate(beside)}
            own = {name: place / max(1, len(layers[rank]) - 1) for place, name in enumerate(layers[rank])}
            means = {name: _mean([at[n] for n in near.get(name, ()) if n in at], own[name]) for name in own}
            layers[rank].sort(key=means.__getitem__)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _placed(
    layers: list[list[str]], chains: Mapping[tuple[str, str], list[str]], widths: Mapping[str, float], nodes: Sequence[str]
) -> Layout:
    spans = [sum(widths[name] for name in layer) + GAP * (len(layer) - 1) for layer in layers]
    whole = max(spans)
    boxes: dict[str, Box] = {}
    for rank, layer in enumerate(layers):
        x = GAP + (whole - spans[rank]) / 2
        for name in layer:
            boxes[name] = Box(x + widths[name] / 2, GAP + BOX_HEIGHT / 2 + rank * LAYER_HEIGHT, widths[name])
            x += widths[name] + GAP
    arrows = {edge: _points([boxes[name] for name in chain]) for edge, chain in chains.items()}
    height = 2 * GAP + BOX_HEIGHT + (len(layers) - 1) * LAYER_HEIGHT
    return Layout({name: boxes[name] for name in nodes}, arrows, whole + 2 * GAP, height)


def _points(chain: Sequence[Box]) -> list[Point]:
    """From the edge of the first box to that of the last. Down on the right of the middle, up on its left, so that there and
    back are two arrows; so too between two boxes of one layer, whose arrow is an arch of two points."""
    first, last = chain[0], chain[-1]
    if first.y == last.y:
        side = 1 if last.x > first.x else -1
        return [(first.x + 12 * side, first.y + side * BOX_HEIGHT / 2), (last.x - 12 * side, last.y + side * BOX_HEIGHT / 2)]
    down = 1 if last.y > first.y else -1
    aside = [0 if box.width == DOT_WIDTH else 9 * down for box in (first, last)]
    bends = [(box.x, box.y) for box in chain[1:-1]]
    begin = (first.x + aside[0], first.y + down * BOX_HEIGHT / 2)
    return [begin, *bends, (last.x + aside[1], last.y - down * BOX_HEIGHT / 2)]
