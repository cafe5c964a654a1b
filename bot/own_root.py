"""A root of its own for the demo and the benches: free ports, fresh data, nothing of the operator's environment."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from bot import local, supervise
from config.settings import ROOT, Settings


def fresh(name: str) -> Path:
    """An empty root `.local/<name>`, from here on this process's; what an earlier run left there is ended and deleted."""
    root = Path(os.environ.get("SAATHI_ROOT") or ROOT).resolve() / ".local" / name
    root.mkdir(parents=True, exist_ok=True)  # the servers' data may lie elsewhere, and outlive a root deleted by hand
    supervise.stop(root)
    local.forget(root)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for setting in Settings.model_fields:
        os.environ.pop(setting.upper(), None)  # an exported TWILIO_API_BASE_URL would make us write to real people
    os.environ |= {"SAATHI_ROOT": str(root), "PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    return root


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
