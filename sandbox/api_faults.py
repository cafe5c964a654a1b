"""Faults of an API call, around the moment at which it is accepted."""

from typing import NoReturn

from flask import request
from werkzeug.exceptions import ServiceUnavailable

from sandbox import httpd
from sandbox.faults import Fault
from sandbox.world import World

AFTER = ("timeout_after_accept", "drop_after_accept")


def before_accepting(world: World, fault: Fault | None) -> int | None:
    """Plays out what happens before acceptance. Returns the code to refuse with, or None to go on."""
    if fault is None or fault.kind in AFTER:
        return None
    if fault.kind == "delay":
        world.stopping.wait(fault.seconds(1000))
    elif fault.kind == "timeout":
        hang_up(world, fault.seconds(20000))
    elif fault.kind == "drop":
        hang_up(world, 0)
    elif fault.kind == "error":
        return fault.code or 500
    return None


def after_accepting(world: World, fault: Fault | None) -> None:
    if fault and fault.kind in AFTER:
        hang_up(world, fault.seconds(20000) if fault.kind == "timeout_after_accept" else 0)


def hang_up(world: World, after_s: float) -> NoReturn:
    """Leaves the caller without an answer: silence for `after_s`, then a closed connection."""
    if after_s:
        world.stopping.wait(after_s)
    httpd.hang_up(request.environ.get("sandbox.socket"))
    raise ServiceUnavailable("the connection was to be closed")  # reaches only callers without a socket: test clients
