"""`./saathi member language`: for whoever got stuck in a language that they cannot read, and so cannot change by a word."""

from __future__ import annotations

import click
from sqlalchemy import text

from base import audit
from bot.cli.acting import as_staff, on_duty
from bot.cli.house import of
from bot.cli.member import erased, writing
from flows.texts import LOCALES

# A turn that is under way holds the row and writes what it knew: this waits for it, and what is read is what it left.
_HOLD = text("SELECT locale FROM conversations WHERE id = :id FOR NO KEY UPDATE")
_SET = text("UPDATE conversations SET locale = :locale WHERE id = :id")


@click.command("language")
@click.argument("who", metavar="WHO")
@click.argument("language", metavar="|".join(LOCALES), type=click.Choice(LOCALES))
@click.option("--programme", "programme_id", help="Needed only for someone in several.")
@as_staff("member.language")
@click.pass_context
def language(ctx: click.Context, who: str, language: str, programme_id: str | None, actor: str) -> None:
    """Say in which language Saathi writes to somebody from now on, in the conversation in which they wrote last. WHO: a phone,
    or a member's id. They can change it again with LANGUAGE."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "member.language").name, house.clock.now(conn)
        talk = writing(conn, who, programme_id)
        if talk.member_id and talk.data_key is None:
            raise erased(talk.member_id, talk.erased_at)
        subject, asked = talk.member_id or talk.conversation_id, {"id": talk.conversation_id, "locale": language}
        before = conn.execute(_HOLD, asked).scalar_one()
        if before != language:
            conn.execute(_SET, asked)
            audit.write(
                conn, actor=by, act="member.language", subject=subject, at=now, before={"language": before},
                after={"language": language},
            )  # fmt: skip
    click.echo(f"{subject} is written to in {language} from now on")
