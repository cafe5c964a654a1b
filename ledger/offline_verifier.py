#!/usr/bin/env python3
"""Check a proof from Saathi's books, anywhere, with nothing but Python 3.9 or newer. This one file needs no other.

    python3 verify.py PROOF.json [--head HASH | --qr 'TEXT OF THE QR']

A proof holds postings as they stand in the books, and the way from each to the head: the hash of the newest block of
all that was ever posted. Whoever knows the head from elsewhere (the QR of a printed statement, a note of that day)
gives it with --head or --qr; then nothing in the proof can have been made up later, changed, or taken from other books.
Of a statement it is also checked that the totals add up: no posting between the first and the last is left out, save such
as cancel each other. With --qr not those either, unless whoever printed it had left them out.

Exit code 0: all holds. 1: it does not, and one line says what. 2: the file cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from hashlib import sha256
from typing import Any


class Refuted(Exception):
    """The proof does not hold."""


def check(proof: dict[str, Any], head: str | None = None, qr: dict[str, Any] | None = None) -> list[str]:
    """What was proven, in words. Raises Refuted."""
    if proof.get("format") != "saathi proof 1":
        raise Refuted("this is not a proof of the kind that this program reads")
    hashes = chain(proof)
    stated = proof["head"]
    if hashes.get(stated["height"]) != stated["hash"]:
        raise Refuted("the head's hash is not that of its block")
    if head is not None and head.lower() != stated["hash"]:
        raise Refuted("the proof leads to another head than the one given")
    headers = {header["height"]: header for header in proof["headers"]}
    for one in proof["postings"]:
        included(one, headers, hashes, stated["height"])
    said = [f"{len(proof['postings'])} postings are sealed under block {stated['height']}, {stated['hash']}"]
    if "statement" in proof:
        said += totals(proof["statement"], [one["leaf"] for one in proof["postings"]])
    if qr is not None:
        same_as_printed(proof, qr)
        said.append("the printed code and this proof say the same")
    return said


def chain(proof: dict[str, Any]) -> dict[int, str]:
    """The hash of every header, by its height."""
    return {header["height"]: sha256(b"\x02" + encoded(header)).hexdigest() for header in proof["headers"]}


def included(one: dict[str, Any], headers: dict[int, Any], hashes: dict[int, str], head: int) -> None:
    """The posting leads to its block's root, and the head leads to that block."""
    name = f"posting {one['leaf']['posting']['id']}"
    header = headers.get(one["height"])
    if header is None:
        raise Refuted(f"{name}: the header of block {one['height']} is missing")
    leaves = header["accounts"] + header["postings"]
    if climb(leaf_of(one["leaf"]), one["place"], leaves, one["path"]) != header["root"]:
        raise Refuted(f"{name} is not what block {one['height']} sealed")
    at = head
    while at != one["height"]:
        far = at & (at - 1)
        older, link = (far, "skip") if far >= one["height"] else (at - 1, "previous")
        if at <= one["height"] or older not in hashes or headers[at][link] != hashes[older]:
            raise Refuted(f"{name}: the head does not lead to block {one['height']}")
        at = older


def climb(leaf: bytes, place: int, leaves: int, path: list[str]) -> str | None:
    """The root that a leaf's neighbours lead to; None where there are too few or too many of them."""
    left = [bytes.fromhex(step) for step in path]
    if not 0 <= place < leaves:
        return None
    while leaves > 1:
        if (place ^ 1) < leaves:
            if not left:
                return None
            beside = left.pop(0)
            leaf = sha256(b"\x01" + (beside + leaf if place % 2 else leaf + beside)).digest()
        place, leaves = place // 2, (leaves + 1) // 2
    return None if left else leaf.hex()


def totals(statement: dict[str, Any], leaves: list[dict[str, Any]]) -> list[str]:
    """Every line's balances follow from those before it: what is left out cancels itself, and the sums are right."""
    if statement["root"] != root_of(leaves):
        raise Refuted("the statement is about other postings than those proven")
    numbers = [leaf["posting"]["id"] for leaf in leaves]
    if numbers != sorted(set(numbers)):
        raise Refuted("the postings do not stand in their order")
    said = []
    for name in ("available", "held"):
        account, balance, seen = statement["accounts"][name], statement["opening"][name], False
        if account != f"{statement['programme']}/member/{statement['member']}/{name}":
            raise Refuted(f"{account} is not this member's")
        for leaf in leaves:
            change, left = touched(leaf, account)
            balance, seen = balance + change, seen or left is not None
            if left is not None and left != balance:
                raise Refuted(f"posting {leaf['posting']['id']} left {left} points {name}, those before it make {balance}")
        if balance != statement["closing"][name]:
            raise Refuted(f"{name}: {statement['closing'][name]} is stated, the postings come to {balance}")
        if not seen and balance:
            said.append(f"no posting here touches the points {name}: {balance} is only stated")
    closing = statement["closing"]
    return [f"{statement['member']}: {closing['available']} points available, {closing['held']} held; the totals add up", *said]


def touched(leaf: dict[str, Any], account: str) -> tuple[int, int | None]:
    """What a posting did to an account, and what it left there; None where it did not touch it."""
    change, left = 0, None
    for move in leaf.get("moves", []):
        for side, sign in (("debit", -1), ("credit", 1)):
            if move[side] == account:
                change, left = change + sign * move["amount"], move.get(side + "_after")
    return change, left


def same_as_printed(proof: dict[str, Any], qr: dict[str, Any]) -> None:
    statement = proof.get("statement") or {}
    here = {
        **statement.get("closing", {}),  # first: whatever else stands in it must not speak for what was checked
        "head": proof["head"]["hash"], "block": proof["head"]["height"], "postings": len(proof["postings"]),
        "root": statement.get("root"), "member": statement.get("member"),
    }  # fmt: skip
    for name, printed in qr.items():
        if name in here and here[name] != printed:
            raise Refuted(f"printed is {name} {printed}, in the proof it is {here[name]}")
    if not {"head", "root"} <= set(qr):
        raise Refuted("the printed code is not that of a statement")


def root_of(leaves: list[dict[str, Any]]) -> str:
    """The Merkle root over the leaves of a statement; of none, the hash of nothing."""
    level = [leaf_of(leaf) for leaf in leaves]
    if not level:
        return sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def leaf_of(form: dict[str, Any]) -> bytes:
    return sha256(b"\x00" + encoded(form)).digest()


def encoded(form: dict[str, Any]) -> bytes:
    return json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a proof from Saathi's books.")
    parser.add_argument("proof", help="the .json file")
    parser.add_argument("--head", help="a head's hash as you know it from elsewhere")
    parser.add_argument("--qr", help="the text of the printed statement's QR code")
    asked = parser.parse_args(arguments)
    try:
        with open(asked.proof, encoding="utf-8") as file:
            proof = json.load(file)
        qr = json.loads(asked.qr) if asked.qr else None
    except (OSError, ValueError) as fault:
        print(f"cannot be read: {fault}", file=sys.stderr)
        return 2
    try:
        for line in check(proof, asked.head, qr):
            print(line)
    except Refuted as why:
        print(f"NOT PROVEN: {why}", file=sys.stderr)
        return 1
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        print(f"NOT PROVEN: the proof is damaged ({type(fault).__name__}: {fault})", file=sys.stderr)
        return 1
    if asked.head is None and asked.qr is None:
        print("compare the head above with the one you know from elsewhere: without that, this proves nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
