"""What is wrong outside our code, as the one line an operator can act on."""

from __future__ import annotations

from psycopg import OperationalError as PostgresFault
from psycopg import errors
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSlow
from sqlalchemy import exc

from base.db import SERVICE_ROLE
from base.sealing import CannotOpen

OPERATORS = (
    "config.settings.BadSettings", "bot.local_place.LocalServerError", "bot.supervise.SupervisorError",
    "base.sealing.BadKeys", "base.db.BadDatabaseUrl", "base.media_store.BadStore", "loyalty.codes.BadCodeKeys",
    "payouts.tax_file.BadTaxRules", "payouts.tax.NoRule",
    "ocr.engines.engine.EngineMissing", "ocr.einvoice_keys.BadKeys",
)  # fmt: skip  # by name: importing them all would slow every command
MIGRATE = "run `./saathi migrate`"
NO_TEXT = "what was typed is no text: check the terminal's encoding"


def told(fault: Exception) -> str | None:
    """The line (of settings: one line each) for a fault of the operator or of the world. None: a fault of our own,
    which crashes loudly."""
    if f"{type(fault).__module__}.{type(fault).__qualname__}" in OPERATORS:
        return str(fault)
    if isinstance(fault, exc.DBAPIError):
        return _of_postgres(fault.orig)
    if isinstance(fault, RedisGone | RedisSlow):
        return f"redis does not answer ({one_line(fault)}): check REDIS_URL and that it runs"
    if isinstance(fault, CannotOpen):
        return f"what was sealed cannot be opened ({fault}): check that DATA_KEYS still lists the key it was sealed with"
    if isinstance(fault, UnicodeEncodeError):
        return NO_TEXT
    return None


def one_line(fault: BaseException | None) -> str:
    return " ".join(str(fault).split())


def _of_postgres(orig: BaseException | None) -> str | None:
    said = one_line(orig)
    if f'role "{SERVICE_ROLE}" does not exist' in said or isinstance(orig, errors.UndefinedTable | errors.UndefinedFunction):
        return f"the database is not at this version's revision: {MIGRATE}"
    if isinstance(orig, errors.DataError) and orig.sqlstate is None:  # a NUL byte never reaches the server
        return NO_TEXT
    if isinstance(orig, errors.LockNotAvailable):
        return "a colleague, or the house itself, is at the same thing just now: try again in a minute"
    if isinstance(orig, errors.QueryCanceled):
        return "this takes the database too long, and was given up: ask for fewer people or things, or at a quieter time"
    # Without an SQLSTATE it is the connection that failed; with one, the statement, and that is our own affair.
    if isinstance(orig, PostgresFault) and orig.sqlstate is None:
        return f"the database does not answer ({said}): check DATABASE_URL and that it runs"
    return None
