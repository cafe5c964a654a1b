"""What is wrong with this house, and the remedy: settings first, then our own rooms, then the world outside.

A check answers with what it found, or raises Wrong; whatever else it raises is a fault found too. None stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot import doctor_inside as inside
from bot import doctor_outside as outside
from bot.diagnosis import Wrong
from bot.wiring import House

WORDS_MAX = 200


@dataclass(frozen=True, slots=True)
class Check:
    """`remedy` is for what the check itself did not foresee; without what it `needs` it is not even tried."""

    name: str
    run: Callable[[House], str]
    remedy: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    found: str
    remedy: str = ""


CHECKS = (
    Check("settings", inside.settings, "see the table in docs/operations.md"),
    Check("database", inside.database, "set DATABASE_URL to a Postgres 15 or newer that answers"),
    Check("migrations", inside.migrations, "run ./saathi migrate", needs="database"),
    Check("keys", inside.keys, "restore the keys that the database was sealed with", needs="migrations"),
    Check("redis", inside.redis, "set REDIS_URL to a Redis 6.2 or newer that answers"),
    Check("workers", inside.workers, "start them all with ./saathi serve", needs="redis"),
    Check("media store", inside.media_store, "set MEDIA_STORE to a directory or bucket that we may write to"),
    Check("twilio", outside.twilio, "look at TWILIO_API_BASE_URL and the way out of this machine"),
    Check("sender", inside.sender, "run ./saathi serve, which enters TWILIO_FROM", needs="migrations"),
    Check("webhook", outside.webhook, "look at PUBLIC_BASE_URL"),
    Check("content", inside.content, "run ./saathi content sync", needs="migrations"),
    Check("payouts", outside.payouts, "look at RAZORPAYX_API_BASE_URL and the way out of this machine"),
    Check("clock", inside.clock, "keep this machine's and the database's clock right with NTP", needs="migrations"),
)


def examine(house: House) -> list[Finding]:
    """Every check, in order. Never raises."""
    findings: dict[str, Finding] = {}
    for check in CHECKS:
        needed = findings.get(check.needs)
        if needed is not None and not needed.ok:
            findings[check.name] = Finding(check.name, False, "not looked at", f"first mend: {check.needs}")
        else:
            findings[check.name] = _tried(check, house)
    return list(findings.values())


def without_house(faults: Sequence[str]) -> list[Finding]:
    """The one finding where the settings do not even make a house: every fault."""
    return [Finding("settings", False, "; ".join(" ".join(fault.split()) for fault in faults), CHECKS[0].remedy)]


def _tried(check: Check, house: House) -> Finding:
    try:
        return Finding(check.name, True, check.run(house))
    except Wrong as wrong:
        return Finding(check.name, False, wrong.what, wrong.remedy or check.remedy)
    except Exception as fault:  # a doctor that falls ill tells nobody what is wrong
        return Finding(check.name, False, _words(fault), check.remedy)


def _words(fault: Exception) -> str:
    """One line. The inner fault of SQLAlchemy's is told: its own words would bring the statement along."""
    told = getattr(fault, "orig", None) or fault
    return " ".join("; ".join(str(told).splitlines()).split())[:WORDS_MAX] or type(told).__name__
