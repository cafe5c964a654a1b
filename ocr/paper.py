"""The whole way of one paper: its files' pages, the codes on them, the print, what is wrong with it, what to do.

Used alike by the reader's command, the bench and the media worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from ocr.checks import check
from ocr.decide import decide
from ocr.einvoice import EInvoice, NotAToken, read_token
from ocr.einvoice_keys import Keyring
from ocr.engines.engine import Engine
from ocr.facts import Decision, Invoice
from ocr.image import Picture
from ocr.invoice import read_invoice
from ocr.kinds import CodeKind, kind_of
from ocr.merge import with_einvoice
from ocr.page import Mapping, sheet_of
from ocr.paper_files import File, Page, Seen, pages_of
from ocr.paper_record import record_of
from ocr.qr import Quad, Readings, read_codes
from ocr.quality import look
from ocr.quality_paper import coach
from ocr.words import Sheet

PaperKind = Literal["coupon", "einvoice", "invoice", "qr", "unreadable"]
READ_PAGES_MAX = 6  # by the engine: a job must end while someone still waits for its answer
_TRUST = {"VERIFIED": 0, "INVALID": 1, "CONSISTENT_UNVERIFIED": 2}  # a code that is wrong outweighs one nobody could check
_STANDING = {"VERIFIED": (), "INVALID": ("einvoice_invalid",), "CONSISTENT_UNVERIFIED": ("einvoice_not_verified",)}


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code; `corners` are pixels of the upright photo as sent, or of the PDF's page as drawn."""

    text: str
    kind: CodeKind
    corners: Quad


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper is and says. `decision` is None unless it is an invoice, or unreadable."""

    kind: PaperKind
    codes: tuple[Code, ...] = ()
    problems: tuple[str, ...] = ()
    decision: Decision | None = None
    invoice: Invoice | None = None
    einvoice: EInvoice | None = None
    sheets: tuple[Sheet, ...] = ()
    mappings: tuple[Mapping, ...] = ()  # of each sheet

    def record(self) -> dict[str, Any]:
        """As `python -m ocr` prints it (docs/contract.md), without `file` and `ms`."""
        return record_of(self.kind, self.codes, self.invoice, self.decision, self.problems)

    def boxes(self) -> dict[str, Quad]:
        """Where on its page each field stood, by the names of `record`, in pixels of the photo as sent."""
        found = {name: getattr(self.invoice, name) for name in Invoice.__slots__} if self.invoice else {}
        seen = {name: field for name, field in found.items() if getattr(field, "box", None)}
        by_page = {sheet.number: mapping for sheet, mapping in zip(self.sheets, self.mappings, strict=True)}
        return {name: by_page[field.page].as_sent(field.box) for name, field in seen.items() if field.page in by_page}


def read_paper(
    data: File | Sequence[File],
    *,
    engine: Callable[[], Engine],
    keyring: Keyring,
    as_of: date | None = None,
    lines: bool = True,
    go_on: Callable[[], bool] = lambda: True,
) -> Paper:
    """One paper from one file (a picture or a PDF), or from several that show parts of it, in their order.

    `engine` is called only if print must be read: never beside a coupon's code, and beside a verified e-invoice's only
    where `lines` are wanted, for the code holds all other facts a claim stands on. `as_of`: the day that age is judged
    at; without it the invoice's own. `go_on` is asked before each page that the engine would read: where it says no,
    the rest is left unread, as beyond READ_PAGES_MAX. Files that cannot be opened are named in `problems`;
    never raises for what is in them.
    """
    files = (data,) if isinstance(data, bytes | Seen) else tuple(data)
    pages, faults = pages_of(files)
    if not pages:
        return _unreadable(faults)
    looks = [page.codes or read_codes(page.picture) for page in pages]
    codes = tuple(Code(code.text, kind_of(code.text), code.corners) for seen in looks for code in seen.codes)
    if any(code.kind in ("coupon", "wa_link") for code in codes):
        return Paper("coupon", codes, (*_codes_unread(looks), *faults))
    token = _token(codes, keyring)
    if token is not None and token.status == "VERIFIED" and not lines:
        read: list[tuple[Sheet, Mapping]] = []
    else:
        read, left = _read(pages, engine, go_on)
        faults = (*faults, *left)
    sheets, mappings = tuple(sheet for sheet, _ in read), tuple(mapping for _, mapping in read)
    paper = _judged(codes, token, sheets, as_of, faults)
    if paper is None:
        return _no_invoice(pages, looks, codes, sheets, mappings, faults)
    return replace(paper, sheets=sheets, mappings=mappings, problems=(*paper.problems, *_hints(paper, pages)))


def _read(
    pages: Sequence[Page], engine: Callable[[], Engine], go_on: Callable[[], bool]
) -> tuple[list[tuple[Sheet, Mapping]], tuple[str, ...]]:
    """A text layer is taken as it is; everything else the engine reads, up to READ_PAGES_MAX and while it may go on."""
    read: list[tuple[Sheet, Mapping]] = []
    budget, left = READ_PAGES_MAX, False
    for number, page in enumerate(pages, start=1):
        if page.sheet is not None:
            read.append((replace(page.sheet, number=number), Mapping(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))))
        elif budget and go_on():
            budget -= 1
            read.append(sheet_of(page.picture, engine(), number))
        else:
            budget, left = 0, True
    return read, ("pages_left_unread",) if left else ()


def _token(codes: Sequence[Code], keyring: Keyring) -> EInvoice | None:
    """The e-invoice a paper carries. Two different ones are no paper of one invoice: then none is believed."""
    read = (read_token(code.text, keyring) for code in codes if code.kind == "einvoice")
    tokens = sorted((token for token in read if not isinstance(token, NotAToken)), key=lambda token: _TRUST[token.status])
    if not tokens:
        return None
    if len({token.irn for token in tokens if token.status != "INVALID"}) > 1:
        return replace(tokens[0], status="INVALID")
    return tokens[0]


def _judged(
    codes: tuple[Code, ...], token: EInvoice | None, sheets: tuple[Sheet, ...], as_of: date | None, faults: tuple[str, ...]
) -> Paper | None:
    """The paper as an invoice; None where it is none."""
    invoice = with_einvoice(read_invoice(sheets), token)
    problems = check(invoice, as_of=as_of, einvoice=token)
    decision = decide(invoice, problems, token)
    if any(code.kind == "einvoice" for code in codes):
        # A code of that kind makes it an e-invoice, whatever the camera saw of its print: never refused unseen.
        said = _STANDING[token.status if token else "INVALID"]
        if token is None or decision.verdict == "refuse":
            decision = Decision("review", None, (*said, *decision.because))
        told = tuple(dict.fromkeys((*said, *problems)))
        return _held_back(Paper("einvoice", codes, told, decision, invoice, token), faults)
    if decision.verdict == "refuse" or not invoice.looks_like_invoice:
        return None
    return _held_back(Paper("invoice", codes, problems, decision, invoice), faults)


def _held_back(paper: Paper, faults: tuple[str, ...]) -> Paper:
    """Part of the paper was not read: what is missing may say otherwise, so nobody is paid on the rest alone."""
    decision = paper.decision
    if faults and decision is not None and decision.verdict == "auto":
        decision = Decision("review", None, faults)
    return replace(paper, problems=(*paper.problems, *faults), decision=decision)


def _no_invoice(
    pages: Sequence[Page],
    looks: Sequence[Readings],
    codes: tuple[Code, ...],
    sheets: tuple[Sheet, ...],
    mappings: tuple[Mapping, ...],
    faults: tuple[str, ...],
) -> Paper:
    if codes:
        return Paper("qr", codes, (*_codes_unread(looks), *faults), None, None, None, sheets, mappings)
    problems = check(read_invoice(sheets))
    hints = tuple(hint for page in pages for hint in look(page.picture))
    zbar = ("zbar_missing",) if any(seen.skipped for seen in looks) else ()
    unreadable = _unreadable(("no_code_found", *problems, *faults, *hints, *zbar))
    return replace(unreadable, sheets=sheets, mappings=mappings)


def _unreadable(problems: tuple[str, ...]) -> Paper:
    distinct = tuple(dict.fromkeys(problems))
    return Paper("unreadable", (), distinct, Decision("refuse", None, distinct[:1]))


def _codes_unread(looks: Sequence[Readings]) -> tuple[str, ...]:
    return ("codes_left_unread",) if any(seen.unread for seen in looks) else ()


def _hints(paper: Paper, pages: Sequence[Page]) -> tuple[str, ...]:
    """What the photographer could do better, where it was not good enough."""
    if paper.decision is None or paper.decision.verdict == "auto":
        return ()
    photos: list[Picture] = [page.picture for page in pages if not page.drawn]
    return tuple(dict.fromkeys(fault for photo in photos for fault in coach(photo).faults))
