"""The directory store: the whole file or none, nobody else reads it, no key leads out of it."""

import os
import stat
import threading
from pathlib import Path

import pytest

from base.media_store import DirectoryStore, NotStored


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "deep" / "media")


def test_what_was_put_is_got_again(store: DirectoryStore) -> None:
    store.put("media/ab/med_1", b"sealed")
    assert store.get("media/ab/med_1") == b"sealed"


def test_the_same_key_again_replaces(store: DirectoryStore) -> None:
    store.put("a", b"first")
    store.put("a", b"")
    assert store.get("a") == b""


def test_absent_is_named_and_deleting_it_does_no_harm(store: DirectoryStore) -> None:
    store.delete("a/b")
    with pytest.raises(NotStored):
        store.get("a/b")
    store.put("a/b", b"x")
    store.delete("a/b")
    with pytest.raises(NotStored):
        store.get("a/b")


def test_a_file_is_no_directory_and_a_directory_no_file(store: DirectoryStore) -> None:
    store.put("a/b", b"x")
    for key in ("a", "a/b/c"):
        with pytest.raises(NotStored):
            store.get(key)
    store.delete("a/b/c")
    assert store.get("a/b") == b"x"


def test_only_the_owner_may_look_whatever_the_umask(store: DirectoryStore, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store.put("media/ab/med_1", b"x")
    finally:
        os.umask(before)
    root = tmp_path / "deep" / "media"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [root, *root.rglob("*")]}
    assert modes == {"media": 0o700, "ab": 0o700, "med_1": 0o600}
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o700


def test_directories_that_were_there_keep_their_modes(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    DirectoryStore(tmp_path).put("a", b"x")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_fault_before_the_end_leaves_the_old_file_and_nothing_else(
    store: DirectoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("a/b", b"old")

    def disk_full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        store.put("a/b", b"new")
    assert store.get("a/b") == b"old"
    assert [path.name for path in (tmp_path / "deep/media/a").iterdir()] == ["b"]


def test_a_reader_never_sees_half_a_file(store: DirectoryStore) -> None:
    versions = [bytes([n]) * 200_000 for n in range(4)]
    store.put("a", versions[0])
    ended = threading.Event()

    def write() -> None:
        for _ in range(5):
            for version in versions:
                store.put("a", version)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not ended.is_set():
        assert store.get("a") in versions
    writer.join()


def test_two_writers_at_once_leave_one_whole_file(store: DirectoryStore, tmp_path: Path) -> None:
    bodies = [bytes([n]) * 100_000 for n in range(8)]
    writers = [threading.Thread(target=store.put, args=("a/b", body)) for body in bodies]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert store.get("a/b") in bodies
    assert [path.name for path in (tmp_path / "deep/media/a").iterdir()] == ["b"]


@pytest.mark.parametrize(
    "key",
    [
        "", "/", "/etc/passwd", "..", "../a", "a/../../b", "a/..", ".", "./a", "a//b", "a/", "~", "~root/a", "a\0b", "a\n",
        "A", "a b", "a\\b", "C:", "%2e%2e/a", "..%2fa", "é", "a.b", "१",
    ],
)  # fmt: skip
def test_a_key_that_could_lead_out_is_refused(store: DirectoryStore, tmp_path: Path, key: str) -> None:
    for call in (lambda: store.put(key, b"x"), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="not a key"):
            call()
    assert list(tmp_path.iterdir()) == []
