"""The same chat in a terminal."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from bot.cli.house import of, refuse
from bot.cli.talk_aside import asides
from bot.phone import CannotTalk, Mistyped, Phone
from bot.talk import COMMANDS, Aside, live, piped
from bot.wiring import House
from config.settings import load

DEFAULT_PHONE = "+919812345678"


@click.command()
@click.option("--as", "number", default=DEFAULT_PHONE, show_default=True, help="The phone that writes.")
@click.option("--name", default="", help="Its WhatsApp profile name.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Write the conversation to this .chat file.")
@click.option("--quiet-s", default=1.0, show_default=True, help="Piped: so much silence ends an answer.")
@click.option("--patience-s", default=15.0, show_default=True, help="Piped: so long an answer is waited for.")
@click.pass_context
def talk(ctx: click.Context, number: str, name: str, save: Path | None, quiet_s: float, patience_s: float) -> None:
    """Chat with the running service. Without a terminal, each line of the input is one message.

    A button is chosen by its number or title; /photo PATH sends a picture; /quit ends. /state shows where the conversation
    stands with its variables, /later 25h moves everybody's time, /save FILE writes what was said as a .chat page.
    """
    given = ctx.find_root().obj
    url = (given.settings if isinstance(given, House) else load()).sandbox_url
    if not url:
        raise refuse("nobody is there to talk to: run `make up` first")
    try:
        with closing(Phone(url, number, name)) as phone:
            before = _turns(ctx, phone) if save else None
            aside = asides(lambda: of(ctx), _addresses(phone), lambda path: _save(ctx, phone, before or 0, path))
            try:
                _talk(phone, quiet_s, patience_s, aside)
            finally:
                if save:
                    click.echo(_save(ctx, phone, before or 0, save), err=True)
    except (CannotTalk, Mistyped) as fault:
        raise refuse(str(fault)) from fault


def _talk(phone: Phone, quiet_s: float, patience_s: float, aside: Aside) -> None:
    if not sys.stdin.isatty():
        piped(phone, sys.stdin, click.echo, quiet_s=quiet_s, patience_s=patience_s, aside=aside)
        return
    import readline  # noqa: F401  # lines can be edited and called back once it is loaded

    click.echo(f"You are {phone.number}. {COMMANDS}")
    live(phone, input, click.echo, aside=aside)


def _turns(ctx: click.Context, phone: Phone) -> int:
    from bot.chat_file import turns_of

    with of(ctx).engine.connect() as conn:
        return turns_of(conn, _addresses(phone))


def _save(ctx: click.Context, phone: Phone, before: int, path: Path) -> str:
    """Write what was said after turn `before`, and say where it is."""
    from bot.chat_file import page

    words = page(of(ctx), _addresses(phone), before)
    if not words:
        return "nothing was said, so nothing is saved"
    try:
        path.write_text(words, encoding="utf-8")
    except OSError as fault:
        raise refuse(f"cannot write {path}: {fault.strerror}") from fault
    return f"saved: {path}"


def _addresses(phone: Phone) -> list[str]:
    return [phone.address, f"whatsapp:{phone.user_id}"]
