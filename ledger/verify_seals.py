"""Recompute the whole chain from the rows: every leaf, every root, every hash. One block at a time, so memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from ledger import merkle
from ledger.canonical import NO_BLOCK, Header, skip_height
from ledger.seal_rows import Reader, Row
from ledger.verify import Difference

DIFFERENCES_MAX = 100  # after so many nobody reads on; the first says where to look
PAGE_BLOCKS = 500

_PAGE = text(
    "SELECT height, previous, skip, root, accounts, postings, swept, hash, CASE WHEN isfinite(sealed_at)"
    " THEN (extract(epoch FROM sealed_at) * 1000000)::bigint ELSE 0 END AS sealed_at"
    "  FROM seal_blocks WHERE height > :after ORDER BY height LIMIT :limit"
)
_OUTSIDE = text(
    """
    SELECT 'posting that no block holds' AS check_name, 'posting ' || p.id AS place FROM postings p WHERE p.id <= :swept
       AND NOT EXISTS (SELECT FROM seal_postings s WHERE s.posting_id = p.id)
     UNION ALL
    SELECT DISTINCT 'account that no block holds', 'account ' || side.id
      FROM seal_postings s JOIN moves m ON m.posting_id = s.posting_id, LATERAL (VALUES (m.debit), (m.credit)) side (id)
     WHERE NOT EXISTS (SELECT FROM seal_accounts a WHERE a.account = side.id)
     UNION ALL
    SELECT 'seal of no block', 'posting ' || s.posting_id FROM seal_postings s
     WHERE NOT EXISTS (SELECT FROM seal_blocks b WHERE b.height = s.height)
     UNION ALL
    SELECT 'seal of no block', 'account ' || s.account FROM seal_accounts s
     WHERE NOT EXISTS (SELECT FROM seal_blocks b WHERE b.height = s.height)
     ORDER BY 1, 2 LIMIT :limit
    """
)
_KNOWN = text("SELECT EXISTS (SELECT FROM seal_blocks WHERE hash = :hash)")
_UNSEALED = text(
    "SELECT count(*) FROM postings p WHERE p.id > :swept"
    " AND NOT EXISTS (SELECT FROM seal_postings s WHERE s.posting_id = p.id)"
)


@dataclass(slots=True)
class Chain:
    """What was read. `head`: the newest block's hash, b"" before the first. `unsealed`: postings still to be sealed."""

    blocks: int = 0
    postings: int = 0
    accounts: int = 0
    unsealed: int = 0
    head: bytes = b""
    differences: list[Difference] = field(default_factory=list)


def verify_seals(conn: Connection, expect: bytes | None = None) -> Chain:
    """Read all blocks and what they seal; `differences` in the order they were found, at most DIFFERENCES_MAX.

    `expect`: the hash of a block as it was noted outside the house, which must be in the chain; only such a note finds
    out an owner who rewrites the rows and all their seals. Give it a REPEATABLE READ transaction where something else
    may seal meanwhile.
    """
    chain, reader, before = Chain(), Reader(conn), _Before()
    for block in _blocks(conn):
        header = Header(*(block[name] for name in Header.__slots__))
        chain.differences += _header(header, block["hash"], before)
        chain.differences += _leaves(reader, header, before.swept)
        chain.blocks, chain.postings, chain.accounts = (
            chain.blocks + 1, chain.postings + header.postings, chain.accounts + header.accounts,
        )  # fmt: skip
        before.add(header, block["hash"])
        chain.head = block["hash"]
        if len(chain.differences) >= DIFFERENCES_MAX:
            break
    if expect is not None and not conn.execute(_KNOWN, {"hash": expect}).scalar_one():
        chain.differences.append(Difference("head kept elsewhere", "the chain", expect.hex(), chain.head.hex()))
    chain.unsealed = conn.execute(_UNSEALED, {"swept": before.swept}).scalar_one()
    outside = conn.execute(_OUTSIDE, {"swept": before.swept, "limit": DIFFERENCES_MAX})
    chain.differences += [Difference(row.check_name, row.place, 1, 0) for row in outside]
    del chain.differences[DIFFERENCES_MAX:]
    return chain


@dataclass(slots=True)
class _Before:
    """The block before, and the hashes that a later `skip` may name: one for each bit of the height."""

    height: int = 0
    hash: bytes = NO_BLOCK
    swept: int = 0
    far: dict[int, bytes] = field(default_factory=lambda: {0: NO_BLOCK})

    def add(self, header: Header, found: bytes) -> None:
        self.height, self.hash, self.swept = header.height, found, header.swept
        self.far = {h: known for h, known in self.far.items() if h in _ancestors(header.height)} | {header.height: found}


def _ancestors(height: int) -> set[int]:
    """The heights that skips lead to from here: no later block's skip names another one below."""
    found = {0}
    while height:
        found.add(height)
        height = skip_height(height)
    return found


def _blocks(conn: Connection) -> Iterator[dict[str, Any]]:
    after = -1
    while page := conn.execute(_PAGE, {"after": after, "limit": PAGE_BLOCKS}).mappings().all():
        yield from (dict(row) for row in page)
        after = page[-1]["height"]


def _header(header: Header, kept: bytes, before: _Before) -> Iterator[Difference]:
    where = f"block {header.height}"
    if header.height != before.height + 1:
        yield Difference("height of a block", where, before.height + 1, header.height)
    if header.previous != before.hash:
        yield Difference("hash of the block before", where, before.hash.hex(), header.previous.hex())
    if (far := before.far.get(skip_height(header.height))) is not None and header.skip != far:
        yield Difference("hash of the block skipped to", where, far.hex(), header.skip.hex())
    if (made := header.hash()) != kept:
        yield Difference("hash of a block", where, made.hex(), kept.hex())
    if header.swept < before.swept:
        yield Difference("how far a block has swept", where, before.swept, header.swept)


def _leaves(reader: Reader, header: Header, swept: int) -> Iterator[Difference]:
    accounts, postings = reader.sealed("account", header.height), reader.sealed("posting", header.height)
    named = [(f"account {row.id}", row) for row in accounts] + [(f"posting {row.id}", row) for row in postings]
    where = f"block {header.height}"
    if (len(accounts), len(postings)) != (header.accounts, header.postings):
        yield Difference("leaves of a block", where, header.leaves, len(named))
    for place, (name, row) in enumerate(named):
        if row.place != place:
            yield Difference("place of a seal", name, place, row.place)
        if row.leaf is None:
            yield Difference("sealed row that is gone", name, 1, 0)
    yield from _changed(named, header)
    for row in postings:
        if row.id <= swept:
            yield Difference("posting sealed after its time", f"posting {row.id} in {where}", swept + 1, row.id)


def _changed(named: list[tuple[str, Row]], header: Header) -> Iterator[Difference]:
    """Rows that are not what was sealed. Where the rows lead to the block's root, it was their seals that were changed."""
    root = merkle.root([row.leaf or b"" for _, row in named]) if named else b""
    changed = [(name, row.leaf, row.kept) for name, row in named if row.leaf and row.leaf != row.kept]
    for name, leaf, kept in changed:
        if root == header.root:
            yield Difference("seal against the root of its block", name, leaf.hex(), kept.hex())
        else:
            yield Difference(f"{name.split()[0]} against its seal", name, kept.hex(), leaf.hex())
    if root != header.root and not changed:
        yield Difference("root of a block", f"block {header.height}", root.hex(), header.root.hex())
