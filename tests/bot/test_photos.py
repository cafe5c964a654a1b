"""A picture that cannot be had or cannot be read: the member gets an answer, and nothing is fetched that must not be."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import ocr.image
from base.media_store import NotStored
from bot import photos, picture_task
from bot.sweep import sweep
from tests.bot.media_host import MediaHost, bomb_png, bytes_of, hanging, media_host, qr_png, status
from tests.house import RAMESH, Home
from whatsapp import media


def send_photo(home: Home, url: str, who: str = RAMESH, **more: str) -> None:
    home.write("", who, NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg", **more)


def read_all(home: Home) -> None:
    """The media worker, and the sweeper's bell for whatever is tried again later."""
    for _ in range(picture_task.TRIES_MAX + 2):
        home.work()
        home.forward(seconds=120)
        sweep(home.house)


def answers(home: Home) -> list[str]:
    return home.told()[home.told().index("scan.checking") + 1 :]


def test_a_photo_of_a_code_brings_its_points(member: Home, host: MediaHost) -> None:
    code = member.codes()[0]
    host.pages["/ME1"] = bytes_of(qr_png(f"https://wa.me/14155238886?text=SAATHI%20{code}"))
    send_photo(member, host.url + "/ME1")
    read_all(member)
    assert answers(member) == ["scan.credited"]
    assert host.asked == [("/ME1", host.asked[0][1])] and host.asked[0][1].startswith("Basic ")


def test_the_picture_lies_sealed_in_the_store(member: Home, host: MediaHost) -> None:
    picture = qr_png(member.codes()[0])
    host.pages["/ME1"] = bytes_of(picture)
    send_photo(member, host.url + "/ME1")
    read_all(member)
    row = member.rows("SELECT stored_as, size_bytes FROM media")[0]
    kept = member.house.media.get(row.stored_as)
    assert row.size_bytes == len(picture)
    assert picture not in kept and b"PNG" not in kept


BROKEN: dict[str, tuple[Any, str]] = {
    "gone": (status(404), "scan.photo.not_available"),
    "forbidden": (status(403), "scan.photo.not_available"),
    "always an error": (status(500), "scan.photo.not_available"),
    "no image": (bytes_of(b"<html>hello</html>", "image/jpeg"), "scan.photo.not_an_image"),
    "empty": (bytes_of(b""), "scan.photo.not_an_image"),
    "truncated": (bytes_of(qr_png("x" * 40)[:200]), "scan.photo.truncated"),
    "bomb": (bytes_of(bomb_png()), "scan.photo.too_many_pixels"),
    "gif": (bytes_of(b"GIF89a" + b"\x00" * 50), "scan.photo.unsupported"),
    "too large": (status(200, length=17 * 1024 * 1024), "scan.photo.too_large"),
    "an endless circle": (status(302, location="/always"), "scan.photo.not_available"),
    "a redirect to a file": (status(302, location="file:///etc/passwd"), "scan.photo.not_available"),
    "a redirect to a private address": (status(302, location="http://10.0.0.1/"), "scan.photo.not_available"),
    "a redirect to the cloud's metadata": (status(302, location="http://169.254.169.254/"), "scan.photo.not_available"),
    "a redirect to nowhere": (status(302), "scan.photo.not_available"),
    "a foreign code": (bytes_of(qr_png("upi://pay?pa=someone@okaxis")), "scan.photo.foreign"),
}


def test_every_broken_picture_has_its_answer(member: Home, host: MediaHost) -> None:
    host.pages["/always"] = status(302, location="/always")
    for name, (answer, told) in BROKEN.items():
        path = "/" + name.replace(" ", "-")
        host.pages[path] = answer
        before = len(member.told())
        send_photo(member, host.url + path)
        read_all(member)
        assert member.told()[before:] == ["scan.checking", told], name
    assert member.count("SELECT count(*) FROM tasks WHERE state <> 'done'") == 0


