"""The tree is the one of RFC 9162, and a path proves its own leaf at its own place only."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import skip_height, way
from ledger.merkle import leaf_hash, path, root, root_from

# Inputs and roots of the reference implementation of Certificate Transparency (RFC 6962, the same tree).
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_roots_are_those_of_the_standard() -> None:
    leaves = [leaf_hash(bytes.fromhex(data)) for data in INPUTS]
    assert [root(leaves[:n]).hex() for n in range(1, 9)] == ROOTS


@given(st.integers(1, 70), st.data())
def test_a_path_leads_to_the_root_from_its_place_and_from_no_other(count: int, data: st.DataObject) -> None:
    leaves = [sha256(bytes([n])).digest() for n in range(count)]
    place = data.draw(st.integers(0, count - 1))
    found = path(leaves, place)
    assert root_from(leaves[place], place, count, found) == root(leaves)
    for other in range(-1, count + 1):
        if other != place:
            assert root_from(leaves[place], other, count, found) != root(leaves)
    assert root_from(leaves[place], place, count, [*found, leaves[0]]) is None
    if found:
        assert root_from(leaves[place], place, count, found[:-1]) is None
        bent = [bytes([found[0][0] ^ 1]) + found[0][1:], *found[1:]]
        assert root_from(leaves[place], place, count, bent) != root(leaves)


def test_there_is_no_tree_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        root([])
    with pytest.raises(IndexError):
        path([bytes(32)], 1)


@given(st.integers(1, 10**9), st.data())
def test_the_way_down_the_chain_is_short_and_follows_its_links(head: int, data: st.DataObject) -> None:
    height = data.draw(st.integers(1, head))
    steps = way(head, height)
    assert (steps[0], steps[-1]) == (head, height)
    assert all(below in (at - 1, skip_height(at)) for at, below in pairwise(steps))
    assert len(steps) <= 1 + head.bit_length() ** 2


def test_there_is_no_way_up() -> None:
    with pytest.raises(ValueError, match="no way"):
        way(3, 4)
