"""How well and how quickly papers are read: folders with a manifest, deciding on the paper alone as `python -m ocr` does.

Files are read one after the other in a process of its own, whose peak memory is reported.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.bench.eyes_score import Scored, score, summary

MANIFEST = "manifest.json"


class NoManifest(ValueError):
    """The folder cannot be scored; the message says why."""


def measure(folder: Path) -> tuple[dict[str, Any], list[Scored]]:
    """Read every file that the folder's manifest names. Raises NoManifest."""
    items = _items(folder)
    records, peak_mb = _apart([str(folder / item["file"]) for item in items])
    scored = [score(item, record) for item, record in zip(items, records, strict=True)]
    return {"folder": folder.name, **summary(scored), "peak_mb": round(peak_mb)}, scored


def _items(folder: Path) -> list[dict[str, Any]]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        items: list[dict[str, Any]] = [item for item in manifest["items"] if isinstance(item["file"], str)]
    except FileNotFoundError:
        raise NoManifest(f"{folder} has no {MANIFEST}: name a folder that has one") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise NoManifest(f"{folder / MANIFEST} cannot be used: {type(fault).__name__}") from None
    return items


def _apart(files: Sequence[str]) -> tuple[list[dict[str, Any]], float]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        records, peak_mb = pool.apply(_read_all, (list(files),))
    return records, peak_mb


def _read_all(files: list[str]) -> tuple[list[dict[str, Any]], float]:
    from ocr.__main__ import reader

    read = reader()
    records = []
    for file in files:
        began = time.perf_counter()
        record = read(file)
        records.append(record | {"ms": round((time.perf_counter() - began) * 1000)})
    used = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return records, used / (2**20 if sys.platform == "darwin" else 2**10)