def test_a_host_that_is_not_listed_is_never_asked(member: Home, host: MediaHost) -> None:
    with media_host() as neighbour:
        neighbour.pages["/secret"] = bytes_of(qr_png(member.codes()[0]))
        host.pages["/ME1"] = status(302, location=neighbour.url + "/secret")
        for url in (host.url + "/ME1", neighbour.url + "/secret", "file:///etc/passwd", "http://[::1", "gopher://x/", "//x"):
            send_photo(member, url)
        read_all(member)
        assert neighbour.asked == []
    assert answers(member).count("scan.photo.not_available") == 6


def test_a_host_that_hangs_is_tried_again_and_then_given_up(
    member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "READ_TIMEOUT_S", 0.05)
    ended = threading.Event()
    host.pages["/ME1"] = hanging(ended)
    send_photo(member, host.url + "/ME1")
    read_all(member)
    ended.set()
    assert len(host.asked) == picture_task.TRIES_MAX
    assert answers(member) == ["scan.photo.not_available"]


def test_a_host_that_comes_back_brings_the_points_after_all(member: Home, host: MediaHost) -> None:
    host.pages["/ME1"] = status(503)
    send_photo(member, host.url + "/ME1")
    member.work()
    assert answers(member) == []
    host.pages["/ME1"] = bytes_of(qr_png(member.codes()[0]))
    read_all(member)
    assert answers(member) == ["scan.credited"]


@pytest.mark.parametrize("fault", [RuntimeError("a bug in a library"), MemoryError(), RecursionError()])
def test_a_reader_that_crashes_is_no_silence(
    member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def crash(data: bytes) -> Any:
        raise fault

    monkeypatch.setattr(ocr.image, "open_image", crash)
    host.pages["/ME1"] = bytes_of(qr_png(member.codes()[0]))
    send_photo(member, host.url + "/ME1")
    read_all(member)
    assert answers(member) == ["scan.photo.unsupported"]
    assert len(host.asked) == 1  # what is in the store is not fetched again


def test_a_picture_that_kills_its_worker_every_time_is_given_up(
    member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel does when memory runs out: no handler runs, only the lease tells."""

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> Any:
        raise Killed

    monkeypatch.setattr(photos, "_read", killed)
    host.pages["/ME1"] = bytes_of(qr_png(member.codes()[0]))
    send_photo(member, host.url + "/ME1")
    for _ in range(picture_task.TRIES_MAX):
        with pytest.raises(Killed):
            member.work("media")
        member.forward(seconds=120)
        sweep(member.house)
    member.work("media")
    assert answers(member) == ["scan.photo.unsupported"]


def test_a_store_that_is_full_is_tried_again(member: Home, host: MediaHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.pages["/ME1"] = bytes_of(qr_png(member.codes()[0]))
    send_photo(member, host.url + "/ME1")
    with monkeypatch.context() as patch:
        def full(key: str, sealed: bytes) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(member.house.media, "put", full)
        member.work()
    assert answers(member) == []
    read_all(member)
    assert answers(member) == ["scan.credited"]


def test_a_picture_missing_from_the_store_is_fetched_again(member: Home, host: MediaHost) -> None:
    host.pages["/ME1"] = bytes_of(qr_png(member.codes()[0]))
    send_photo(member, host.url + "/ME1")
    member.change("UPDATE media SET stored_as = 'media/aa/lost'")
    with pytest.raises(NotStored):
        member.house.media.get("media/aa/lost")
    read_all(member)
    assert answers(member) == ["scan.credited"]


def test_several_photos_in_one_message_are_each_read(member: Home, host: MediaHost) -> None:
    first, second = member.codes(2)
    host.pages |= {"/ME0": bytes_of(qr_png(first)), "/ME1": bytes_of(qr_png(second)), "/ME2": status(404)}
    more = {f"MediaUrl{n}": f"{host.url}/ME{n}" for n in range(3)} | {f"MediaContentType{n}": "image/png" for n in range(3)}
    member.write("", NumMedia="3", **more)
    read_all(member)
    assert sorted(answers(member)) == ["scan.credited", "scan.credited", "scan.photo.not_available"]
