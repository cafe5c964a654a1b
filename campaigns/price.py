"""Which of a campaign's messages cost something; how much one costs stands in its file. The one place that knows. Pure.

A marketing template is charged whenever it is delivered, a utility one only outside the 24 hours from the member's last
message (Meta's price list, since 1 July 2025). That Twilio passes an approved template on as a template inside those hours
too, and charges it so, is not verified: the first bill will show it.
"""

from __future__ import annotations

from campaigns.spec import Category

CHARGED = "(o.outside_window OR CAST(:always_charged AS boolean))"  # SQL: of a row `o` of the outbox that has left


def always_charged(category: Category) -> bool:
    """Also inside the 24 hours."""
    return category != "utility"


def charged(category: Category, is_open: bool) -> bool:
    """One that leaves now. `is_open`: inside the 24 hours."""
    return always_charged(category) or not is_open
