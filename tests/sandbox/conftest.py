"""A sandbox whose delays are short, with a bot that only remembers, or with one that answers and a browser on the page."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox.httpd import Server
from sandbox.server import running
from sandbox.settings import Settings
from sandbox.world import World
from tests.sandbox.chatting import ChattingBot
from tests.sandbox.fakes import Sandbox, bot_running

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
FLAGS += " --disable-component-update --disable-sync"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with bot_running() as bot:
        settings = Settings(
            port=0, bot_url=bot.url, public_base_url="https://saathi.example.com", tick_ms=5, payout_ms=10
        )
        with running(settings) as world:
            yield Sandbox(world, bot)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def bot() -> Iterator[tuple[ChattingBot, World]]:
    bot = ChattingBot()
    server = Server("127.0.0.1", 0)
    server.app = bot
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    with running(Settings(port=0, bot_url=f"http://127.0.0.1:{server.port}", tick_ms=20)) as world:
        settings = world.settings
        bot.api, bot.account, bot.sender = (
            settings.own_url,
            (settings.account_sid, settings.auth_token),
            settings.sender,
        )
        bot.prepare()
        yield bot, world
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, bot: tuple[ChattingBot, World]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    failures: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda problem: failures.append(str(problem)))
    page.on("console", lambda line: failures.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(bot[1].settings.own_url)
    expect(page.locator(".phone")).to_have_count(2)
    yield page
    context.close()
    assert failures == []
    local = (bot[1].settings.own_url, "blob:", "data:")
    assert [url for url in asked if not url.startswith(local)] == []  # nothing from outside
