"""The files of one paper as pages, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr.image import Picture, Refused, open_image
from ocr.pdf import RefusedPdf, is_pdf, open_pdf
from ocr.qr import Readings
from ocr.words import Sheet


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that was opened already, and the codes on it: what a first look found need not be looked for again."""

    data: bytes  # as sent
    picture: Picture
    codes: Readings


File = bytes | Seen


@dataclass(frozen=True, slots=True)
class Page:
    """`sheet`: a text layer, in the picture's pixels. `drawn`: by us from a PDF, so no camera is to blame for it. `codes`:
    None where nobody has looked for any yet."""

    picture: Picture
    sheet: Sheet | None = None
    drawn: bool = False
    codes: Readings | None = None


def pages_of(files: Sequence[File]) -> tuple[list[Page], tuple[str, ...]]:
    """All pages that could be opened, and why others could not."""
    pages: list[Page] = []
    faults: list[str] = []
    for data in files:
        if isinstance(data, Seen):
            pages.append(Page(data.picture, codes=data.codes))
            continue
        if is_pdf(data):
            faults += _add_pdf(data, pages)
            continue
        picture = open_image(data)
        if isinstance(picture, Refused):
            faults.append(picture.reason)
        else:
            pages.append(Page(picture))
    return pages, tuple(dict.fromkeys(faults))


def _add_pdf(data: bytes, pages: list[Page]) -> list[str]:
    pdf = open_pdf(data)
    if isinstance(pdf, RefusedPdf):
        return [pdf.reason]
    faults = ["pages_left_unread"] if pdf.unread else []
    for page in pdf.pages:
        picture = open_image(page.jpeg)
        if isinstance(picture, Refused):
            faults.append("pages_left_unread")
        else:
            pages.append(Page(picture, page.sheet, drawn=True))
    return faults
