"""How many examples the laws are tried with: as a rule few enough to wait for, SAATHI_EFFORT times as many in a soak."""

from __future__ import annotations

import os

EFFORT = int(os.environ.get("SAATHI_EFFORT") or "1")
EVENTS_OF_A_STATE = 60 * EFFORT
CONVERSATIONS = 300 * EFFORT
LEDGER_HISTORIES = 15 * EFFORT
PAYOUT_HISTORIES = 25 * EFFORT
DEATHS = int(os.environ.get("SAATHI_DEATHS") or "20")  # seeds of stories with several deaths each
KILLS = int(os.environ.get("SAATHI_KILLS") or "10")  # seeds of kill -9 under load
SEEDS = int(os.environ.get("SAATHI_SEEDS") or "30")  # whole worlds, each with faults and deaths of its own
SEEDS_QUICK = SEEDS if os.environ.get("SAATHI_SEEDS") else 10  # of them in the quick suite; a world takes five seconds
