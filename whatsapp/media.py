"""Fetching what a member sent: from allowed hosts only, bounded in bytes, hops and time.

Twilio answers a media URL with a redirect to its CDN, valid four hours. Authorization goes to the origin that was
named first and to no other. A name that resolves to a private address is refused unless it is a listed loopback host,
so a forged or surprising URL cannot make us read the neighbourhood.
"""

from __future__ import annotations

import base64
import ipaddress
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

from whatsapp.wire import Backend, Deadline, PrivateAddress

BYTES_MAX = 16 * 1024 * 1024  # WhatsApp's own limit for pictures is 5 MB, for other media 16 MB
REDIRECTS_MAX = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429})  # refusals that pass by themselves, as 5xx do
TIMEOUT_S = 20.0  # for the whole of it: a host that drips bytes is cut off too
READ_TIMEOUT_S = 8.0
CONNECT_TIMEOUT_S = 5.0
PORTS = {"http": 80, "https": 443}
UNZIP = zlib.MAX_WBITS | 32  # gzip and zlib alike


@dataclass(frozen=True, slots=True)
class Fetching:
    """`hosts`: `host`, `host:port` or `.domain` for its subdomains. `credentials`: user and password of the API;
    None: a public address, which is told nothing."""

    hosts: tuple[str, ...]
    credentials: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Fetched:
    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class NotAvailable:
    """why: host_not_allowed | private_address | too_many_redirects | bad_redirect | too_large | encoded | status_<n> |
    timeout | connection."""

    why: str
    retry: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be fetched. `loopback`: it is on this machine, and the list says so by name."""

    origin: tuple[str, str, int]  # scheme, host, port
    path: str
    loopback: bool


def fetch(url: str, fetching: Fetching, monotonic: Callable[[], float] = time.monotonic) -> Fetched | NotAvailable:
    """The bytes behind `url`. Never raises for what the world does."""
    deadline = Deadline(monotonic() + TIMEOUT_S, monotonic)
    first = target = _target(url, fetching.hosts)
    for _ in range(REDIRECTS_MAX + 1):
        if target is None or first is None:
            return NotAvailable("host_not_allowed", retry=False)
        found = _hop(target, fetching.credentials if target.origin == first.origin else None, deadline)
        if not isinstance(found, str):
            return found
        try:
            url = urljoin(url, found)
        except ValueError:
            return NotAvailable("bad_redirect", retry=False)
        target = _target(url, fetching.hosts)
    return NotAvailable("too_many_redirects", retry=False)


def _hop(target: Target, credentials: tuple[str, str] | None, deadline: Deadline) -> Fetched | NotAvailable | str:
    """One request: what it came to, or where it redirects to."""
    scheme, host, port = target.origin
    waits = {"connect": CONNECT_TIMEOUT_S, "read": READ_TIMEOUT_S, "write": READ_TIMEOUT_S}
    # the shortest chain that will do: no pool, no proxy of the environment, and connections that judge the address
    with httpcore.ConnectionPool(network_backend=Backend(deadline, loopback=target.loopback), retries=0) as pool:
        try:
            named = f"[{host}]" if ":" in host else host
            address = httpcore.URL(scheme=scheme.encode(), host=named.encode(), port=port, target=target.path.encode())
            headers = _headers(named if port == PORTS[scheme] else f"{named}:{port}", credentials)
            with pool.stream("GET", address, headers=headers, extensions={"timeout": waits}) as response:
                return _answer(response)
        except PrivateAddress:
            return NotAvailable("private_address", retry=False)
        except httpcore.TimeoutException:
            return NotAvailable("timeout", retry=True)
        except (httpcore.NetworkError, httpcore.ProtocolError):
            return NotAvailable("connection", retry=True)


def _headers(host: str, credentials: tuple[str, str] | None) -> list[tuple[bytes, bytes]]:
    headers = [(b"Host", host.encode()), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity")]
    if credentials:
        headers.append((b"Authorization", b"Basic " + base64.b64encode(":".join(credentials).encode())))
    return headers


def _target(url: str, hosts: tuple[str, ...]) -> Target | None:
    """`url`, if it may be fetched: http only on this machine, no user within, host and port listed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not (url.isascii() and url.isprintable()) or "@" in parts.netloc or not host or not port:
        return None
    listed = [entry for entry in hosts if _listed(host, port, entry.lower())]
    loopback = any(not entry.startswith(".") for entry in listed) and _is_loopback(host)
    if not listed or (parts.scheme != "https" and not loopback):
        return None
    return Target((parts.scheme, host, port), _path(parts), loopback)


def _path(parts: SplitResult) -> str:
    whole = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return whole.replace(" ", "%20")


def _listed(host: str, port: int, entry: str) -> bool:
    """Without a port the entry means the scheme's own."""
    try:
        wanted = urlsplit(f"//{entry}")
        name, wanted_port = wanted.hostname or "", wanted.port
    except ValueError:
        return False
    if port != wanted_port if wanted_port else port not in PORTS.values():
        return False
    return len(name) > 1 and (host.endswith(name) if name.startswith(".") else host == name)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answer(response: httpcore.Response) -> Fetched | NotAvailable | str:
    fields = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
    if response.status in REDIRECTS:
        return fields.get("location") or NotAvailable("bad_redirect", retry=False)
    if response.status != 200:
        return NotAvailable(f"status_{response.status}", retry=response.status in PASSING or response.status >= 500)
    length = fields.get("content-length", "")
    if length.isdigit() and int(length) > BYTES_MAX:
        return NotAvailable("too_large", retry=False)
    coding = fields.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return NotAvailable("encoded", retry=False)
    return _body(response.iter_stream(), coding not in ("", "identity"), fields.get("content-type", ""))


def _body(chunks: Iterator[bytes], packed: bool, content_type: str) -> Fetched | NotAvailable:
    """All of the body. We ask for identity; where a host packs it all the same, it is unpacked up to the limit."""
    data, unpack = bytearray(), zlib.decompressobj(UNZIP) if packed else None
    for chunk in chunks:
        try:
            # one byte more than may be: it shows that there is more, whatever the rest would swell to
            data += unpack.decompress(chunk, BYTES_MAX - len(data) + 1) if unpack else chunk
        except zlib.error:
            return NotAvailable("encoded", retry=False)
        if len(data) > BYTES_MAX:
            return NotAvailable("too_large", retry=False)
    if unpack and not unpack.eof:
        return NotAvailable("encoded", retry=False)
    return Fetched(bytes(data), content_type)
