"""`python -m tests.papers OUT --count N --seed S`: pictures with a manifest.json that holds their truth."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.papers.conditions import GRADES
from tests.papers.layouts.registry import LAYOUTS
from tests.papers.maker import KINDS, make


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.papers", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grade", choices=[*GRADES, "mixed"], default="mixed")
    parser.add_argument("--kind", choices=[*KINDS, "mixed"], default="mixed", help="mixed: four photos to one scan")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default=None)
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    items = []
    for place in range(wanted.count):
        made = make(wanted.seed, place, wanted.kind, wanted.grade, wanted.layout)
        for name, data in made.files.items():
            (wanted.out / name).write_bytes(data)
        items.append(made.item)
    manifest = {
        "set": f"generated-{wanted.kind}-{wanted.grade}-{wanted.seed}",
        "description": "Made by code; every business, number and sum is invented.",
        "source": "python -m tests.papers",
        "licence": "as the repository",
        "items": items,
    }
    (wanted.out / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
