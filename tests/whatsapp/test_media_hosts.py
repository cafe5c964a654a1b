"""Which hosts and which addresses may be asked for a picture at all."""

from typing import Any

import httpcore
import pytest

from tests.whatsapp.media_host import fetched, resolve, why
from whatsapp import media, wire
from whatsapp.media import NotAvailable


class TestTheList:
    @pytest.mark.parametrize(
        ("url", "entry"),
        [
            ("https://api.twilio.com/x", "api.twilio.com"),
            ("https://api.twilio.com:443/x", "api.twilio.com:443"),
            ("https://api.twilio.com/x", "api.twilio.com:443"),
            ("https://API.Twilio.com/x", "Api.twilio.com"),
            ("https://media.twiliocdn.com/x", ".twiliocdn.com"),
            ("https://a.b.twiliocdn.com/x", ".twiliocdn.com"),
            ("http://[::1]:81/x", "[::1]:81"),
        ],
    )
    def test_lets_in(self, url: str, entry: str) -> None:
        assert media._target(url, (entry,))

    @pytest.mark.parametrize(
        ("url", "entry"),
        [
            ("https://api.twilio.com:8443/x", "api.twilio.com"),
            ("https://api.twilio.com/x", "api.twilio.com:8443"),
            ("https://twiliocdn.com/x", ".twiliocdn.com"),
            ("https://eviltwiliocdn.com/x", ".twiliocdn.com"),
            ("https://api.twilio.com.evil.example/x", "api.twilio.com"),
            ("https://api.twilio.com@evil.example/x", "api.twilio.com"),
            ("https://evil.example\\@api.twilio.com/x", "api.twilio.com"),
            ("https://user@api.twilio.com/x", "api.twilio.com"),
            ("https://:pw@api.twilio.com/x", "api.twilio.com"),
            ("https://@api.twilio.com/x", "api.twilio.com"),
            ("http://api.twilio.com/x", "api.twilio.com"),  # in the clear, the token could be read on the way
            ("ftp://api.twilio.com/x", "api.twilio.com"),
            ("https://api.twilio.com:99999/x", "api.twilio.com"),
            ("https://api.twilio.com:port/x", "api.twilio.com"),
            ("https://api.twilio.com./x", "api.twilio.com"),
            ("https://\u0430pi.twilio.com/x", "api.twilio.com"),  # a Cyrillic a
            ("http://127.0.0.1.evil.example/x", ".example"),
            ("http://127.evil.example/x", "127.evil.example"),
            ("http://[::1]:82/x", "[::1]:81"),
            ("https:///x", ""),
            ("https://x.example/", ""),
            ("https://x.example/", "."),
            ("", "api.twilio.com"),
            ("//api.twilio.com/x", "api.twilio.com"),
            ("https://[/", "api.twilio.com"),
            ("https://api.twilio.com/\x00", "api.twilio.com"),
        ],
    )  # fmt: skip
    def test_keeps_out(self, url: str, entry: str) -> None:
        assert media._target(url, (entry,)) is None
        assert why(url, entry) == "host_not_allowed"


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
            "2002:7f00:1::", "ff02::1", "::",
        ],
    )  # fmt: skip
    def test_outside_the_public_internet_are_refused(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        resolve(monkeypatch, "api.twilio.com", address)
        assert why("https://api.twilio.com/x", "api.twilio.com") == "private_address"

    def test_one_private_among_public_ones_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolve(monkeypatch, "api.twilio.com", "8.8.8.8", "10.0.0.1")
        assert why("https://api.twilio.com/x", "api.twilio.com") == "private_address"

    def test_a_listed_loopback_name_must_lead_to_this_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolve(monkeypatch, "localhost", "10.0.0.1")
        assert why("http://localhost:81/x", "localhost:81") == "private_address"

    def test_a_suffix_does_not_list_this_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolve(monkeypatch, "box.localhost", "127.0.0.1")
        assert why("https://box.localhost/x", ".localhost") == "private_address"

    def test_the_address_that_was_judged_is_the_one_connected_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A name that is asked twice may answer differently the second time."""
        resolve(monkeypatch, "api.twilio.com", "8.8.8.8")
        backend = wire.Backend(wire.Deadline(9.0, lambda: 0.0), loopback=False)
        connected: list[str] = []

        class Plain(httpcore.MockBackend):
            def connect_tcp(self, host: str, *rest: Any, **more: Any) -> httpcore.NetworkStream:
                connected.append(host)
                return super().connect_tcp(host, *rest, **more)

        monkeypatch.setattr(backend, "_plain", Plain([]))
        backend.connect_tcp("api.twilio.com", 443)
        assert connected == ["8.8.8.8"]

    def test_a_name_nobody_knows_may_be_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolve(monkeypatch, "api.twilio.com")
        assert fetched("https://api.twilio.com/x", "api.twilio.com") == NotAvailable("connection", retry=True)
