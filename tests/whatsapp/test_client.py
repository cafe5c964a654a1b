"""The client against a server of its own on a socket: what may have been sent is uncertain, what was not is refused."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from whatsapp import client as module
from whatsapp.client import Twilio, list_inbound
from whatsapp.errors import Kind
from whatsapp.inbound import Media, from_listing
from whatsapp.outcome import Accepted, Outcome, Post, Refused, Uncertain

ACCOUNT = "AC" + "0" * 32
SID = "SM" + "1" * 32
POST = Post(
    "whatsapp:+919812345678", "whatsapp:+14155238886", "https://bot.example.com/twilio/status?row=1", body="नमस्ते"
)
Reply = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers every request with `reply` and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.reply: Reply = told(201, {"sid": SID})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                outer.asked.append((self.command, self.path, self.rfile.read(length).decode()))
                outer.reply(self)

            do_GET = do_POST

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"


def told(status: int, body: object, content_type: str = "application/json") -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return reply


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def sent(server: Server, post: Post = POST) -> Outcome:
    return Twilio(ACCOUNT, "token", base_url=server.url).send(post)


def test_what_is_posted(server: Server) -> None:
    assert sent(server) == Accepted(SID)
    method, path, body = server.asked[0]
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert parse_qs(body) == {
        "To": [POST.to], "From": [POST.sender], "Body": ["नमस्ते"], "StatusCallback": [POST.status_callback],
    }  # fmt: skip


def test_a_picture_goes_beside_the_words(server: Server) -> None:
    sent(server, Post(POST.to, POST.sender, "https://x.example", body="look", media_url="https://bot.example.com/media/x"))
    form = parse_qs(server.asked[-1][2])
    assert (form["Body"], form["MediaUrl"]) == (["look"], ["https://bot.example.com/media/x"])


def test_content_goes_without_a_body(server: Server) -> None:
    sent(server, Post(POST.to, POST.sender, "https://x.example", content_sid="HX1", variables={"1": "₹500"}))
    form = parse_qs(server.asked[0][2])
    assert "Body" not in form
    assert form["ContentSid"] == ["HX1"]
    assert json.loads(form["ContentVariables"][0]) == {"1": "₹500"}


@pytest.mark.parametrize(("status", "body", "outcome"), [
    (400, {"code": 21211, "message": "no", "status": 400}, Refused(Kind.UNREACHABLE, 21211, "")),
    (400, {"code": 63016, "message": "no", "status": 400}, Refused(Kind.WINDOW, 63016, "")),
    (429, {"code": 20429, "message": "slow", "status": 429}, Refused(Kind.RATE, 20429, "")),
    (429, "slow", Refused(Kind.RATE, 429, "")),
    (401, {"code": 20003, "message": "who", "status": 401}, Refused(Kind.OPERATOR, 20003, "")),
    (400, {"code": 77777, "message": "new", "status": 400}, Refused(Kind.UNKNOWN, 77777, "")),
    (400, {"code": "x", "message": None}, Refused(Kind.UNKNOWN, 0, "")),
    (400, [], Refused(Kind.UNKNOWN, 400, "")),
    (400, {"type": "https://t/63018", "title": "Rate", "status": 400, "code": 63018}, Refused(Kind.RATE, 63018, "")),
    (307, "", Refused(Kind.OPERATOR, 307, "")),
    (500, {"code": 20500, "message": "oops", "status": 500}, Uncertain("http 500")),
    (503, "<html>", Uncertain("http 503")),
    (503, {"type": "https://t/1", "title": "x", "status": 503, "code": 1}, Uncertain("http 503")),
    (201, "<html>not json", Uncertain("JSONDecodeError")),
    (201, {}, Uncertain("answer without a sid")),
    (200, "", Uncertain("answer without a sid")),
    (404, "<html>wrong place", Refused(Kind.OPERATOR, 404, "")),
])  # fmt: skip
def test_what_answers_mean(server: Server, status: int, body: object, outcome: Outcome) -> None:
    server.reply = told(status, body)
    got = sent(server)
    if isinstance(got, Refused):
        got = Refused(got.kind, got.code, "")
    assert got == outcome
    assert len(server.asked) == 1  # never posted again by the adapter


def test_a_connection_lost_after_the_request_is_uncertain(server: Server) -> None:
    server.reply = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    assert isinstance(sent(server), Uncertain)
    assert len(server.asked) == 1


def test_half_an_answer_is_uncertain(server: Server) -> None:
    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")

    server.reply = half
    assert isinstance(sent(server), Uncertain)


def test_a_timeout_is_uncertain(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_TIMEOUT_S", 0.05)
    gate = threading.Event()
    server.reply = lambda _: gate.wait(5) and None
    assert sent(server) == Uncertain("ReadTimeout")
    gate.set()


def test_a_connection_that_was_never_made_is_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    closed = Twilio(ACCOUNT, "t", base_url=f"http://127.0.0.1:{port}").send(POST)
    assert closed == Refused(Kind.RETRY, 0, "not connected")
    nowhere = Twilio(ACCOUNT, "t", base_url="http://no-such-host.invalid").send(POST)
    assert nowhere == Refused(Kind.RETRY, 0, "not connected")


def test_a_base_url_that_is_none_is_the_operators() -> None:
    outcome = Twilio(ACCOUNT, "t", base_url="bot.example.com").send(POST)
    assert isinstance(outcome, Refused)
    assert outcome.kind is Kind.OPERATOR


def test_a_region_in_the_environment_does_not_move_the_host(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    assert sent(server) == Accepted(SID)


def test_numbers_and_words_never_reach_the_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        sent(server)
    assert "9812345678" not in caplog.text


def listed(sid: str, direction: str, media: int = 0) -> dict[str, object]:
    return {
        "sid": sid, "from": "whatsapp:+919812345678", "to": "whatsapp:+14155238886", "body": "hi", "status": "received",
        "direction": direction, "num_media": str(media), "error_code": None,
        "date_created": "Mon, 05 Jan 2026 10:00:00 +0000",
    }  # fmt: skip


def test_recovered_messages_come_with_their_media(server: Server) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        if path.endswith("Media.json"):
            told(200, {"media_list": [{"sid": "ME" + "3" * 32, "content_type": "image/jpeg"}], "page": 0})(handler)
        else:
            told(200, {"messages": [listed(SID, "outbound-api"), listed("MM" + "2" * 32, "inbound", 1)]})(handler)

    server.reply = reply
    twilio = Twilio(ACCOUNT, "token", base_url=server.url)
    raws = list_inbound(twilio, "whatsapp:+14155238886", datetime(2026, 1, 5, tzinfo=UTC))
    found = [from_listing(raw) for raw in raws]
    assert [message.sid for message in found] == ["MM" + "2" * 32]
    place = f"{server.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'2' * 32}/Media/ME{'3' * 32}"
    assert found[0].media == (Media(place, "image/jpeg"),)
    assert found[0].sent_at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    asked = parse_qs(urlsplit(server.asked[0][1]).query)
    assert asked["To"] == ["whatsapp:+14155238886"]
    assert asked["DateSent>"] == ["2026-01-05T00:00:00Z"]


def test_content_is_made_with_exactly_what_was_said(server: Server) -> None:
    server.reply = told(201, {"sid": "HX" + "1" * 32})
    types = {"twilio/quick-reply": {"body": "ok?", "actions": [{"type": "QUICK_REPLY", "title": "Yes", "id": "yes"}]}}
    twilio = Twilio(ACCOUNT, "token", base_url=server.url)
    assert twilio.create_content("saathi_1", "hi", {"1": "x"}, types) == "HX" + "1" * 32
    method, path, body = server.asked[0]
    assert (method, path) == ("POST", "/v1/Content")
    assert json.loads(body) == {"friendly_name": "saathi_1", "language": "hi", "variables": {"1": "x"}, "types": types}


def test_of_two_resources_with_one_name_the_older_counts(server: Server) -> None:
    def content(sid: str, hour: int) -> dict[str, str]:
        return {"sid": sid, "friendly_name": "saathi_1", "date_created": f"2026-01-05T{hour:02d}:00:00Z"}

    server.reply = told(200, {"contents": [content("HXb", 2), content("HXa", 1)], "meta": {"key": "contents"}})
    assert Twilio(ACCOUNT, "token", base_url=server.url).contents() == {"saathi_1": "HXa"}
