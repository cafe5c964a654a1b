"""A PDF becomes pages: what its text layer says, and what each page looks like.

The file is opened by another process with no environment, little memory and little time (pdf_child.py): what a
malicious file breaks is that process alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ocr.image import BYTES_MAX
from ocr.words import Quad, Sheet, Word

PdfReason = Literal["too_large", "pdf_encrypted", "pdf_broken", "pdf_too_costly"]

TIMEOUT_S = 25  # of the clock; the process also has its own limit on computing time
ANSWER_BYTES_MAX = 64 * 1024 * 1024
_CHILD = Path(__file__).with_name("pdf_child.py")
_REFUSALS: dict[object, PdfReason] = {"pdf_encrypted": "pdf_encrypted", "pdf_broken": "pdf_broken"}


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page. `sheet` holds its text layer in pixels of `jpeg`; None: a scan, or text that makes no sense."""

    number: int  # from 1
    jpeg: bytes
    sheet: Sheet | None


@dataclass(frozen=True, slots=True)
class Pdf:
    pages: tuple[PdfPage, ...]
    unread: int  # pages beyond the limit


@dataclass(frozen=True, slots=True)
class RefusedPdf:
    reason: PdfReason


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]  # as readers do: some programs write a few bytes in front


def open_pdf(data: bytes) -> Pdf | RefusedPdf:
    """The first pages of a PDF, or the named reason why not. Never longer than TIMEOUT_S."""
    if len(data) > BYTES_MAX:
        return RefusedPdf("too_large")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=data, capture_output=True, timeout=TIMEOUT_S, check=False, env={}, cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return RefusedPdf("pdf_too_costly")
    if done.returncode != 0:  # a limit was met, or the library fell over
        return RefusedPdf("pdf_too_costly")
    return _pages(done.stdout)


def _pages(answer: bytes) -> Pdf | RefusedPdf:
    """The child's answer, which is believed no more than the file it read."""
    if len(answer) > ANSWER_BYTES_MAX:
        return RefusedPdf("pdf_too_costly")
    head, _, pictures = answer.partition(b"\n")
    try:
        told = json.loads(head)
        if "refused" in told:
            return RefusedPdf(_REFUSALS.get(told["refused"], "pdf_broken"))
        pages, at = [], 0
        for page in told["pages"]:
            jpeg = pictures[at : at + int(page["jpeg_bytes"])]
            at += len(jpeg)
            pages.append(PdfPage(int(page["number"]), jpeg, _sheet(page)))
        return Pdf(tuple(pages), max(0, int(told["page_count"]) - len(pages)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return RefusedPdf("pdf_broken")


def _sheet(page: dict[str, Any]) -> Sheet | None:
    if page["words"] is None:
        return None
    words = tuple(Word(str(text), _box(*(float(side) for side in box)), 1.0) for text, box in page["words"])
    return Sheet(int(page["width"]), int(page["height"]), words, int(page["number"]))


def _box(left: float, top: float, right: float, bottom: float) -> Quad:
    return (left, top), (right, top), (right, bottom), (left, bottom)
