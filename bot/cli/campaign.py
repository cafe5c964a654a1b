"""Campaigns: broadcasts to members, from the file to the result. docs/campaigns.md walks through one."""

from __future__ import annotations

from importlib import import_module

import click

VERBS = {  # in the order in which an operator needs them; the verb's module is imported when it is named
    "new": "campaign_new.new", "check": "campaign_draft.check", "audience": "campaign_audience.audience",
    "preview": "campaign_preview.preview", "test": "campaign_trial.trial", "approve": "campaign_decide.approve",
    "send": "campaign_send.send", "schedule": "campaign_send.schedule", "pause": "campaign_decide.pause",
    "resume": "campaign_decide.resume", "stop": "campaign_decide.stop", "status": "campaign_status.status",
    "report": "campaign_report.report_",
    "list": "campaign_status.list_", "copy": "campaign_copy.copy", "why-not": "campaign_preview.why_not",
}  # fmt: skip


EPILOG = """Nobody gets it twice or after STOP, whatever is killed or run again. What asks a question on a terminal has an
option that answers it. docs/campaigns.md has the audience language, drips and experiments."""


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module, verb = VERBS[name].split(".")
        command: click.Command = getattr(import_module(f"bot.cli.{module}"), verb)
        return command


@click.group(cls=_InOrder, epilog=EPILOG)
def group() -> None:
    """Broadcasts: who gets what, sent once, and what came of it.

    \b
    ./saathi campaign new diwali.toml                    a file with every key explained: change its words
    ./saathi campaign check diwali.toml                  every fault at once; without one it is kept as a draft
    ./saathi campaign check diwali --submit              asks WhatsApp's approval for its words
    ./saathi campaign audience diwali                    how many get it, who is left out and why, what it costs
    ./saathi campaign preview diwali --member PHONE      word for word, with their own values
    ./saathi campaign test diwali --to PHONE --as ME     to a colleague, marked as a test
    ./saathi campaign approve diwali --as COLLEAGUE      another person than the maker
    ./saathi campaign send diwali --as ME --watch        asks for the number of people, then shows how it goes
    ./saathi campaign pause diwali --reason WHY --as ME  within seconds; resume goes on, stop ends it for good
    ./saathi campaign report diwali --html diwali.html   what came of it, and what it caused
    """

