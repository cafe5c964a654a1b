"""Requests of every kind to every route, signed and not, and bad input for every parser: no 5xx, and nobody falls.

    python -m tests.soak.rubbish REQUESTS INPUTS SEED      prints one JSON object, exit 1 where something broke
"""

from __future__ import annotations

import json
import logging
import sys

from bot.bench import guard
from bot.bench import house as bench_house
from tests.soak import laws


def run(requests: int, inputs: int, seed: int) -> dict[str, object]:
    with bench_house.prepared("rubbish") as made:
        logging.disable(logging.WARNING)
        attacked = guard.attack(made, requests, seed)
        with made.engine.connect() as conn:
            failed = conn.exec_driver_sql("SELECT key, fault FROM inbox WHERE parked_at IS NOT NULL OR failures > 0").all()
            unbalanced = laws.verify(conn)
    read = guard.parsers(inputs, seed)
    trouble = [*attacked["broken"], *(f"turn failed: {tuple(row)}" for row in failed), *map(str, unbalanced)]
    trouble += [f"{name}: {one}" for name, has in read.items() for one in has["by"]]
    return {
        "requests": attacked["tried"], "signed": attacked["signed"], "routes": attacked["routes"],
        "seen_5xx": attacked["seen_5xx"], "inputs": inputs, "parsers": len(read),
        "fell": sum(has["fell"] for has in read.values()), "seed": seed, "trouble": trouble,
    }  # fmt: skip


def main(words: list[str]) -> int:
    figures = run(int(words[0]), int(words[1]), int(words[2]))
    print(json.dumps(figures))
    return 1 if figures["trouble"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
