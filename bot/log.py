"""Logging: one JSON line per happening on standard error; no words of members, no secrets."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict

_ROW = re.compile(r"^DETAIL:.*$", re.MULTILINE)


def without_rows(logger: object, name: str, event: EventDict) -> EventDict:
    """Of a database's fault the line that quotes the row: keys and numbers of people stand in it in the clear."""
    for field in ("exception", "why"):
        if isinstance(told := event.get(field), str):
            event[field] = _ROW.sub("DETAIL: (left out)", told)
    return event


def configure() -> None:
    """Set up structlog, and keep libraries that log requests or parameters quiet."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_rows,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    lines = logging.StreamHandler(sys.stderr)  # what libraries and the lower rooms say, in the same form
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                without_rows,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    for name in ("twilio.http_client", "httpx", "httpcore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
