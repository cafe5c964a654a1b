"""The bytes that are hashed: one form for ever, that anyone can make again with a JSON and a SHA-256. Pure.

A leaf is the UTF-8 of one JSON object: keys in the order of their letters, no blanks, letters as they are (only what
JSON must escape is escaped), columns that are NULL left out, so that a column added later changes no old seal.

    posting   {"kind":"posting","lots":[{…},…],"moves":[{…},…],"posting":{…}}
              every column of its row, of its moves in the order of `line`, and of the lots it opened in the order of
              `id`, without `remaining`, which spending changes and the books' own check recomputes; "lots" and "moves"
              only where there are any
    account   {"account":{…},"kind":"account"}
              every column but the sums `debits` and `credits`, which are recomputed from the moves; the floor of an
              account in debt, where it is the debt, stands as 0

A time is microseconds since 1970 UTC, bytes are lower-case hex; of the control characters five have their short form
(\\b \\f \\n \\r \\t), the others are \\u00xx. Of a jsonb column `facts` stands `facts_sha256`: the SHA-256 of its text as
Postgres writes it. So a proof can be handed out without the facts, and no words are in it.

A block's hash is SHA-256 over byte 02 and the same kind of JSON of its header: accounts, height, postings, previous,
root, sealed_at, skip, swept. `previous` and `skip` are hashes of older blocks; see `skip_height`.

Nothing that must be erased one day is sealed: members are ids of our own, and facts hold ids, rules, numbers of papers
and amounts, never a name, phone, account or a member's words (all those are sealed under keys of their own elsewhere).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

BLOCK = b"\x02"
NO_BLOCK = bytes(32)  # what stands before the first
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Header:
    """What a block says, all of it hashed. `postings` and `accounts` count its leaves."""

    height: int
    previous: bytes
    skip: bytes
    root: bytes
    accounts: int
    postings: int
    swept: int
    sealed_at: int  # microseconds since 1970 UTC

    def plain(self) -> dict[str, Any]:
        """The object whose JSON is hashed."""
        return {
            "height": self.height, "previous": self.previous.hex(), "skip": self.skip.hex(), "root": self.root.hex(),
            "accounts": self.accounts, "postings": self.postings, "swept": self.swept,
            "sealed_at": self.sealed_at,
        }  # fmt: skip

    def hash(self) -> bytes:
        return sha256(BLOCK + encoded(self.plain())).digest()

    @property
    def leaves(self) -> int:
        return self.accounts + self.postings


def microseconds(at: datetime) -> int:
    """Since 1970 UTC, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def skip_height(height: int) -> int:
    """Which older block `skip` names: the height without its lowest set bit. 0: none.

    With it any older block is reached in steps that grow with the logarithm of the distance, not with the distance.
    """
    return height & (height - 1)


def way(head: int, height: int) -> list[int]:
    """The heights from `head` down to `height`, both included, each named by the one before. Raises ValueError."""
    if not 0 < height <= head:
        raise ValueError(f"no way leads from block {head} to {height}")
    steps = [head]
    while (at := steps[-1]) > height:
        steps.append(far if (far := skip_height(at)) >= height else at - 1)
    return steps


def encoded(form: Mapping[str, Any]) -> bytes:
    return _JSON.encode(form).encode()
