"""Run by itself with another revision's flows on the path: answers batches of events from stdin, one JSON line each way.

Imports nothing of this checkout, so that what answers is the other one alone.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """One line in, a list of {before, known, event}; one line out, a list of {heard, effects, after} or {fault}."""
    from flows.codec import from_json, to_json
    from flows.entry import converse

    def answer(raw: dict[str, Any]) -> dict[str, Any]:
        try:
            turned = converse(from_json(raw["before"]), from_json(raw["known"]), from_json(raw["event"]))
        except Exception as fault:  # whatever that revision says to what it does not know is its answer
            return {"fault": type(fault).__name__}
        return {
            "heard": to_json(turned.heard), "effects": [to_json(each) for each in turned.effects],
            "after": to_json(turned.session),
        }  # fmt: skip

    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps([answer(raw) for raw in json.loads(line)]), flush=True)


if __name__ == "__main__":
    main()
