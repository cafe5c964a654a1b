"""A person's data as a document that a phone opens: to be read from the top, and as JSON at its end.

A .docx is a few XML files in a zip: every script is drawn by the phone itself, which a PDF would need fonts for. Pure.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from base.days import INDIA
from base.money import rupees

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip's first day: the same data make the same file
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types '
    'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="json" '
    'ContentType="application/json"/><Override PartName="/word/document.xml" '
    f'ContentType="{CONTENT_TYPE}.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
TITLES = {  # of each part, in the two languages of the house
    "you": "You / आप", "consents": "What you agreed to / आपकी सहमति", "accounts": "Your account / आपका खाता",
    "bills": "Your bills / आपके बिल", "photos": "Your photos / आपकी फ़ोटो", "messages": "Our messages / हमारे मैसेज",
}  # fmt: skip


def document(data: Mapping[str, Any]) -> bytes:
    """The file. `data` as bot.my_data collects it."""
    plain = as_json(data)
    body = "".join(_body(data)) + _heading("JSON") + "".join(_line(line) for line in plain.split("\n"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in (
            ("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS), ("word/document.xml", _DOCUMENT.format(body)),
            ("data.json", plain),
        ):  # fmt: skip
            file.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=lambda value: value.isoformat())


def _body(data: Mapping[str, Any]) -> Iterator[str]:
    yield _heading(f"Saathi, {_shown('at', data['made_at'])}")
    for part, title in TITLES.items():
        yield _heading(title)
        held = data[part]
        if isinstance(held, Mapping):
            yield from _fields(held)
        elif part == "messages":
            yield from (_line(f"{_shown('at', one['at'])}  {one['from']}: {one['text']}") for one in held)
        else:
            for one in held:
                yield from _fields(one)
                yield _line("")
        if not held:
            yield _line("-")


def _fields(held: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in held.items():
        label = f"{indent}{name.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield _line(f"{label}:")
            yield from _fields(value, indent + "    ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield _line(f"{label}: {len(value) or '-'}")
            for one in value:
                yield _line(f"{indent}    " + ", ".join(f"{n.replace('_', ' ')} {_shown(n, v)}" for n, v in one.items()))
        elif value not in (None, ""):
            yield _line(f"{label}: {_shown(name, value)}")


def _shown(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(INDIA):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if name.endswith("_paise") and isinstance(value, int):
        return rupees(value)
    if isinstance(value, Mapping):
        return " ".join(f"{n}={v}" for n, v in value.items())
    return "-" if value is None else str(value)


def _heading(words: str) -> str:
    return f'<w:p><w:r><w:rPr><w:b/><w:sz w:val="28"/></w:rPr>{_text(words)}</w:r></w:p>'


def _line(words: str) -> str:
    return f"<w:p><w:r>{_text(words)}</w:r></w:p>"


def _text(words: str) -> str:
    return f'<w:t xml:space="preserve">{escape(_NOT_XML.sub("", words))}</w:t>'
