"""What is fetched, what is refused, and what a hostile or broken host can do: nothing."""

import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.whatsapp.media_host import Host, fetched, host_running, ok, redirect, resolve, status, why
from whatsapp import media
from whatsapp.media import Fetched, NotAvailable

PICTURE = b"\xff\xd8\xff" + b"picture" * 100


@pytest.fixture
def api() -> Iterator[Host]:
    with host_running(picture=ok(PICTURE)) as host:
        yield host


@pytest.fixture
def cdn() -> Iterator[Host]:
    with host_running(picture=ok(PICTURE)) as host:
        yield host


def time_that_is_up_soon() -> Callable[[], float]:
    """The first look sets the deadline; from then on a fifth of a second is left."""
    looks = iter([0.0])
    return lambda: next(looks, media.TIMEOUT_S - 0.2)


def time_that_runs(step_s: float) -> Callable[[], float]:
    at = [0.0]

    def look() -> float:
        at[0] += step_s
        return at[0]

    return look


class TestWhatIsFetched:
    def test_the_bytes_and_their_declared_type(self, api: Host) -> None:
        assert fetched(api.url("/picture"), api) == Fetched(PICTURE, "image/jpeg")

    def test_the_credentials_are_shown_and_no_packing_is_asked_for(self, api: Host) -> None:
        fetched(api.url("/picture"), api)
        assert api.authorised() == [True]
        assert "accept-encoding: identity" in api.heads[0].lower()

    def test_a_query_is_passed_on(self, api: Host) -> None:
        fetched(api.url("/picture?a=1&b=%20x"), api)
        assert api.heads[0].startswith("GET /picture?a=1&b=%20x HTTP/1.1")

    def test_a_proxy_of_the_environment_is_not_asked(self, api: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        assert isinstance(fetched(api.url("/picture"), api), Fetched)

    def test_an_empty_body_is_a_body(self, api: Host) -> None:
        api.answers["/empty"] = ok(b"")
        assert fetched(api.url("/empty"), api) == Fetched(b"", "image/jpeg")

    def test_an_uppercase_host_is_the_same_host(self, api: Host) -> None:
        url = f"http://LOCALHOST:{api.port}/picture"
        assert isinstance(fetched(url, f"localhost:{api.port}"), Fetched)
        assert isinstance(fetched(url.lower(), f"LocalHost:{api.port}"), Fetched)


class TestRedirects:
    def test_to_the_cdn_without_authorization(self, api: Host, cdn: Host) -> None:
        api.answers["/media"] = redirect(cdn.url("/picture"))
        assert isinstance(fetched(api.url("/media"), api, cdn), Fetched)
        assert (api.authorised(), cdn.authorised()) == ([True], [False])

    def test_within_the_same_origin_the_credentials_go_along(self, api: Host) -> None:
        api.answers["/media"] = redirect("picture", 302)
        assert isinstance(fetched(api.url("/media"), api), Fetched)
        assert api.authorised() == [True, True]

    def test_three_are_followed_and_a_fourth_is_not(self, api: Host) -> None:
        api.answers |= {f"/{n}": redirect(f"/{n - 1}") for n in range(1, 9)} | {"/0": ok(PICTURE)}
        assert isinstance(fetched(api.url("/3"), api), Fetched)
        assert fetched(api.url("/4"), api) == NotAvailable("too_many_redirects", retry=False)

    def test_in_a_circle_they_end(self, api: Host) -> None:
        api.answers["/round"] = redirect("/round")
        assert why(api.url("/round"), api) == "too_many_redirects"
        assert len(api.heads) == 4

    @pytest.mark.parametrize(
        "location",
        [
            "http://127.0.0.1:1/secret", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
            "gopher://x/", "ftp://127.0.0.1/", "//evil.example/x", "http://user:pw@127.0.0.1/", "http://[::1]/", "http://[/",
            "data:,x", "https://evil.example.twiliocdn.com.evil.example/", "http://0.0.0.0/",
            "http://127.1/", "http://2130706433/", "javascript:alert(1)",
        ],
    )  # fmt: skip
    def test_to_anywhere_else_is_refused_and_not_asked(self, api: Host, location: str) -> None:
        api.answers["/media"] = redirect(location)
        assert why(api.url("/media"), api, ".twiliocdn.com") in ("host_not_allowed", "bad_redirect")
        assert len(api.heads) == 1

    def test_to_the_same_host_on_another_port_is_refused(self, api: Host, cdn: Host) -> None:
        api.answers["/media"] = redirect(cdn.url("/picture"))
        assert why(api.url("/media"), api) == "host_not_allowed"
        assert cdn.heads == []

    def test_to_an_allowed_name_that_leads_inside_is_refused(self, api: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        api.answers["/media"] = redirect("https://media.twiliocdn.com/x")
        resolve(monkeypatch, "media.twiliocdn.com", "10.0.0.7")
        assert why(api.url("/media"), api, ".twiliocdn.com") == "private_address"

    @pytest.mark.parametrize("answer", [status(302), status(304), status(300)])
    def test_one_that_leads_nowhere_is_named(self, api: Host, answer: bytes) -> None:
        api.answers["/media"] = answer
        assert why(api.url("/media"), api) in ("bad_redirect", "status_304", "status_300")


class TestLimits:
    def test_a_declared_length_over_the_cap_is_refused_unread(self, api: Host) -> None:
        api.answers["/big"] = ok(b"x", length=media.BYTES_MAX + 1)
        assert fetched(api.url("/big"), api) == NotAvailable("too_large", retry=False)

    def test_a_body_without_length_is_cut_at_the_cap(self, api: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(media, "BYTES_MAX", 100_000)
        api.answers["/big"] = endless
        assert why(api.url("/big"), api) == "too_large"

    def test_exactly_the_cap_is_taken(self, api: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(media, "BYTES_MAX", len(PICTURE))
        assert isinstance(fetched(api.url("/picture"), api), Fetched)
        monkeypatch.setattr(media, "BYTES_MAX", len(PICTURE) - 1)
        assert why(api.url("/picture"), api) == "too_large"

    def test_what_was_packed_all_the_same_is_unpacked(self, api: Host) -> None:
        api.answers["/gzip"] = ok(gzip.compress(PICTURE), "Content-Encoding: gzip")
        api.answers["/deflate"] = ok(zlib.compress(PICTURE), "Content-Encoding: Deflate")
        assert fetched(api.url("/gzip"), api) == fetched(api.url("/deflate"), api) == Fetched(PICTURE, "image/jpeg")

    def test_a_bomb_is_refused_without_being_unpacked(self, api: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(media, "BYTES_MAX", 1_000_000)
        bomb = gzip.compress(bytes(50_000_000), 9)
        api.answers["/bomb"] = ok(bomb, "Content-Encoding: gzip")
        tracemalloc.start()
        try:
            assert why(api.url("/bomb"), api) == "too_large"
            assert tracemalloc.get_traced_memory()[1] < 4 * media.BYTES_MAX
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize(
        "answer",
        [
            ok(PICTURE, "Content-Encoding: gzip"),
            ok(gzip.compress(PICTURE)[:-9], "Content-Encoding: gzip"),
            ok(PICTURE, "Content-Encoding: br"),
            ok(PICTURE, "Content-Encoding: gzip, gzip"),
        ],
    )
    def test_a_packing_that_cannot_be_undone_is_named(self, api: Host, answer: bytes) -> None:
        api.answers["/odd"] = answer
        assert fetched(api.url("/odd"), api) == NotAvailable("encoded", retry=False)


class TestTime:
    def test_a_host_that_says_nothing_is_left(self, api: Host) -> None:
        api.answers["/hang"] = silent
        assert fetched(api.url("/hang"), api, monotonic=time_that_is_up_soon()) == NotAvailable("timeout", retry=True)

    def test_a_body_in_drips_is_cut_off(self, api: Host) -> None:
        api.answers["/drip"] = dripping(ok(b"", length=1_000_000))
        assert why(api.url("/drip"), api, monotonic=time_that_runs(0.5)) == "timeout"

    def test_a_head_in_drips_is_cut_off(self, api: Host) -> None:
        api.answers["/drip"] = dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        assert why(api.url("/drip"), api, monotonic=time_that_runs(0.5)) == "timeout"

    def test_redirects_share_one_time(self, api: Host) -> None:
        api.answers |= {f"/{n}": redirect(f"/{n - 1}") for n in range(1, 4)} | {"/0": ok(PICTURE)}
        assert why(api.url("/3"), api, monotonic=time_that_runs(2.0)) == "timeout"


class TestFaultsOfTheHost:
    @pytest.mark.parametrize(
        ("number", "retry"), [(401, False), (404, False), (410, False), (429, True), (500, True), (503, True)]
    )
    def test_a_status_is_named(self, api: Host, number: int, retry: bool) -> None:
        api.answers["/x"] = status(number)
        assert fetched(api.url("/x"), api) == NotAvailable(f"status_{number}", retry=retry)

    @pytest.mark.parametrize(
        "answer",
        [
            ok(PICTURE, length=len(PICTURE) + 1),  # ends early
            b"", b"HTTP/1.1 200", b"SSH-2.0-OpenSSH_9\r\n", b"\x16\x03\x01" + bytes(50),
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000,
        ],
    )  # fmt: skip
    def test_an_answer_that_is_broken_may_be_asked_again(self, api: Host, answer: bytes) -> None:
        api.answers["/x"] = answer
        assert fetched(api.url("/x"), api) == NotAvailable("connection", retry=True)

    def test_nobody_there_may_be_tried_again(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        assert fetched(f"http://127.0.0.1:{port}/x", f"127.0.0.1:{port}") == NotAvailable("connection", retry=True)

    def test_a_host_that_does_not_speak_tls_is_left(self, api: Host) -> None:
        assert why(f"https://{api.name}/picture", api, monotonic=time_that_is_up_soon()) == "timeout"


def silent(send: Callable[[bytes], object], over: Any) -> None:
    over.wait(30)


def endless(send: Callable[[bytes], object], over: Any) -> None:
    send(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n")
    while not over.is_set():
        send(bytes(65_536))


def dripping(head: bytes) -> Callable[[Callable[[bytes], object], Any], None]:
    def drip(send: Callable[[bytes], object], over: Any) -> None:
        send(head)
        while not over.wait(0.001):
            send(b"x")

    return drip
