"""All verbs about members."""

from __future__ import annotations

from bot.cli.member import group
from bot.cli.member_language import language
from bot.cli.member_supplier import supplier

__all__ = ["group"]

group.add_command(language)
group.add_command(supplier)
