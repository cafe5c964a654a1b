"""The embedded servers: started twice, killed, half made, in awkward places, and gone without a trace."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from bot import local, local_postgres, processes
from bot.local_place import LocalServerError, locate, prepare

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def default_version() -> Iterator[None]:
    """These tests name the versions they mean, whichever the rest of the suite runs on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAATHI_POSTGRES", raising=False)
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One root for the tests that bring it back to running servers themselves; a blank in its name, as people have."""
    root = tmp_path_factory.mktemp("a root")
    local.start(root, fsync=False)
    yield root
    clear(root)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    clear(tmp_path)


def clear(root: Path) -> None:
    local.stop(root)
    place = locate(root)
    for directory in {place.home, place.run} - {root / ".local"}:
        subprocess.run(["rm", "-rf", str(directory)], check=True)


def start(root: Path) -> local.Servers:
    return local.start(root, fsync=False)


def connect(servers: local.Servers) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(servers.database_url.replace("+psycopg", ""), autocommit=True)


def ping(servers: local.Servers) -> bool:
    client = redis.Redis.from_url(servers.redis_url)
    try:
        return bool(client.ping())
    finally:
        client.close()


def pids(root: Path) -> dict[str, int | None]:
    return {server.name: server.pid for server in local.status(root)}


def traces(root: Path) -> list[list[str]]:
    """Command lines of all living processes that name this root's servers."""
    name, home = locate(root).name, str(locate(root).home)
    lines = [processes.command_line(process) for process in processes.running(processes.is_alive)]
    return [line for line in lines if any(name in word or home in word for word in line)]


def kill(pid: int | None) -> None:
    assert pid
    os.kill(pid, signal.SIGKILL)


def test_a_second_start_finds_the_first_ones_servers(root: Path) -> None:
    first, before = start(root), pids(root)
    assert (start(root), pids(root)) == (first, before)
    assert all(before.values())
    with connect(first) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("saathi",)
    assert ping(first)


def test_two_processes_starting_at_once_share_one_pair_of_servers(fresh: Path) -> None:
    words = [sys.executable, "-m", "bot.local", "start", str(fresh)]
    both = [subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1]
    assert len([line for line in traces(fresh) if "-D" in line]) == 1


def test_a_killed_postgres_comes_back_with_all_that_was_committed(root: Path) -> None:
    with connect(start(root)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('committed')")
        with closing(connect(start(root))) as busy:  # outlives its postmaster, and holds the shared memory
            busy.pgconn.send_query(b"SELECT pg_sleep(600)")
            kill(pids(root)["postgres 18"])
            again = start(root)
    with connect(again) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("committed",)
        connection.execute("DROP TABLE kept")


def test_a_killed_valkey_is_replaced_in_spite_of_its_stale_socket(root: Path) -> None:
    start(root)
    before = pids(root)
    kill(before["valkey"])
    assert ping(start(root))
    assert pids(root)["valkey"] != before["valkey"]
    assert pids(root)["postgres 18"] == before["postgres 18"]


def test_servers_whose_sockets_were_swept_away_are_replaced(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_postgres, "SILENCE_S", 0.2)
    start(root)
    before = pids(root)
    for socket in locate(root).run.iterdir():
        socket.unlink()
    servers = start(root)
    assert ping(servers)
    with connect(servers):
        assert all(pids(root)[name] != pid for name, pid in before.items())


def test_a_pid_file_that_names_a_strangers_process_is_forgotten_and_the_stranger_lives(root: Path) -> None:
    start(root)
    place = locate(root)
    kill(pids(root)["postgres 18"])
    with subprocess.Popen(["sleep", "600"], user=place.user.pw_uid if place.user else None) as stranger:
        try:
            for lock in (place.home / "postgres/18/postmaster.pid", place.run / ".s.PGSQL.5418.lock"):
                lines = lock.read_text().splitlines(keepends=True)
                lock.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
            with connect(start(root)):
                assert stranger.poll() is None
            local.stop(root)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_pid_file_cut_short_by_a_full_disk_does_not_stop_us(root: Path) -> None:
    start(root)
    kill(pids(root)["postgres 18"])
    (locate(root).home / "postgres/18/postmaster.pid").write_text("")
    with connect(start(root)):
        pass


def test_what_an_interrupted_initdb_left_is_made_anew(fresh: Path) -> None:
    (fresh / ".local").mkdir()
    half = prepare(fresh).directory("postgres") / "18.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with connect(start(fresh)):
        assert not half.exists()


def test_stop_leaves_no_process_and_keeps_the_data(root: Path) -> None:
    with connect(start(root)) as connection:
        connection.execute("CREATE TABLE stays (n int)")
    local.stop(root)
    assert traces(root) == []
    local.stop(root)
    assert set(pids(root).values()) == {None}
    with connect(start(root)) as connection:
        connection.execute("DROP TABLE stays")


def test_stop_ends_the_backends_of_a_postmaster_that_was_killed(root: Path) -> None:
    with closing(connect(start(root))) as busy:
        busy.pgconn.send_query(b"SELECT pg_sleep(600)")
        kill(pids(root)["postgres 18"])
        local.stop(root)
        assert traces(root) == []


def test_stop_where_nothing_ever_ran_is_harmless(tmp_path: Path) -> None:
    local.stop(tmp_path)
    local.stop(tmp_path / "nowhere")
    assert local.status(tmp_path) == ()


def test_the_older_postgres_has_data_of_its_own(fresh: Path) -> None:
    servers = local.start(fresh, postgres=16, fsync=False)
    with connect(servers) as connection:
        assert 160000 <= connection.info.server_version < 170000
    assert set(pids(fresh)) == {"postgres 16", "valkey"}


@pytest.mark.parametrize("asked", ["15", "eighteen", "18.4", "-18"])
def test_an_unknown_version_is_refused_in_one_line(asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAATHI_POSTGRES", asked)
    with pytest.raises(LocalServerError, match="set it to 16 or 18") as refused:
        local.start(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_callers_postgres_variables_mean_nothing_to_ours(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local.stop(root)
    misleading = {"PGDATA": "/nowhere", "PGPORT": "1", "PGHOST": "203.0.113.1", "PGUSER": "eve", "TMPDIR": "/x"}
    for name, value in misleading.items():
        monkeypatch.setenv(name, value)
    with connect(start(root)) as connection:
        assert connection.info.user == "saathi"


def test_keep_brings_a_killed_server_back(fresh: Path) -> None:
    words = [sys.executable, "-m", "bot.local", "keep", str(fresh)]
    with subprocess.Popen(words, cwd=REPOSITORY, stderr=subprocess.DEVNULL) as keeper:
        try:
            first = eventually(lambda: pids(fresh).get("valkey"))
            kill(first)
            assert eventually(lambda: pids(fresh).get("valkey") not in (None, first))
        finally:
            keeper.terminate()


def eventually(asked: Callable[[], Any], within_s: float = 60.0) -> Any:
    """The first truthy answer."""
    deadline = time.monotonic() + within_s
    while not (answer := asked()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)
    return answer


def test_no_stranger_knocks_at_the_server_while_it_starts(root: Path) -> None:
    """Whoever we are on this machine, we ask as the role that is there: the log stays free of refusals."""
    start(root)
    logs = [server.log.read_text() for server in local.status(root) if server.name.startswith("postgres")]
    assert logs and not any("FATAL" in log and "role" in log for log in logs)
