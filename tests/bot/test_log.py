"""What is logged of a fault: never the row that a database quotes."""

from __future__ import annotations

from bot.log import without_rows

QUOTED = 'duplicate key\nDETAIL:  Key (address)=(whatsapp:+919812345678) already exists.\nThe above exception'


def test_the_row_that_a_database_quotes_is_left_out() -> None:
    told = without_rows(None, "error", {"event": "turn failed", "exception": QUOTED, "why": QUOTED, "count": 3})
    assert "9812345678" not in str(told) and told["count"] == 3
    assert told["exception"] == "duplicate key\nDETAIL: (left out)\nThe above exception"
