"""Connections that cannot be led astray: an address is judged and connected to in one step, and time is bounded.

Judging a name and connecting to it later would leave a gap in which the name may be made to point elsewhere. The
deadline counts for every read, so that a host which sends its head or body byte by byte is cut off too.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddress(Exception):
    """The name leads into a network that is not the public internet."""


@dataclass(frozen=True, slots=True)
class Deadline:
    at: float
    monotonic: Callable[[], float]

    def within(self, timeout_s: float | None) -> float:
        """What may be waited now: `timeout_s`, or less. Raises ReadTimeout once the time is up."""
        left = self.at - self.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left if timeout_s is None else min(left, timeout_s)


class Backend(httpcore.NetworkBackend):
    """Connects to public addresses only, or with `loopback` to this machine only."""

    def __init__(self, deadline: Deadline, *, loopback: bool) -> None:
        self._deadline, self._loopback = deadline, loopback
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """Raises PrivateAddress, or what httpcore raises."""
        fault: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses(host, port, loopback=self._loopback):
            try:
                wait_s = self._deadline.within(timeout)
                connected = self._plain.connect_tcp(address, port, wait_s, local_address, socket_options)
                return _Stream(connected, self._deadline)
            except httpcore.ConnectError as refused:
                fault = refused
        raise fault

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise PrivateAddress("a socket of this machine")


class _Stream(httpcore.NetworkStream):
    """A connection every wait of which ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait_s = self._deadline.within(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, wait_s), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def addresses(host: str, port: int, *, loopback: bool) -> list[str]:
    """The addresses of a name. Raises PrivateAddress where any is not public (with `loopback`: not of this machine),
    ConnectError where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise httpcore.ConnectError(f"{host} does not resolve") from fault
    plain = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in plain:
        ip = _embedded(ipaddress.ip_address(address.partition("%")[0]))
        if not (ip.is_loopback if loopback else ip.is_global and not ip.is_multicast):
            raise PrivateAddress(host)
    return plain


def _embedded(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one is only a wrapping of, else the same."""
    if not isinstance(ip, ipaddress.IPv6Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour
    if inner is None and ip in NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return inner or ip
