"""Real processes of the house, the real sandbox, people who write meanwhile; any process may be killed at any time."""

from __future__ import annotations

import base64
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from sandbox.world import World
from tests.house import CODE_KEYS, DATA_KEYS, SENDER, Home, home

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable, "-W", "ignore"]
COMMANDS = {
    "web": [*PYTHON, "-m", "gunicorn", "--config", "bot/gunicorn.py", "bot.app:create_app()"],
    "relay": [*PYTHON, "-m", "bot", "relay"],
    "turns": [*PYTHON, "-m", "bot", "worker", "turns"],
    "media": [*PYTHON, "-m", "bot", "worker", "media"],
    "payouts": [*PYTHON, "-m", "bot", "worker", "payouts"],
    "clock": [*PYTHON, "-m", "bot", "clock", "run"],
}


@dataclass
class Processes:
    env: dict[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                COMMANDS[name], cwd=ROOT, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """kill -9, with every child, at whatever they are doing."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def kill_all(self) -> None:
        for name in list(self.running):
            self.kill(name)


@dataclass
class Street:
    home: Home  # the test's own view on the same database
    sandbox: World
    processes: Processes
    client: httpx.Client

    def write(self, number: str, *, wait: bool = False, **message: str) -> None:
        url = f"{self.sandbox.settings.own_url}/sandbox/phones/{number}/messages?wait={int(wait)}"
        assert self.client.post(url, json=message).status_code == 201

    def photo(self, number: str, picture: bytes) -> None:
        self.write(number, media=base64.b64encode(picture).decode(), content_type="image/png")

    def forward(self, seconds: int) -> None:
        """For everyone at once: our clock row and the sandbox's dial."""
        self.home.change("UPDATE dev_clock SET offset_s = offset_s + :s", s=seconds)
        self.sandbox.dial.advance(seconds)
        self.sandbox.scheduler.clock_moved()

    def ready(self) -> bool:
        try:
            return self.client.get(f"{self.processes.env['PUBLIC_BASE_URL']}/healthz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False


def until(is_so: Callable[[], bool], timeout_s: float, what: str) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, f"it did not happen in {timeout_s} s: {what}"
        time.sleep(0.05)


@contextmanager
def street(database_url: str, redis_url: str, root: Path) -> Iterator[Street]:
    """Everything started, nobody killed yet. Nothing is left running."""
    port = free_port()
    web = f"http://127.0.0.1:{port}"
    settings = SandboxSettings(
        port=0, bot_url=web, public_base_url=web, tick_ms=20, payout_ms=50, account_sid="AC" + "0" * 32,
        auth_token="primary-token", razorpay_key_id="local-key", razorpay_key_secret="local-secret",
        razorpay_webhook_secret="local-webhook-secret",
    )  # fmt: skip
    with running(settings) as world, httpx.Client(timeout=30, trust_env=False) as client:
        own = world.settings.own_url
        places = {
            "twilio_api_base_url": own, "razorpayx_api_base_url": f"{own}/v1", "public_base_url": web,
            "media_hosts": own.removeprefix("http://"), "saathi_root": str(root),
        }  # fmt: skip
        env = {
            **os.environ, **{name.upper(): value for name, value in places.items()}, "PORT": str(port),
            "DATABASE_URL": database_url, "REDIS_URL": redis_url, "DATA_KEYS": DATA_KEYS, "CODE_KEYS": CODE_KEYS,
            "TWILIO_AUTH_TOKEN": "primary-token", "TWILIO_FROM": SENDER, "WEB_PROCESSES": "1",
        }  # fmt: skip
        processes = Processes(env, root)
        with home(database_url, redis_url, **places) as made:
            made.real_time()
            try:
                for name in COMMANDS:
                    processes.start(name)
                made_street = Street(made, world, processes, client)
                until(made_street.ready, 40, "the web answers")
                yield made_street
            finally:
                processes.kill_all()


Act = Callable[[], None]


def chaos(here: Street, seed: int, kills: int, first: list[Act], acts: list[Act]) -> None:
    """Do the acts in some order, and between them kill and restart processes; the seed says when and which."""
    dice = random.Random(seed)
    dice.shuffle(first)
    dice.shuffle(acts)
    acts = first + acts
    due = sorted(dice.sample(range(1, len(acts)), kills))
    for number, act in enumerate(acts):
        act()
        time.sleep(dice.random() * 0.05)
        if number in due:
            victim = dice.choice(["web", "web", "relay", "relay", "media", "payouts", "turns", "clock"])
            here.processes.kill(victim)
            time.sleep(dice.random() * 0.5)
            here.processes.start(victim)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
