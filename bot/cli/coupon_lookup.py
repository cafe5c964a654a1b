"""Finding what an operator names, or the refusal that says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click
from sqlalchemy import Connection

from bot.cli.house import refuse
from bot.wiring import House
from loyalty import stock
from loyalty.codes import Code, CodeKeys, read_code
from loyalty.stock import Batch, Coupon

as_json_option = click.option("--json", "as_json", is_flag=True)
batch_option = click.option("--batch", "batch_id", required=True, help="As `coupon issue` printed it.")
programme_option = click.option("--programme", "programme_id", help="Needed only where several are published.")


def find_batch(conn: Connection, batch_id: str) -> Batch:
    if (batch := stock.read_batch(conn, batch_id)) is None:
        raise refuse(f"no batch {batch_id!r}: `./saathi coupon batches` lists them")
    return batch


def signing_key(batch: Batch, keys: CodeKeys) -> CodeKeys:
    try:
        return stock.signing_key(batch, keys)
    except stock.KeyGone as gone:
        raise refuse(f"{batch.id} was printed with key {batch.key}: add it in front in CODE_KEYS") from gone


def genuine_codes(house: House, typed: Sequence[str]) -> dict[Code, str]:
    """Each code once, with what was typed. Raises a refusal that names every one that is none."""
    read = {words: read_code(house.codes, words) for words in typed}
    if bad := [words for words, found in read.items() if not isinstance(found, Code)]:
        raise refuse(f"not a code of ours: {', '.join(bad)}; check the letters, and that CODE_KEYS lists its key")
    return {found: words for words, found in read.items() if isinstance(found, Code)}


def find_coupon(conn: Connection, code: Code, typed: str) -> Coupon:
    if (coupon := stock.read_coupon(conn, code.serial, code.key)) is None:
        raise refuse(f"{typed} is genuine, but this database holds no such coupon: is DATABASE_URL the right one?")
    return coupon


def day_or_never(day: date | None) -> str:
    return day.isoformat() if day else "never"
