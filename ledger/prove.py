"""That a posting is sealed, in a form that anyone can check who knows the newest block's hash; the database is not asked.

A proof of some postings is their leaves, each with its place and the neighbours up to its block's root, and the headers
of the blocks on the way from the head down to those blocks. ledger/offline_verifier.py checks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from ledger import merkle
from ledger.canonical import Header, way
from ledger.seal import read_tip
from ledger.seal_rows import Reader

FORMAT = "saathi proof 1"

_SEALS = text("SELECT posting_id, height, place, leaf FROM seal_postings WHERE posting_id = ANY (:ids) ORDER BY posting_id")
_LEAVES = text(
    "SELECT leaf FROM (SELECT place, leaf FROM seal_accounts WHERE height = :height"
    " UNION ALL SELECT place, leaf FROM seal_postings WHERE height = :height) AS leaves ORDER BY place"
)
_HEADERS = text(
    "SELECT height, previous, skip, root, accounts, postings, swept,"
    " (extract(epoch FROM sealed_at) * 1000000)::bigint AS sealed_at FROM seal_blocks WHERE height = ANY (:heights)"
    " ORDER BY height DESC"
)


class NotSealed(LookupError):
    """There is no seal of these postings yet, or no such postings."""


class SealBroken(Exception):
    """A row is not what was sealed: nothing can be proven about it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """One posting: its leaf's JSON, and the way to its block's root."""

    posting_id: int
    form: Mapping[str, Any]
    height: int
    place: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """`headers`: newest first, the head the first of them; every block of `postings` is reached through them."""

    headers: tuple[Header, ...]
    postings: tuple[Proven, ...]

    @property
    def head(self) -> Header:
        return self.headers[0]

    def plain(self) -> dict[str, Any]:
        """As JSON has it; hashes in hex."""
        return {
            "format": FORMAT,
            "head": {"height": self.head.height, "hash": self.head.hash().hex()},
            "headers": [header.plain() for header in self.headers],
            "postings": [
                {"height": one.height, "place": one.place, "path": [step.hex() for step in one.path], "leaf": one.form}
                for one in self.postings
            ],
        }


def prove(conn: Connection, posting_ids: Iterable[int]) -> Proof:
    """Raises NotSealed, SealBroken (also where it would not verify)."""
    wanted = sorted(set(posting_ids))
    seals = conn.execute(_SEALS, {"ids": wanted}).all()
    if missing := set(wanted) - {seal.posting_id for seal in seals}:
        raise NotSealed(f"not sealed yet: posting {', '.join(map(str, sorted(missing)))}")
    tip = read_tip(conn)
    heights = {step for seal in seals for step in way(tip.height, seal.height)} | ({tip.height} - {0})
    headers = {row.height: Header(*row) for row in conn.execute(_HEADERS, {"heights": sorted(heights)})}
    forms = Reader(conn).forms("posting", wanted)
    leaves = {height: _leaves(conn, height) for height in {seal.height for seal in seals}}
    proven = []
    for seal in seals:
        form, path = forms.get(seal.posting_id, ""), tuple(merkle.path(leaves[seal.height], seal.place))
        reached = merkle.root_from(merkle.leaf_hash(form.encode()), seal.place, headers[seal.height].leaves, path)
        if reached != headers[seal.height].root:
            raise SealBroken(f"posting {seal.posting_id} is not what block {seal.height} sealed")
        proven.append(Proven(seal.posting_id, json.loads(form), seal.height, seal.place, path))
    proof = Proof(tuple(headers.values()), tuple(proven))
    if headers and proof.head.hash() != tip.hash:
        raise SealBroken(f"block {tip.height} is not what its hash says")
    return proof


def _leaves(conn: Connection, height: int) -> list[bytes]:
    return [bytes(leaf) for leaf in conn.execute(_LEAVES, {"height": height}).scalars()]
