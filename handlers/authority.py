"""Who may do what: the owner everything, a helper what is named here. Said once more where it is done, whatever a flow asks.

What a membership allows is read when the turn begins; where it counts, its row is held to the end of the transaction, so
that a helper who is removed and a scan of theirs follow each other.
"""

from __future__ import annotations

from flows import effects as do
from flows import helpers_events as several
from flows import my_data_events as data
from flows.kernel import Effect
from handlers.turn import TakeAgain, Turn
from loyalty import memberships
from loyalty.memberships import Membership

HELPERS_MAY: frozenset[type[Effect]] = frozenset({
    do.Say, do.SetLanguage, do.RecordConsent, do.Enrol, do.ReadPhotos, do.ClaimCodes, do.DrawPhoto, do.DecideClaims,
    do.AnswerClaim, do.ReadClaims, do.ReadBalance, do.ForgetSecret, do.DropDelayNews,
    data.ReadMyData, data.MakeDataFile, data.ReadErasable, data.ScheduleErasure, data.StopErasure,  # their own
    several.OpenInvitation, several.AcceptInvitation, several.ReadShops, several.SwitchShop,
    several.ReadHelpedShop, several.LeaveShop,
})  # fmt: skip
# What somebody asks who has no account here yet, and so on their own behalf alone.
OWN_BEHALF = frozenset({"ProveMove", "AskOldPhone", "AnswerMove"})


class NotTheirs(AssertionError):
    """A flow asked for a helper what is the owner's alone: a programmer error, never a member's."""


def may(turn: Turn, effect: Effect) -> None:
    """Raises NotTheirs where the person acts as a helper and this is the owner's."""
    if turn.known.acts == "helper" and type(effect) not in HELPERS_MAY and type(effect).__name__ not in OWN_BEHALF:
        raise NotTheirs(type(effect).__name__)


def owner(turn: Turn) -> None:
    """To be called where money is asked for, with the member's row locked. Raises TakeAgain where they are the owner no
    more: the event is taken anew, by what they are now."""
    held = memberships.hold(turn.conn, turn.person, turn.member_id)
    if held is None or held.role != "owner":
        raise TakeAgain


def to_scan(turn: Turn) -> Membership | None:
    """The helper's membership, held and counted; None for an owner, who scans without asking. Raises TakeAgain where the
    helper has been removed meanwhile."""
    if turn.known.acts != "helper":
        return None
    held = memberships.hold_to_count(turn.conn, turn.person, turn.member_id)
    if held is None:
        raise TakeAgain
    return held
