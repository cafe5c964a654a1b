"""A talk with the whole service, web and relay and all, kept as a page that the flows are held against again."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from base.clock import Clock
from bot import content, relay
from bot.app import create_app
from bot.chat_file import ANSWERS
from bot.cli.main import cli
from bot.seed import seed
from bot.wiring import House
from config.settings import Settings, new_keys
from flows.chat import parse, rewrite
from flows.codec import kinds
from flows.kernel import Effect
from sandbox.httpd import Server
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.servers import Database


@pytest.fixture
def service(database: Database, redis_url: str, tmp_path: Path) -> Iterator[House]:
    """Web and relay on threads, the sandbox beside them."""
    with ExitStack() as stack:
        server = Server("127.0.0.1", 0)
        server.daemon_threads = False  # its end waits for requests that are being answered: they hold connections
        stack.callback(server.server_close)
        ours = f"http://127.0.0.1:{server.port}"
        sandbox = ExitStack()
        world = sandbox.enter_context(running(SandboxSettings(port=0, bot_url=ours, tick_ms=5))).settings
        house = housed(Settings(
            database_url=database.url, redis_url=redis_url, public_base_url=ours, twilio_account_sid=world.account_sid,
            twilio_auth_token=world.auth_token, twilio_from=world.sender, twilio_api_base_url=world.own_url,
            sandbox_url=world.own_url, media_store=str(tmp_path / "media"),
            **{name.lower(): value for name, value in new_keys().items()},
        ))  # fmt: skip
        server.app = create_app(house)
        over = threading.Event()
        web = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        out = threading.Thread(target=relay.run, args=(house, over))
        web.start()
        out.start()
        try:
            yield house
        finally:
            over.set()
            out.join(10)
            sandbox.close()  # before the web: what it was about to report is reported, or not sent any more
            server.shutdown()
            web.join(10)
    house.close()


def housed(settings: Settings) -> House:
    house = House(settings, Clock(shiftable=True), pool_size=8)
    seed(house)
    content.sync(house)
    return house


def talk(house: House, typed: str, *options: str) -> Result:
    patience = ["--quiet-s", "0.6", "--patience-s", "10"]
    result = CliRunner().invoke(cli, ["talk", *patience, *options], input=typed, obj=house)
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result


def test_what_was_typed_and_answered_becomes_a_page_the_flows_agree_with(service: House, tmp_path: Path) -> None:
    path = tmp_path / "ramesh.chat"
    typed = "hello\n2\n1\nबिजली मिस्त्री\n110001\nबैलेंस\n"
    told = talk(service, typed, "--name", "Ramesh Kumar", "--save", str(path)).stdout
    assert "[2] सहमत हूँ" in told and "[1] Ramesh Kumar" in told
    page = path.read_text()
    assert rewrite(page) == page
    chat = parse(page)
    assert chat.known.profile_name == "Ramesh Kumar" and not chat.known.enrolled
    assert [e.shown for e in chat.exchanges] == [
        "> hello", "> [yes-hi]", "> [yes-name]", "> बिजली मिस्त्री", "> 110001", "> बैलेंस",
    ]  # fmt: skip
    assert "! Enrol {name: Ramesh Kumar, role: electrician" in page and "-> BalanceRead" in page


def test_only_this_talk_is_kept(service: House, tmp_path: Path) -> None:
    talk(service, "hello\n1\n")
    path = tmp_path / "later.chat"
    talk(service, "Imran Khan\n", "--save", str(path))
    page = path.read_text()
    assert [e.shown for e in parse(page).exchanges] == ["> Imran Khan"]
    assert "# It began in the middle of enrol.AskName" in page


def test_in_passing_one_asks_where_it_stands_moves_time_and_saves(service: House, tmp_path: Path) -> None:
    out = tmp_path / "passing.chat"
    typed = f"/state\nhello\n/state\n1\n/later 2h\n/state\n/save {out}\n"
    told = talk(service, typed).stdout
    assert "  = nothing was said yet" in told and re.search(r"  = enrol v\d+ AskConsent", told)
    assert re.search(r"  = enrol v\d+ AskName", told) and "(it is now 2" in told and f"(saved: {out})" in told
    assert [e.shown for e in parse(out.read_text()).exchanges] == ["> hello", "> [yes-en]"]
    words = ["talk", "--quiet-s", "0.3"]
    for bad, said in (("/save", "write /save FILE"), ("/later soon", "cannot read 'soon'")):
        result = CliRunner().invoke(cli, words, input=f"{bad}\n", obj=service)
        assert result.exit_code == 1 and said in result.stderr


def test_nothing_said_is_nothing_saved(service: House, tmp_path: Path) -> None:
    result = talk(service, "", "--save", str(tmp_path / "x.chat"))
    assert "nothing is saved" in result.stderr
    assert not (tmp_path / "x.chat").exists()


def test_a_place_that_cannot_be_written(service: House) -> None:
    words = ["talk", "--quiet-s", "0.3", "--save", "/proc/nowhere/x.chat"]
    result = CliRunner().invoke(cli, words, input="hello\n", obj=service)
    assert result.exit_code == 1 and "cannot write /proc/nowhere/x.chat" in result.stderr


def test_every_effect_that_is_answered_at_once_is_known() -> None:
    """As each effect says itself: `-> Event | Event`."""
    told = {
        name: tuple(word for word in at_once(kind.__doc__ or "") if word in kinds())
        for name, kind in kinds().items()
        if issubclass(kind, Effect) and "-> later" not in (kind.__doc__ or "")
    }
    assert {name: answers for name, answers in told.items() if answers} == ANSWERS


def at_once(doc: str) -> list[str]:
    """The words behind the arrow, up to what comes later."""
    return doc.partition("->")[2].partition("; later")[0].replace(",", " ").split()
