"""Whether DATA_KEYS open what this database holds: sealed with other keys, everyone known to it would get no answer."""

from __future__ import annotations

from sqlalchemy import Connection, text

from base.sealing import CannotOpen
from bot.wiring import House
from config.settings import BadSettings

# the oldest and the newest of each kind: a key may have been lost, or a database restored beside other keys
_SOME = text("""
    (SELECT id, data_key FROM contacts WHERE data_key IS NOT NULL ORDER BY id LIMIT 1) UNION
    (SELECT id, data_key FROM contacts WHERE data_key IS NOT NULL ORDER BY id DESC LIMIT 1) UNION
    (SELECT id, data_key FROM members WHERE data_key IS NOT NULL ORDER BY id LIMIT 1) UNION
    (SELECT id, data_key FROM members WHERE data_key IS NOT NULL ORDER BY id DESC LIMIT 1)""")


def check(house: House, conn: Connection) -> None:
    """Raises BadSettings where the keys do not fit."""
    try:
        for row in conn.execute(_SOME):
            house.keyring.unwrap(row.data_key, row.id)
    except CannotOpen as fault:
        raise BadSettings(
            "DATA_KEYS do not open what this database holds: restore the keys it was sealed with (without DATA_KEYS they "
            "are in .local/keys), or begin afresh with `make clean`"
        ) from fault
