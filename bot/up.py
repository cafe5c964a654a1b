"""The whole house on one machine with the outside world played by the sandbox: what `./saathi up` and the demo run."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot import preflight, supervise
from bot.wiring import with_servers
from config.settings import ROOT, BadSettings, Settings, load

SANDBOX_PORT = 8100
PORT_MAX = 65535
READY_S = 40.0


def start(settings: Settings, malformed: Sequence[str] = ()) -> list[str]:
    """Start everything in the background and wait until it answers; what to tell the operator.

    `malformed`: what was wrong with the settings already when they were read. Raises BadSettings with every fault.
    """
    if supervise.status(settings.root):
        raise BadSettings("it is running already: ./saathi down stops it")
    left = supervise.end_leftovers(settings.root)  # of a supervisor that was killed: they still hold the ports
    preflight.demand([*malformed, *_faults(settings)])
    sandbox, web = sandbox_port(), settings.port
    write_env(settings)
    embedded = not (load().database_url and load().redis_url)
    settings = with_servers(load())
    from bot.cli.run import environment, ready  # the CLI's module reads this one

    ready(settings)
    env = environment(settings) | sandbox_environment(settings)
    supervise.start_detached(settings.root, env, commands(settings.root, embedded=embedded, sandbox=True))
    _wait(f"http://127.0.0.1:{sandbox}/healthz", settings.root)
    _wait(f"http://127.0.0.1:{web}/readyz", settings.root, settings.ops_token)
    _settle_in(settings)
    from bot.demo_invoices import samples  # draws with libraries that no other command needs

    samples(settings.home / "samples", datetime.now(UTC).date(), int(time.time()) % 100_000)
    told = [f"ended first: {left} processes of a supervisor that had been killed"] if left else []
    return [
        *told,
        f"phones:  http://127.0.0.1:{sandbox}/   (the page that looks like WhatsApp)",
        f"service: http://127.0.0.1:{web}/readyz",
        f"staff:   http://127.0.0.1:{web}/console/",
        "         first admin: ./saathi staff add NAME --role admin, ./saathi staff password NAME, ./saathi staff totp NAME",
        f"logs:    {settings.root}/.local/logs/",
        "stop:    make down",
    ]


def commands(root: Path, *, embedded: bool, sandbox: bool = False) -> dict[str, str]:
    """The Procfile's processes, runnable from any root."""
    found = supervise.read_procfile(ROOT / "Procfile")
    if embedded:
        found["servers"] = f"python -m bot.local keep {shlex.quote(str(root))}"
    if sandbox:
        found["sandbox"] = "python -m sandbox"
    return {name: f"cd {shlex.quote(str(ROOT))} && exec {command}" for name, command in found.items()}


def sandbox_port() -> int:
    """Raises BadSettings."""
    port = os.environ.get("SANDBOX_PORT") or str(SANDBOX_PORT)
    if not (port.isascii() and port.isdecimal() and 1 <= int(port[:6]) <= PORT_MAX):
        raise BadSettings(f"SANDBOX_PORT is {port!r}: write a number from 1 to {PORT_MAX}")
    return int(port)


def write_env(settings: Settings) -> None:
    """So that every later command of this root finds the same house; `down` takes it away."""
    values = _values(settings.port, sandbox_port())
    preflight.demand(_exported(values))
    path = settings.home / "env"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def _faults(settings: Settings) -> list[str]:
    """What keeps this house from starting with the sandbox around it."""
    try:
        sandbox = sandbox_port()
    except BadSettings as fault:
        return [str(fault), *preflight.unusable(settings), *preflight.silent(settings)]
    if settings.port == sandbox:
        found = [f"PORT and SANDBOX_PORT are both {sandbox}: give each its own"]
    else:
        ports = (("PORT", settings.port), ("SANDBOX_PORT", sandbox))
        taken = [(name, port) for name, port in ports if _taken(port)]
        found = [f"port {port} is in use by another program: set {name} to a free one" for name, port in taken]
    found += _exported(_values(settings.port, sandbox))
    unusable = preflight.unusable(settings)
    return [*found, *unusable, *([] if unusable else preflight.silent(settings))]


def _values(port: int, sandbox: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{sandbox}"
    return {
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "TWILIO_API_BASE_URL": url,
        "MEDIA_HOSTS": f"127.0.0.1:{sandbox}",
        "RAZORPAYX_API_BASE_URL": f"{url}/v1",
        "SANDBOX_URL": url,
    }


def _exported(values: Mapping[str, str]) -> list[str]:
    """The environment wins over the file: such a house would speak to the real world."""
    found = [name for name, value in values.items() if os.environ.get(name, value) != value]
    return [f"{', '.join(found)} is exported: unset it, for this house runs with the sandbox"] if found else []


def sandbox_environment(settings: Settings) -> dict[str, str]:
    """The sandbox's settings that match ours."""
    return {
        "SANDBOX_PORT": str(sandbox_port()),
        "SANDBOX_BOT_URL": f"http://127.0.0.1:{settings.port}",
        "SANDBOX_SAMPLES": str(settings.home / "samples"),
        "SANDBOX_ACCOUNT_SID": settings.twilio_account_sid,
        "SANDBOX_AUTH_TOKEN": settings.twilio_auth_token,
        "SANDBOX_FROM": settings.twilio_from,
        "SANDBOX_RAZORPAY_KEY_ID": settings.razorpayx_key_id,
        "SANDBOX_RAZORPAY_KEY_SECRET": settings.razorpayx_key_secret,
        "SANDBOX_RAZORPAY_WEBHOOK_SECRET": settings.razorpayx_webhook_secret,
    }


def _settle_in(settings: Settings) -> None:
    """Our templates and our time, at a sandbox that has just begun."""
    from bot.content import sync
    from bot.dial import CannotTurn, bring_along
    from bot.wiring import house

    made = house(settings)
    try:
        bring_along(made)
        sync(made)
    except CannotTurn as fault:
        raise BadSettings(str(fault)) from fault
    finally:
        made.close()


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _wait(url: str, root: Path, token: str = "") -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}  # a header may not end in a blank
    deadline = time.monotonic() + READY_S
    while True:
        try:
            if httpx.get(url, timeout=2, headers=headers).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > deadline:
            sys.stderr.flush()
            supervise.stop(root)
            raise BadSettings(f"{url} does not answer after {READY_S:.0f} s: see {root}/.local/logs/")
        time.sleep(0.1)
