"""The page of a bench: each picture with the boxes that its fields came from, and what was right and wrong."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.bench.eyes_score import Scored

WIDTH_PX = 900
_HEAD = """<!doctype html><meta charset="utf-8"><title>Eyes</title><style>
body{font:14px system-ui;margin:2rem;max-width:1500px} figure{margin:2rem 0;display:flex;gap:1.5rem;align-items:flex-start}
svg{border:1px solid #ccc;max-width:60%;height:auto} table{border-collapse:collapse} td,th{padding:2px 8px;text-align:left}
.right{color:#0a7d32}.wrong{color:#b3261e;font-weight:600}.box{fill:none;stroke-width:3}</style>"""


def page(measured: Sequence[tuple[Path, Mapping[str, Any], Sequence[Scored]]]) -> str:
    """One HTML document that needs no other file. Pictures are shrunk to WIDTH_PX."""
    parts = [_HEAD]
    for folder, figures, scored in measured:
        four, auto, wrong = (_rate(figures[name]) for name in ("all_four", "auto", "wrong_among_auto"))
        parts.append(f"<h1>{html.escape(folder.name)}</h1><p>All four right {four}; auto {auto}; wrong among auto {wrong}.</p>")
        parts += [_figure(folder / one.file, one) for one in scored]
    return "\n".join(parts)


def _figure(path: Path, one: Scored) -> str:
    record = one.record
    rows = []
    for name, value in sorted(record["fields"].items()):
        if name == "lines" or (value is None and name not in one.truth):
            continue
        right = one.right.get(name)
        mark = "" if right is None else "right" if right else "wrong"
        said = "" if right in (None, True) else f" (is {html.escape(str(one.truth[name]))})"
        rows.append(f'<tr class="{mark}"><td>{name}</td><td>{html.escape(str(value))}{said}</td></tr>')
    head = f"{html.escape(one.file)}: {record['kind']}, {record['decision']}, {record['ms']} ms"
    problems = html.escape(", ".join(record["problems"]))
    return (
        f"<figure>{_picture(path, record)}<figcaption><b>{head}</b><p>{problems}</p><table>{''.join(rows)}</table>"
        f"<p>{len(record['fields'].get('lines') or [])} lines</p></figcaption></figure>"
    )


def _picture(path: Path, record: Mapping[str, Any]) -> str:
    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
        return "<p>no picture</p>"
    width, height = upright.size
    shown = upright.resize((WIDTH_PX, max(1, round(height * WIDTH_PX / width))))
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=60)
    data = base64.b64encode(buffer.getvalue()).decode()
    boxes = [_box(code["corners"], "#1a73e8", code["kind"]) for code in record["codes"]]
    boxes += [_box(corners, "#e8710a", name) for name, corners in record.get("boxes", {}).items()]
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{WIDTH_PX}"><image href="data:image/jpeg;base64,{data}" '
        f'width="{width}" height="{height}"/>{"".join(boxes)}</svg>'
    )


def _box(corners: Sequence[Sequence[float]], colour: str, name: str) -> str:
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in corners)
    x, y = corners[0]
    return (
        f'<polygon class="box" stroke="{colour}" points="{points}"><title>{name}</title></polygon>'
        f'<text x="{x:.0f}" y="{y - 4:.0f}" fill="{colour}" font-size="16">{name}</text>'
    )


def _rate(rate: Mapping[str, Any]) -> str:
    return f"{rate['hits']} of {rate['of']}"
