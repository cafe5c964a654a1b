"""Proving who one is: where it stands, what is given, and photos of cards that a worker shall read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

from base.days import minute_of
from base.gstin import pan_of
from base.masking import mask_pan
from base.sealing import CannotOpen
from flows.kernel import Event
from flows.kyc_events import (
    KycGraded,
    KycPlace,
    KycRead,
    KycStanding,
    ReadKyc,
    ReadKycCard,
    SaveKyc,
    SendKycPhoto,
    TakeKycPan,
)
from handlers import destinations, kyc_gate, kyc_keep, secrets
from handlers.kyc_keep import Given
from handlers.turn import Turn
from loyalty import kyc
from loyalty.kyc import Check, MemberErased
from loyalty.kyc_rules import Standing, ever_needed
from payouts.destination import BadDestination, parse

PERSON = "P"  # the fourth letter of a person's PAN: the shop is theirs alone
_PLACE = text("""
    SELECT d.token FROM destinations d JOIN secrets s ON s.token = d.token
    WHERE d.member_id = :member AND d.forgotten_at IS NULL ORDER BY d.saved_at DESC, d.token LIMIT 1""")


def read_kyc(turn: Turn, effect: ReadKyc, key: str) -> Event | None:
    asked, found = ever_needed(turn.programme.kyc, turn.known.role), kyc_gate.standings(turn)
    told = tuple(_told(found.get(kind, Standing(kind, "missing"))) for kind in asked)
    token = turn.conn.execute(_PLACE, {"member": turn.member_id}).scalar_one_or_none() if "destination" in asked else None
    return KycRead(told, KycPlace(token, destinations.shown_of(turn, token)) if token else None)


def read_kyc_card(turn: Turn, effect: ReadKycCard, key: str) -> Event | None:
    kyc_keep.put_task(turn, key, "read_card", "paper", {"photo": effect.photo})
    return None


def save_kyc(turn: Turn, effect: SaveKyc, key: str) -> Event | None:
    """Keep it and judge it; what was kept of the message until now is not needed any more, but for a destination."""
    try:
        secret = secrets.open_secret(turn.conn, turn.keyring, effect.token)
        if effect.kind == "destination":
            check = kyc_keep.keep_place(turn, effect.token, parse(secret.kind, secret.plain), key)
            return _graded(check)
        secrets.forget(turn, effect.token)
        if secret.kind != effect.kind:
            return KycGraded(effect.kind, "ask_again", "", "other")
        given = Given(secret.plain, effect.name, effect.photo)
        check = _KEEP[effect.kind](turn, given)
    except (NoResultFound, CannotOpen, BadDestination, MemberErased):  # given days ago and erased since, or a key is gone
        return KycGraded(effect.kind, "ask_again", "", "other")
    return _graded(check, _pan_within(turn, secret.plain) if check.state == "verified" and effect.kind == "gstin" else "")


def take_kyc_pan(turn: Turn, effect: TakeKycPan, key: str) -> Event | None:
    check = kyc.current(turn.conn, turn.member_id).get("gstin")
    opened = kyc.facts(turn.conn, turn.keyring, check) if check else None
    if opened is None:
        return KycGraded("pan", "ask_again", "", "other")
    return _graded(kyc_keep.keep_pan(turn, Given(pan_of(opened.value))))


def send_kyc_photo(turn: Turn, effect: SendKycPhoto, key: str) -> Event | None:
    return _graded(kyc_keep.keep_photo(turn, effect.photo))


def _graded(check: Check, pan_masked: str = "") -> KycGraded:
    return KycGraded(check.kind, check.state, check.masked, check.reason or "", pan_masked)


def _pan_within(turn: Turn, gstin: str) -> str:
    """The PAN of a proprietor, masked, where the programme may ask for one and has none; "" else."""
    number = pan_of(gstin)
    wanted = "pan" in ever_needed(turn.programme.kyc, turn.known.role) and "pan" not in kyc_gate.standings(turn)
    return mask_pan(number) if wanted and number[3] == PERSON else ""


def _told(one: Standing) -> KycStanding:
    return KycStanding(one.kind, one.state, one.masked, minute_of(one.since) if one.since else "", one.reason)


_KEEP: Mapping[str, Callable[[Turn, Given], Check]] = {
    "pan": kyc_keep.keep_pan,
    "gstin": kyc_keep.keep_gstin,
    "udyam": kyc_keep.keep_udyam,
}
