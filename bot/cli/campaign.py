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


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module, verb = VERBS[name].split(".")
        command: click.Command = getattr(import_module(f"bot.cli.{module}"), verb)
        return command


@click.group(cls=_InOrder)
def group() -> None:
    """Broadcasts: who gets what, sent once, and what came of it.

    The way of a campaign: new FILE, change its words, check FILE (which keeps it as a draft), preview and test it, approve
    (another person than the maker), send or schedule, status --watch, report. Pause, resume and stop act within seconds.
    """

