"""Whether the member is known well enough for so much money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.kyc_events import KycAsked
from handlers.turn import Turn
from loyalty import kyc
from loyalty.kyc_rules import Kind, Standing, ever_needed, in_force, needed, unmet
from payouts import passbook
from payouts.tax import tax_year


def asked_for(turn: Turn, points: int, token: str = "") -> KycAsked | None:
    """What must be known before so many points are paid out; None where nothing is missing. `token`: of the destination,
    once there is one; only what was verified of that very one counts."""
    rules, role = turn.programme.kyc, turn.known.role
    if not ever_needed(rules, role):
        return None
    worth_paise = points * turn.programme.paise_per_point
    so_far = passbook.so_far(turn.conn, passbook.person(turn.conn, turn.member_id), tax_year(turn.now))
    needs = needed(rules, role, year_paise=so_far.total_paise + worth_paise, one_paise=worth_paise)
    if not token:
        needs = tuple(kind for kind in needs if kind != "destination")
    if not needs:
        return None
    gives, waits = unmet(needs, _standings(turn, token))
    return KycAsked(points, gives, waits) if gives or waits else None


def standings(turn: Turn) -> Mapping[Kind, Standing]:
    """Where each kind stands now, what is too old included as asked for again."""
    found = kyc.standings(turn.conn, turn.member_id)
    return {kind: in_force(turn.programme.kyc, one, one.since, turn.now) for kind, one in found.items()}


def _standings(turn: Turn, token: str) -> Mapping[Kind, Standing]:
    found = dict(standings(turn))
    place = found.get("destination")
    if place is not None and kyc.of_token(turn.conn, token) is None:
        found["destination"] = replace(place, state="missing")
    return found
