"""Every layout by name, and how often each kind of paper comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from tests.papers.invoice import Wants
from tests.papers.layouts import (
    app,
    booklet,
    busy,
    distributor,
    dotmatrix,
    einvoice,
    halfpage,
    hindi,
    ledger,
    letterhead,
    marg,
    modern,
    multipage,
    tally,
    thermal,
)
from tests.papers.page import Page
from tests.papers.truth import Bill


@dataclass(frozen=True, slots=True)
class Layout:
    name: str
    wants: Wants
    draw: Callable[[Bill, Random], list[Page]]
    weight: int  # among photos of office and counter papers; 0 only where asked for


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        name: Layout(name, module.WANTS, module.draw, weight)
        for name, module, weight in (
            ("tally", tally, 18),
            ("busy", busy, 10),
            ("marg", marg, 9),
            ("app", app, 9),
            ("thermal", thermal, 6),
            ("halfpage", halfpage, 10),
            ("modern", modern, 6),
            ("letterhead", letterhead, 9),
            ("einvoice", einvoice, 5),
            ("distributor", distributor, 6),
            ("multipage", multipage, 4),
            ("hindi", hindi, 5),
            ("booklet", booklet, 6),
            ("ledger", ledger, 6),
            ("dotmatrix", dotmatrix, 0),
        )
    }
)
