"""A member's statement to hand out: a PDF, and beside it the proof that the verifier reads."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from bot.cli.acting import by_staff, touched
from bot.cli.house import of, print_json, refuse
from bot.cli.member import whose
from bot.seal import seal
from bot.statement import make_statement
from bot.statement_pdf import statement_pdf
from ledger.prove import NotSealed, SealBroken

LAST_MAX = 5_000


@click.command("statement-pdf")
@click.argument("who", metavar="MEMBER|PHONE")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="NAME.pdf; also NAME.proof.json.")
@click.option("--last", default=200, type=click.IntRange(1, LAST_MAX), show_default=True, help="How many postings.")
@click.option("--programme", "programme_id", help="Needed only for someone in several.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("ledger.read_member", keeps=True)
@click.pass_context
def statement(ctx: click.Context, who: str, out: Path, last: int, programme_id: str | None, as_json: bool) -> None:
    """Seal what is posted, and write a member's statement as PDF with its proof. It holds no name and no number."""
    house = of(ctx)
    with house.engine.begin() as conn:
        programme, member = whose(conn, who, programme_id)
        touched(conn, "ledger.read_member", member)
    seal(house)
    with house.engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
        try:
            made = make_statement(conn, programme, member, last)
        except NotSealed as none:
            raise refuse(f"{member} has no sealed postings ({none}): run `./saathi ledger seal`") from none
        except SealBroken as broken:
            raise refuse(f"{broken}: run `./saathi ledger verify`") from broken
    proof = out.with_suffix(".proof.json")
    _write(proof, (json.dumps(made.proof, ensure_ascii=False, indent=1) + "\n").encode())
    _write(out, statement_pdf(made))
    shown = {
        "out": str(out), "proof": str(proof), "member": member, "postings": len(made.lines), "unsealed": made.unsealed,
        **made.closing, "head": made.proof["head"]["hash"], "qr": made.qr(),
    }  # fmt: skip
    print_json(shown) if as_json else click.echo(f"{out}: {len(made.lines)} postings; proof: {proof}")


def _write(out: Path, data: bytes) -> None:
    """All of it or nothing."""
    half = out.with_name(f"{out.name}.{os.getpid()}.half")
    try:
        half.write_bytes(data)
        half.replace(out)
    except OSError as fault:
        half.unlink(missing_ok=True)
        raise refuse(f"{out}: cannot be written: {fault.strerror}") from fault
