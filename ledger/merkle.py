"""Merkle trees as in RFC 9162 (section 2.1): leaves and nodes are hashed apart, an odd last one moves up unchanged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"  # so that no node can pass for a leaf


def leaf_hash(data: bytes) -> bytes:
    return sha256(LEAF + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The 32 bytes that stand for all leaf hashes in their order. Raises ValueError for none."""
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The neighbours that lead from leaf `place` (from 0) to the root, the lowest first. Raises IndexError."""
    if not 0 <= place < len(leaves):
        raise IndexError(f"there is no leaf {place} among {len(leaves)}")
    found, level = [], leaves
    while len(level) > 1:
        if (beside := place ^ 1) < len(level):
            found.append(level[beside])
        level, place = _above(level), place // 2
    return found


def root_from(leaf: bytes, place: int, leaves: int, neighbours: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to; None where the path does not fit a tree of so many leaves."""
    if not 0 <= place < leaves:
        return None
    left, reached = list(neighbours), leaf
    while leaves > 1:
        if (place ^ 1) < leaves:
            if not left:
                return None
            beside = left.pop(0)
            reached = _node(beside, reached) if place % 2 else _node(reached, beside)
        place, leaves = place // 2, (leaves + 1) // 2
    return None if left else reached


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()
