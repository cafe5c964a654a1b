"""Every verb and every page as every role, and as nobody: what each may do is what the one table says.

Verbs run in a real house, where a name is not enough: whoever may do a thing is asked to prove who they are, whoever may
not is told so before anything else, and nobody does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from base.permissions import ACTS, DEVELOPMENT_ROUTES, OPERATOR_VERBS, PUBLIC_ROUTES, ROLES, may
from bot.app import create_app
from bot.cli.main import cli
from tests.cli.test_acts import TAKES_NO_NAME, acts_of, verbs
from tests.console.conftest import BASE, Browser
from tests.house import Home, home
from tests.servers import cloned
from tests.staff import Colleague, hire

MAY_NOT, PROVE = "may not do this", "is not signed in here"
GUARDED = sorted((name, command) for name, command in verbs(cli) if acts_of(command) and name not in TAKES_NO_NAME)
VALUES = {"phone": "9812345678", "values": "total=10", "year": "2026-27", "quarter": "1", "day": "2026-01-05", "roles": "ops",
          "before": "2026-01"}
ANOTHERS = {"staff password": ("staff.prove",), "staff totp": ("staff.prove",)}  # one's own is staff.own


@dataclass
class World:
    home: Home
    people: dict[str, Colleague]
    browsers: dict[str, Browser]


@pytest.fixture(scope="module")
def world(admin, database_template) -> Iterator[World]:
    """Real: Twilio's own API, no development. A colleague of each role, signed in in a browser of theirs."""
    with cloned(admin, database_template) as url, home(url, twilio_api_base_url="") as made:
        made.enrol()
        people = {role: hire(made.house, f"the-{role}", role) for role in ROLES}
        browsers = {}
        for role, who in people.items():
            browsers[role] = Browser(create_app(made.house).test_client())
            assert browsers[role].sign_in(who).status_code == 303
        yield World(made, people, browsers)


def words_of(command: click.Command, tmp_path: Path) -> list[str]:
    """The least that a verb takes, each of the right shape."""
    words: list[str] = []
    for parameter in command.params:
        if not parameter.required or parameter.name == "actor":
            continue
        value = _value(parameter, tmp_path)
        if isinstance(parameter, click.Option):
            words += [parameter.opts[-1], value]
        else:
            words.append(value)
    return words


def _value(parameter: click.Parameter, tmp_path: Path) -> str:
    if parameter.name in VALUES:
        return VALUES[parameter.name]
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if isinstance(parameter.type, click.Path):
        path = tmp_path / "given"
        if parameter.type.exists:
            path.write_text("")
        return str(path)
    if isinstance(parameter.type, click.types.IntParamType):
        return "1"
    if isinstance(parameter.type, click.DateTime):
        return "2026-01-05" if "%Y-%m-%d" in parameter.type.formats else "2026-01-05T10:00"
    return "x1"


def run(world: World, name: str, words: list[str]) -> Result:
    return CliRunner().invoke(cli, [*name.split(), *words], obj=world.home.house)


@pytest.mark.parametrize(("name", "command"), GUARDED, ids=[name for name, _ in GUARDED])
def test_a_verb_asks_who_may_and_then_whether_it_is_they(
    world: World, tmp_path: Path, name: str, command: click.Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    before = world.home.every_row()
    words = words_of(command, tmp_path)
    for role in ROLES:
        done = run(world, name, [*words, "--as", f"the-{role}"])
        allowed = any(may((role,), act) for act in ANOTHERS.get(name, acts_of(command)))
        told = done.stderr
        assert done.exit_code == 1, (role, done.exit_code, done.output, done.exception)
        assert (PROVE in told) == allowed and (MAY_NOT in told) == (not allowed), (role, told)
    for nobody in ("nobody", "system:shell", "", "the-ops' OR '1'='1"):
        done = run(world, name, [*words, "--as", nobody])
        assert done.exit_code != 0 and "nobody on the staff" in done.stderr, (nobody, done.output)
    without = run(world, name, words)
    assert without.exit_code != 0 and not without.stdout, without.output
    assert world.home.every_row() == before


def test_verbs_that_take_no_name_are_the_operators_or_the_door() -> None:
    free = {name for name, command in verbs(cli) if not any(p.name == "actor" for p in command.params)}
    assert free == OPERATOR_VERBS | TAKES_NO_NAME


def routes(world: World) -> list[tuple[str, str, tuple[str, ...], str]]:
    """(endpoint, path, acts, method) of every page of the staff's."""
    app = world.browsers["ops"].web.application
    found = []
    for rule in app.url_map.iter_rules():
        acts = tuple(getattr(app.view_functions[rule.endpoint], "acts", ()))
        if acts:
            path = re.sub(r"<[^>]+>", "x1", rule.rule)
            found += [(rule.endpoint, path, acts, method) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_a_page_is_for_the_roles_of_its_act_and_nobody_else(world: World) -> None:
    pages = [one for one in routes(world) if one[0] not in ("console.sign_out",)]
    assert len(pages) >= 8
    stranger = Browser(create_app(world.home.house).test_client())
    for endpoint, path, acts, method in pages:
        without = stranger.web.open(path, method=method, base_url=BASE, data={"form_token": "x"} if method == "POST" else None)
        assert without.status_code == 303 and without.location.startswith("/console/sign-in"), (endpoint, without.status)
        for role, browser in world.browsers.items():
            answer = _asked(browser, path, method)
            allowed = all(may((role,), act) for act in acts)
            text = answer.get_data(as_text=True)
            assert answer.status_code < 500, (endpoint, role)
            assert (MAY_NOT in text) == (not allowed), (endpoint, method, role, answer.status)
            if not allowed:
                assert answer.status_code == 403


def _asked(browser: Browser, path: str, method: str):
    if method == "GET":
        return browser.get(path)
    from console.guard import form_token

    (cookie,) = [c.value for c in browser.web._cookies.values() if c.key.endswith("-console")]
    with browser.web.application.test_request_context(path):
        token = form_token(path, cookie)
    return browser.send(path, form_token=token)


def test_a_cookie_of_another_and_one_that_was_made_up_open_nothing(world: World) -> None:
    for value in ("x", "", "a" * 500, "\u00e9", "../..", "' OR 1=1 --"):
        web = create_app(world.home.house).test_client()
        web.set_cookie("__Host-saathi-console", value, domain="bot.example.com", secure=True)
        assert web.get("/console/kyc", base_url=BASE).status_code == 303, value


def test_every_route_is_in_the_table_or_on_the_list_of_public_ones(world: World) -> None:
    app = world.browsers["ops"].web.application
    for rule in app.url_map.iter_rules():
        acts = getattr(app.view_functions[rule.endpoint], "acts", ())
        assert bool(acts) != (rule.endpoint in PUBLIC_ROUTES), rule.endpoint
        assert set(acts) <= set(ACTS)


def test_development_routes_are_nowhere_else(world: World) -> None:
    """Facing the real world not even a 405 tells of them; in development there is nothing beside them."""
    real = world.browsers["ops"].web.application
    assert world.home.house.settings.development is False
    with home(world.home.house.settings.database_url) as made:
        ours = made.web.application
        extra = {r.endpoint: r for r in ours.url_map.iter_rules()}
        for rule in real.url_map.iter_rules():
            del extra[rule.endpoint]
        assert set(extra) == DEVELOPMENT_ROUTES
        headers = {"X-Saathi-Sandbox": "1", "Host": "localhost"}
        for rule in extra.values():
            for method in ("GET", "POST", "OPTIONS", "PUT"):
                assert real.test_client().open(rule.rule, method=method, headers=headers).status_code == 404
