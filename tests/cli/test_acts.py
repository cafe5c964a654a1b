"""Nothing that can be run or called is without an act in the one table, unless it is on the list of those that need none."""

from __future__ import annotations

from collections.abc import Iterator

import click

from base.permissions import ACTS, DEVELOPMENT_ROUTES, OPERATOR_VERBS, PUBLIC_ROUTES
from bot.cli.main import cli
from tests.cli.lived import Lived

TAKES_NO_NAME = {"staff sign-in", "staff sign-out"}


def verbs(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def acts_of(command: click.Command) -> tuple[str, ...]:
    return tuple(getattr(command.callback, "acts", ()))


def test_every_verb_names_its_act_or_is_the_operators() -> None:
    found = {name: acts_of(command) for name, command in verbs(cli)}
    assert {name for name, acts in found.items() if not acts} == OPERATOR_VERBS
    assert {act for acts in found.values() for act in acts} <= set(ACTS)


def test_a_verb_with_an_act_takes_a_name_and_for_money_a_code() -> None:
    for name, command in verbs(cli):
        acts = acts_of(command)
        named = any(parameter.name == "actor" and "--as" in parameter.opts for parameter in command.params)
        assert named == (bool(acts) and name not in TAKES_NO_NAME), name
        asks = any(parameter.name == "code" and not parameter.expose_value for parameter in command.params)
        assert asks == any(ACTS[act].step_up for act in acts), name


def test_every_route_names_its_act_or_is_public(read_only: Lived) -> None:
    app = read_only.home.web.application
    found = {rule.endpoint: tuple(getattr(app.view_functions[rule.endpoint], "acts", ())) for rule in app.url_map.iter_rules()}
    assert {endpoint for endpoint, acts in found.items() if not acts} == PUBLIC_ROUTES | DEVELOPMENT_ROUTES
    assert {act for acts in found.values() for act in acts} <= set(ACTS)


def test_no_act_is_for_nothing(read_only: Lived) -> None:
    app = read_only.home.web.application
    used = {act for _, command in verbs(cli) for act in acts_of(command)}
    used |= {act for view in app.view_functions.values() for act in getattr(view, "acts", ())}
    assert used == set(ACTS)
