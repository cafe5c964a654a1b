"""Whether the pictures of a campaign are there, as WhatsApp will fetch them: before a hundred thousand messages fail."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from campaigns.spec import Campaign
from whatsapp.media import Fetching, NotAvailable, fetch

PICTURE_BYTES_MAX = 5 * 1024 * 1024  # WhatsApp's limit for pictures
_BEGIN = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # JPEG, PNG: what WhatsApp shows as a picture
_SAID = {
    "host_not_allowed": "redirects to another host", "private_address": "is inside a private network",
    "too_many_redirects": "redirects in a circle", "bad_redirect": "redirects to nowhere", "too_large": "is too large",
    "encoded": "cannot be unpacked", "timeout": "does not answer in time", "connection": "cannot be reached",
}  # fmt: skip


def faults(campaign: Campaign) -> Iterator[str]:
    """One line for each place whose picture cannot be shown; each address is fetched once."""
    places: dict[str, list[str]] = {}
    for number, arm in enumerate(campaign.arms, 1):
        for locale, words in arm.words.items():
            if words.media:
                places.setdefault(words.media, []).append(f"arms[{number}].words.{locale}.media")
    for url, where in places.items():
        if (problem := _problem(url)) is not None:
            yield from (f"{place}: {problem}" for place in where)


def _problem(url: str) -> str | None:
    host = urlsplit(url).netloc.lower()
    found = fetch(url, Fetching((host,), None))
    if isinstance(found, NotAvailable):
        status = found.why.removeprefix("status_")
        return f"the picture {_SAID.get(found.why, f'answers {status}')}: {url}"
    if len(found.data) > PICTURE_BYTES_MAX:
        return f"the picture has {len(found.data)} bytes, and WhatsApp takes {PICTURE_BYTES_MAX}"
    if not found.data.startswith(_BEGIN):
        return "is neither a JPEG nor a PNG picture"
    return None
