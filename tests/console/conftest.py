"""The staff's pages on a test's own database, and a colleague's browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.app import create_app
from tests.house import Home, home
from tests.servers import Database
from tests.staff import PASSWORD, Colleague, hire

BASE = "https://bot.example.com"


@dataclass
class Browser:
    """Cookies kept, forms filled in as a person would: with the token that stands in them."""

    web: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.web.get(path, base_url=BASE, buffered=True)

    def post(self, path: str, *, on: str, **fields: str) -> TestResponse:
        """Fill in the form of page `on` that posts to `path`."""
        page = self.get(on).get_data(as_text=True)
        return self.send(path, form_token=token_in(page, path), **fields)

    def send(self, path: str, **fields: str) -> TestResponse:
        return self.web.post(path, base_url=BASE, data=fields)

    def sign_in(self, who: Colleague, password: str = PASSWORD) -> TestResponse:
        return self.post("/console/sign-in", on="/console/sign-in", name=who.name, password=password, code=who.code())


def token_in(page: str, path: str) -> str:
    for form in re.findall(r"<form\b.*?</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', form)
        if action is None or unescape(action[1]) == path:
            found = re.search(r'name="form_token" value="([^"]*)"', form)
            if found:
                return found[1]
    return "there is no such form"


@pytest.fixture
def made(database: Database) -> Iterator[Home]:
    with home(database.url) as it:
        it.enrol()
        yield it


def browser(made: Home) -> Browser:
    return Browser(create_app(made.house).test_client())


@pytest.fixture
def meera(made: Home) -> Colleague:
    return hire(made.house, "meera", "finance")


@pytest.fixture
def signed_in(made: Home, meera: Colleague) -> Browser:
    it = browser(made)
    assert it.sign_in(meera).status_code == 303
    return it
