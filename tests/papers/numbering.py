"""Invoice numbers of many shapes (at most 16 characters, as Rule 46 has it) and dates as printed."""

from __future__ import annotations

from datetime import date
from random import Random

_PREFIXES = [
    "GST",
    "INV",
    "SI",
    "TI",
    "S",
    "A",
    "B",
    "CR",
    "CN",
    "MLN",
    "KDE",
    "SLS",
    "T",
    "NE",
    "DL",
    "RTL",
    "WS",
    "GEN",
    "EL",
    "JAE",
]
DATE_FORMATS = [
    "%d/%m/%Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d-%m-%Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d.%m.%Y",
    "%d/%m/%y",
    "%d-%b-%Y",
    "%Y-%m-%d",
    "%d-%m-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
]


def financial_year(day: date) -> tuple[int, int]:
    first = day.year if day.month >= 4 else day.year - 1
    return first, first + 1


def invoice_number(rng: Random, day: date) -> str:
    first, second = financial_year(day)
    prefix, serial = rng.choice(_PREFIXES), rng.randint(1, 9999)
    short = f"{first % 100}{second % 100}"
    dashed = f"{first % 100}-{second % 100}"
    shapes = (
        f"{prefix}/{short}/{serial:04d}",
        f"{prefix}/{dashed}/{serial}",
        f"{first}-{second % 100}/{serial:04d}",
        f"{serial}",
        f"{serial:05d}",
        f"{prefix}{rng.randint(1000, 99999)}",
        f"{prefix}-{serial:04d}",
        f"{prefix}/{serial}",
        f"{dashed}/{prefix}/{serial}",
        f"{serial:03d}/{dashed}",
        f"INV-{serial:06d}",
        f"{prefix}{short}{serial:05d}",
        f"{prefix}-{short}-{serial}",
        f"{short}{rng.choice('ABCDGKR')}{serial:04d}",
        f"{first % 100}/{prefix}/{day.month:02d}/{serial:03d}",
    )
    return next(shape for shape in [rng.choice(shapes), f"{serial}"] if len(shape) <= 16)


def printed_date(day: date, form: str, *, upper: bool = False) -> str:
    text = day.strftime(form)
    return text.upper() if upper else text
