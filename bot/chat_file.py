"""A stretch of a conversation as a .chat page: from the journal, so that the flows can be held against it again."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base import people
from bot.wiring import House
from flows.chat import line_of, lines_of
from flows.session import Known
from journal.record import Entry, floor, read

# which event answers which effect at once; effects that are not named here are answered by nothing, or later
ANSWERS = {
    "Enrol": ("Enrolled",),
    "ClaimCodes": ("CodesClaimed",),
    "ReadBalance": ("BalanceRead",),
    "ReadRedeemTerms": ("RedeemTermsRead",),
    "CheckDestination": ("DestinationAccepted", "DestinationRefused"),
    "JoinAccount": ("DestinationAccepted", "DestinationRefused"),
    "ReadTax": ("TaxRead",),
    "SavePan": ("PanSaved", "PanRefused"),
    "PreviewTax": ("TaxPreviewed", "TaxExceedsCash", "KycAsked"),
    "ReadKyc": ("KycRead",),
    "SaveKyc": ("KycGraded",),
    "TakeKycPan": ("KycGraded",),
    "SendKycPhoto": ("KycGraded",),
    "RequestRedemption": (
        "RedemptionRequested", "TooFewPoints", "TermsChanged", "TaxExceedsCash", "RedemptionLimited", "DestinationNotUsable",
        "PinAsked", "PinWrong", "PinLocked", "KycAsked",
    ),
    "ProposePin": ("PinProposed", "PinTooEasy"),
    "SetPin": ("PinSet", "PinDiffers"),
    "ReadPayouts": ("PayoutsRead",),
    "ReadClaims": ("ClaimsRead",),
    "DecideClaims": ("ClaimsDecided",),
    "AnswerClaim": ("ClaimsDecided",),
    "ReadMyData": ("MyDataRead",),
    "MakeDataFile": ("DataFileAsked", "DataFileRefused"),
    "ReadErasable": ("ErasableRead",),
    "ScheduleErasure": ("ErasureScheduled",),
    "StopErasure": ("ErasureStopped", "NoErasure"),
    "ReadHelpers": ("HelpersRead",),
    "InviteHelper": ("Invited", "HelpersFull"),
    "RemoveHelper": ("HelperRemoved",),
    "OfferShop": ("Invited", "HandoverRefused"),
    "OpenInvitation": ("InvitationOpened", "InvitationRefused"),
    "AcceptInvitation": ("InvitationAccepted", "InvitationRefused"),
    "ReadShops": ("ShopsRead",),
    "SwitchShop": ("ShopSwitched", "ShopGone"),
    "ReadHelpedShop": ("HelpedShopRead",),
    "LeaveShop": ("ShopLeft", "LeavingRefused"),
    "ProveMove": ("NumberMoved", "MoveRefused"),
    "AskOldPhone": ("OldPhoneAsked", "MoveRefused"),
    "AnswerMove": ("MoveAnswered",),
}

_FIND = text("""
    SELECT v.id, v.turn, c.id AS contact_id, c.data_key FROM conversations v JOIN contacts c ON c.id = v.contact_id
    WHERE v.contact_id = ANY(:contacts) ORDER BY v.last_inbound_at DESC NULLS LAST LIMIT 1""")
_TURNS = text("SELECT turn, at, sealed FROM journal WHERE conversation_id = :id AND turn > :after ORDER BY turn")


def turns_of(conn: Connection, addresses: list[str]) -> int:
    """How many turns this person's conversation has; 0 where there is none."""
    found = _found(conn, addresses)
    return 0 if found is None else int(found.turn)


def page(house: House, addresses: list[str], after: int) -> str:
    """The turns after number `after`; empty where there are none."""
    with house.engine.connect() as conn:
        found = _found(conn, addresses)
        rows = [] if found is None else conn.execute(_TURNS, {"id": found.id, "after": after}).all()
    rows = [row for row in rows if row.sealed]  # the words of a turn may be past their time
    if found is None or found.data_key is None or not rows:
        return ""
    sealer = house.keyring.unwrap(found.data_key, found.contact_id)
    turns = [read(sealer, found.id, row.turn, row.sealed) for row in rows]
    first = turns[0][0]
    lines = ["# From a talk in the terminal"]
    if first.before.frames:
        lines.append(f"# It began in the middle of {'.'.join(filter(None, floor(first.before)))}")
    lines.append(header(first.known, rows[0].at))
    for entries in turns:
        lines += turn_lines(entries)
    return "\n".join(lines) + "\n"


def _found(conn: Connection, addresses: list[str]) -> Any:
    """Where the phone wrote last: shown and hidden it may be two people to us, until WhatsApp tells."""
    whose = {who for each in addresses if (who := people.person(conn, [each])) is not None}
    contacts = [contact for who in sorted(whose) for contact in people.contacts(conn, who)]
    return conn.execute(_FIND, {"contacts": contacts}).one_or_none()


def header(known: Known, at: datetime) -> str:
    """The page's first line, as flows.chat reads it."""
    parts: list[Any] = [f"locale {known.locale}", f"at {at:%Y-%m-%dT%H:%M}+00:00"]
    parts += [f"role {known.role}"] if known.enrolled else []
    parts += [f"profile {' '.join(known.profile_name.split())}"] if known.profile_name.strip() else []
    parts += ["shop known"] if known.shop_known else []
    parts += [] if known.mobile_known else ["mobile hidden"]
    return "   ".join([*parts, *(["stopped yes"] if known.stopped else [])])


def turn_lines(entries: list[Entry]) -> list[str]:
    """What happened, and what was said and done about it. Outcomes follow in the order in which they were asked for."""
    lines = [line_of(entries[0].event)]
    outcomes = deque(entry.event for entry in entries[1:])
    for entry in entries:
        for effect in entry.effects:
            takes = ANSWERS.get(type(effect).__name__, ())
            answered = bool(outcomes) and type(outcomes[0]).__name__ in takes
            lines += lines_of(effect, outcomes.popleft() if answered else None)
    return lines
