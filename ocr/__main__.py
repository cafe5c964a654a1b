"""`python -m ocr FILE…`: one JSON line per file, in order, whatever the file is. See docs/contract.md for its shape."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ocr.image import BYTES_MAX, Refused, open_image
from ocr.kinds import CodeKind, kind_of
from ocr.qr import read_codes
from ocr.quality import look

PaperKind = Literal["coupon", "einvoice", "invoice", "qr", "unreadable"]
FIELDS = (
    "invoice_number",
    "invoice_date",
    "seller_gstin",
    "buyer_gstin",
    "seller_name",
    "taxable_paise",
    "cgst_paise",
    "sgst_paise",
    "utgst_paise",
    "igst_paise",
    "cess_paise",
    "round_off_paise",
    "total_paise",
    "irn",
    "buyer_name",
    "lines",
)
# By what stands on the paper: a coupon beside a shop's payment code is a coupon.
_PAPER: dict[CodeKind, PaperKind] = {
    "coupon": "coupon", "wa_link": "coupon", "einvoice": "einvoice", "upi": "qr", "foreign": "qr"
}  # fmt: skip
_PRECEDENCE: tuple[PaperKind, ...] = ("coupon", "einvoice", "qr")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ocr", description="Read coupon and invoice photos; JSON per file.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    for name in parser.parse_args(arguments).files:
        began = time.perf_counter()
        record = _record(name)
        record["ms"] = round((time.perf_counter() - began) * 1000)
        print(json.dumps(record), flush=True)  # ASCII only: any file name and any text fit on one line
    return 0


def _record(name: str) -> dict[str, object]:
    try:
        return _read(name)
    except Exception:  # one file must not silence the ones after it; the fault is told in full
        traceback.print_exc(file=sys.stderr)
        return _unreadable(name, ["reader_failed"])


def _read(name: str) -> dict[str, object]:
    data = _bytes_of(name)
    if isinstance(data, str):
        return _unreadable(name, [data])
    picture = open_image(data)
    if isinstance(picture, Refused):
        return _unreadable(name, [picture.reason])
    readings = read_codes(picture)
    without_zbar = ["zbar_missing"] if readings.skipped else []
    if not readings.codes:
        return _unreadable(name, ["no_code_found", *look(picture), *without_zbar])
    codes: list[dict[str, object]] = []
    papers = set()
    for reading in readings.codes:
        kind = kind_of(reading.text)
        papers.add(_PAPER[kind])
        codes.append({"text": reading.text, "kind": kind, "corners": reading.corners})
    paper = next(kind for kind in _PRECEDENCE if kind in papers)
    problems = ["codes_left_unread"] if readings.unread else []
    if paper == "einvoice":
        return _line(name, paper, codes, "review", ["einvoice_not_checked", *problems])
    return _line(name, paper, codes, None, problems)


def _bytes_of(name: str) -> bytes | str:
    """The file's bytes, or the problem. At most one byte more than the limit is read, whatever the file claims."""
    path = Path(name)
    try:
        if not path.exists():
            return "file_not_found"
        if not path.is_file():  # a directory; a pipe or device might never end
            return "not_a_file"
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except (OSError, ValueError):  # no permission; a name with a NUL
        return "not_readable"


def _unreadable(name: str, problems: list[str]) -> dict[str, object]:
    return _line(name, "unreadable", [], "refuse", problems)


def _line(
    name: str, kind: PaperKind, codes: list[dict[str, object]], decision: str | None, problems: list[str]
) -> dict[str, object]:
    return {
        "file": name,
        "kind": kind,
        "codes": codes,
        "fields": dict.fromkeys(FIELDS),
        "confidence": {},
        "decision": decision,
        "problems": problems,
    }


if __name__ == "__main__":
    sys.exit(main())
