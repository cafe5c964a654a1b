"""The supervisor: restarts what crashes, refuses a rival, and on request leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot import processes, supervise
from bot.supervise import SupervisorError
from bot.supervised import BACKOFF_S, SETTLED_S, Supervised

REPOSITORY = Path(__file__).parents[2]
ENV = {"PATH": os.defpath, "GREETING": "namaste"}
LEAVES_ITS_GROUP = (
    "import subprocess, sys; "
    "child = subprocess.Popen(['sleep', '600'], start_new_session=True); "
    "open('grandchild', 'w').write(str(child.pid)); child.wait()"
)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    supervise.stop(tmp_path)


def up(root: Path, **commands: str) -> psutil.Process:
    return psutil.Process(supervise.start_detached(root, ENV, commands))


def written(path: Path) -> Callable[[], str]:
    return lambda: path.read_text().strip() if path.exists() else ""


def eventually(asked: Callable[[], Any], within_s: float = 30.0) -> Any:
    """The first truthy answer."""
    deadline = time.monotonic() + within_s
    while not (answer := asked()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)
    return answer


def process_in(path: Path) -> psutil.Process:
    return psutil.Process(int(eventually(written(path))))


def python(program: str) -> str:
    return f'python -c "{program}"'


def test_a_procfile_is_read_in_order_without_comments(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(
        "# all of it\nweb: gunicorn 'bot.app:create_app()' -b :$PORT\n\n  clock:python -m bot\n"
    )
    found = supervise.read_procfile(tmp_path / "Procfile")
    assert list(found.items()) == [("web", "gunicorn 'bot.app:create_app()' -b :$PORT"), ("clock", "python -m bot")]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("web: a\nweb: b\n", ":2: a second process named web"),
        ("web gunicorn\n", ":1: expected"),
        ("web:\n", ":1: expected"),
        ("../web: x\n", ":1: expected"),
        ("", "names no process"),
        (None, "No such file"),
    ],
)
def test_a_faulty_procfile_is_refused_with_its_line(words: str | None, fault: str, tmp_path: Path) -> None:
    if words is not None:
        (tmp_path / "Procfile").write_text(words)
    with pytest.raises(SupervisorError, match=fault) as refused:
        supervise.read_procfile(tmp_path / "Procfile")
    assert "\n" not in str(refused.value)


def test_commands_run_in_the_root_with_the_given_environment_and_our_python(root: Path) -> None:
    up(root, web='echo "$GREETING $HOME." > said; python -c "import sys; print(sys.executable)" > which; sleep 600')
    assert Path(eventually(written(root / "which"))).parent == Path(sys.executable).parent
    assert written(root / "said")() == "namaste ."


def test_a_crashed_process_is_started_again_and_its_neighbour_left_alone(root: Path) -> None:
    up(root, crashing="echo $$ >> crashing; exit 3", steady="echo $$ >> steady; sleep 600")
    eventually(lambda: len(written(root / "crashing")().split()) >= 2)
    assert len(written(root / "steady")().split()) == 1
    assert "crashing ended (exit 3); starting it again in 1 s" in (root / ".local/logs/supervisor.log").read_text()


def test_output_goes_to_a_file_per_process(root: Path) -> None:
    up(root, one="echo first; echo trouble >&2; sleep 600", two="echo second; sleep 600")
    eventually(lambda: written(root / ".local/logs/one.log")() == "first\ntrouble")
    eventually(lambda: written(root / ".local/logs/two.log")() == "second")


def test_a_second_supervisor_is_refused_in_one_line_and_the_first_goes_on(root: Path) -> None:
    first = up(root, web="sleep 600")
    with pytest.raises(SupervisorError, match=rf"already runs for .* \(pid {first.pid}\)") as refused:
        up(root, web="echo > second")
    assert "\n" not in str(refused.value)
    with pytest.raises(SupervisorError, match="already runs"):
        supervise.run(root, ENV, {"web": "echo > second"})
    assert processes.is_alive(first)
    assert not (root / "second").exists()


def test_of_many_started_at_once_exactly_one_takes_charge(root: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bot import supervise; "
        "print(supervise.start_detached(Path(sys.argv[1]), {}, {'web': 'sleep 600'}))"
    )
    words = [sys.executable, "-c", program, str(root)]
    rivals = [
        subprocess.Popen(words, cwd=REPOSITORY, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for _ in range(4)
    ]
    assert sorted(rival.wait() for rival in rivals) == [0, 1, 1, 1]


def test_stop_ends_grandchildren_that_left_the_group(root: Path) -> None:
    supervisor = up(root, worker=python(LEAVES_ITS_GROUP), shell="sleep 601 & echo $! > background; wait")
    found = [supervisor, process_in(root / "grandchild"), process_in(root / "background")]
    supervise.stop(root)
    assert [process for process in found if processes.is_alive(process)] == []
    assert supervise.status(root) is None


def test_a_terminated_supervisor_takes_everything_with_it(root: Path) -> None:
    supervisor = up(root, worker=python(LEAVES_ITS_GROUP))
    grandchild = process_in(root / "grandchild")
    supervisor.terminate()
    assert processes.wait_gone([supervisor, grandchild], timeout_s=30) == []


def test_a_process_is_given_time_to_end_well(root: Path) -> None:
    up(root, slow="trap 'sleep 1; echo well > ended; exit' TERM; echo > ready; while :; do sleep 0.1; done")
    eventually((root / "ready").exists)
    supervise.stop(root)
    assert written(root / "ended")() == "well"


def test_a_process_that_ignores_the_request_is_killed(root: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bot import supervise; supervise.GRACE_S = 0.3; "
        "supervise.run(Path(sys.argv[1]), {}, {'deaf': \"trap '' TERM; echo $$ > deaf; while :; do sleep 0.1; done\"})"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(root)], cwd=REPOSITORY) as supervisor:
        deaf = process_in(root / "deaf")
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(30) == 0
    assert not processes.is_alive(deaf)


def test_what_a_killed_supervisor_left_is_ended_by_the_next(root: Path) -> None:
    supervisor = up(root, web="echo $$ > web; sleep 600")
    left = process_in(root / "web")
    supervisor.kill()
    processes.wait_gone([supervisor], timeout_s=10)
    assert supervise.status(root) is None
    up(root, other="sleep 600")
    assert processes.wait_gone([left], timeout_s=20) == []


def test_what_a_killed_supervisor_left_is_counted_and_ended(root: Path) -> None:
    assert supervise.end_leftovers(root) == 0
    supervisor = up(root, web="echo $$ > web; exec sleep 600")
    left = process_in(root / "web")
    supervisor.kill()
    processes.wait_gone([supervisor], timeout_s=10)
    assert supervise.end_leftovers(root) >= 1
    assert not processes.is_alive(left)


def test_stop_ends_what_a_killed_supervisor_left(root: Path) -> None:
    supervisor = up(root, worker=python(LEAVES_ITS_GROUP))
    left = process_in(root / "grandchild")
    supervisor.kill()
    processes.wait_gone([supervisor], timeout_s=10)
    supervise.stop(root)
    assert not processes.is_alive(left)


def test_stop_is_harmless_where_nothing_runs_and_to_a_stranger_with_our_old_pid(tmp_path: Path) -> None:
    supervise.stop(tmp_path)
    supervise.stop(tmp_path / "nowhere")
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (tmp_path / ".local").mkdir()
        (tmp_path / ".local" / "supervisor.pid").write_text(str(stranger.pid))
        supervise.stop(tmp_path)
        assert stranger.poll() is None
        stranger.kill()


def test_two_roots_do_not_touch_each_other(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for root in (one, other):
        root.mkdir()
    kept = up(other, web="sleep 600")
    up(one, web="sleep 600")
    supervise.stop(one)
    assert supervise.status(other) == kept.pid
    supervise.stop(other)


def test_no_command_line_shows_the_environment(root: Path) -> None:
    secret = "rzp-secret-for-this-test"
    pid = supervise.start_detached(root, {**ENV, "RAZORPAYX_KEY_SECRET": secret}, {"web": "echo $$ > web; sleep 600"})
    for process in (psutil.Process(pid), process_in(root / "web")):
        assert secret not in " ".join(processes.command_line(process))


def test_in_the_foreground_each_line_carries_its_process_name(root: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bot import supervise; "
        "supervise.run(Path(sys.argv[1]), {}, {'web': 'echo hello; sleep 600'})"
    )
    words = [sys.executable, "-c", program, str(root)]
    with subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == "web        | hello\n"
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(30) == 0


class FailsAtOnce(Supervised):
    """A process whose every life is over before it is looked at again."""

    starts: list[float]

    def _start(self, now: float) -> None:
        self.starts.append(now)
        super()._start(now)
        assert self._process
        self._process.wait()


def life(tmp_path: Path, env: Mapping[str, str] = ENV) -> FailsAtOnce:
    process = FailsAtOnce("crashing", "exit 1", tmp_path, env, tmp_path)
    process.starts = []
    return process


def test_delays_double_to_half_a_minute(tmp_path: Path) -> None:
    process, now = life(tmp_path), 0.0
    while len(process.starts) < 9:
        process.tend(now)
        now += 0.5
    gaps = [later - earlier for earlier, later in zip(process.starts, process.starts[1:], strict=False)]
    for gap, delay in zip(gaps, [*BACKOFF_S, 30.0, 30.0], strict=True):
        assert delay <= gap <= delay + 1.0


def test_a_process_that_ran_well_for_a_while_starts_again_soon(tmp_path: Path) -> None:
    process, now = life(tmp_path), 0.0
    while len(process.starts) < 6:
        process.tend(now)
        now += 0.5
    process.tend(ended := process.starts[-1] + SETTLED_S)
    process.tend(ended + BACKOFF_S[0])
    assert process.starts[-1] == ended + BACKOFF_S[0]
