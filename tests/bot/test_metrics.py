"""Counters are true over processes, threads, forks and restarts, and never in anybody's way."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from prometheus_client import generate_latest

from bot.metrics import Metrics

COUNTS = """
import os, sys, threading
from pathlib import Path
from bot.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]))
metrics.turns.inc()
child = os.fork()
threads = [threading.Thread(target=lambda: [metrics.turns.inc() for _ in range(500)]) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
if child: os.waitpid(child, 0)
"""


def test_every_process_and_thread_counts_and_everybody_sees_the_sum(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", COUNTS, str(tmp_path)]) for _ in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert Metrics(tmp_path).turns.value == 3 * (1 + 2 * 2 * 500)


def test_a_restart_goes_on_counting(tmp_path: Path) -> None:
    Metrics(tmp_path).forged.inc()
    again = Metrics(tmp_path)
    again.forged.inc()
    assert "saathi_forged_requests_total 2.0" in generate_latest(again.registry).decode()


def test_nothing_is_made_before_something_is_counted(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "metrics")
    assert not metrics.directory.exists()
    metrics.inbound.inc()
    assert [path.name for path in metrics.directory.iterdir()] == ["inbound_messages"]
    assert os.stat(metrics.directory / "inbound_messages").st_mode & 0o077 == 0


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    metrics = Metrics(tmp_path / "file")
    threads = [threading.Thread(target=metrics.statuses.inc) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert metrics.statuses.value == 4
    assert "saathi_status_callbacks_total 4.0" in generate_latest(metrics.registry).decode()


def test_a_damaged_file_is_a_number_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "turns").write_bytes(b"\x05")
    metrics = Metrics(tmp_path)
    metrics.turns.inc()
    assert metrics.turns.value == 6


def test_what_is_let_go_is_opened_again_and_leaves_no_file_open(tmp_path: Path) -> None:
    before, metrics = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else None, Metrics(tmp_path)
    for number in (1, 2):
        metrics.turns.inc()
        metrics.close()
        assert metrics.turns.value == number
        metrics.close()
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before
