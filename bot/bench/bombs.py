"""Files that are small to send and large to open, and a process of its own in which each is opened and measured."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence

from config.settings import ROOT

TIMEOUT_S = 60
# Opens the file as the media worker does, and tells what came of it and what it cost at its highest: this process's
# memory and, for a PDF, that of the process that opens it.
_CHILD = """
import json, resource, sys
from ocr.image import Refused, open_image
from ocr.pdf import is_pdf, open_pdf
from ocr.qr import read_codes
data = sys.stdin.buffer.read()
def highest():  # of this process alone, where Linux tells it: ru_maxrss remembers who started it
    try:
        return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = highest()
if is_pdf(data):
    found = open_pdf(data)
    told = getattr(found, "reason", "") or f"{len(found.pages)} pages of {len(found.pages) + found.unread}"
else:
    found = open_image(data)
    told = found.reason if isinstance(found, Refused) else "opened"
    if told == "opened":
        read_codes(found)
after = highest()
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"told": told, "before_kb": before, "after_kb": after, "child_kb": child}))
"""


def opened(data: bytes) -> dict[str, object]:
    """What came of opening it, and the highest resident sets in MB: of the worker before and with it, of its PDF process."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=data, capture_output=True, timeout=TIMEOUT_S, check=False, cwd=ROOT
    )
    if done.returncode != 0:
        return {"told": f"the worker died: {done.stderr.decode(errors='replace')[-200:]}"}
    has = json.loads(done.stdout)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # of ru_maxrss: bytes there, kilobytes elsewhere
    worker, child = round(has["after_kb"] / unit), round(has["child_kb"] / unit)
    return {"told": has["told"], "bytes": len(data), "worker_before_mb": round(has["before_kb"] / unit), "worker_mb": worker,
            "pdf_process_mb": child}  # fmt: skip


def png(width: int, height: int, *, rows: int | None = None) -> bytes:
    """A grey PNG of that size; `rows`: how many of them it really brings."""
    packed = zlib.compressobj(9)
    row, data = bytes(width + 1), b""
    for _ in range(height if rows is None else rows):
        data += packed.compress(row)
    data += packed.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def text_bomb_png() -> bytes:
    """A small picture whose compressed comment swells to 100 MB."""
    small = png(200, 200)
    swells = b"c\x00\x00" + zlib.compress(bytes(100 << 20), 9)
    return small[:33] + _chunk(b"zTXt", swells) + small[33:]


def pdf(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, the first of them its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n" % size + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return body + end % (size, len(body))


def _stream(head: bytes, data: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(data), data)


def many_pages(count: int = 10_000) -> bytes:
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), *[page] * count])


def forms_within_forms(depth: int = 30) -> bytes:
    """Each form draws the next one ten times, and the last one the first: 10^30 drawings, and a circle."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, _stream(b"", b"/F Do " * 10)]
    for n in range(depth):
        following = 5 + (n + 1) % depth
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F %d 0 R>>>>" % following
        objects.append(_stream(head, b"/F Do " * 10))
    return pdf(objects)


def pages_in_a_circle() -> bytes:
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000000>>"])


def swelling_content() -> bytes:
    """A page whose drawing is 200 MB of lines, in some hundred kilobytes."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    lines = zlib.compress(b"0 0 m 595 842 l S\n" * (200 * 1024 * 1024 // 18), 9)
    drawing = _stream(b"/Filter/FlateDecode", lines)
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, drawing])


def swelling_picture() -> bytes:
    """A page with one picture of 900 megapixels, packed twice."""
    once = zlib.compressobj(9)
    packed = zlib.compress(b"".join(once.compress(bytes(1 << 20)) for _ in range(150)) + once.flush(), 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    head = (
        b"/Type/XObject/Subtype/Image/Width 30000/Height 30000/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter[/FlateDecode/FlateDecode]"
    )
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page,
                _stream(b"", b"q 500 0 0 700 0 0 cm /I Do Q"), _stream(head, packed)])  # fmt: skip


def largest_photo() -> bytes:
    """As many pixels as are taken, as a JPEG: what an honest picture may cost."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8_000, 5_000), (200, 190, 180)).save(out, "JPEG", quality=60)
    return out.getvalue()


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "100 megapixels": lambda: png(10_000, 10_000, rows=200),
    "4 gigapixels": lambda: png(65_000, 65_000, rows=1),
    "40 megapixels, all there": lambda: png(8_000, 5_000),
    "largest photo that is taken": largest_photo,
    "comment of 100 MB": text_bomb_png,
    "pdf of 10,000 pages": many_pages,
    "pdf, forms within forms": forms_within_forms,
    "pdf, pages in a circle": pages_in_a_circle,
    "pdf, 200 MB of drawing": swelling_content,
    "pdf, 900 megapixels": swelling_picture,
}
