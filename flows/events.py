"""What happened: from the member, from our own handlers, from the world. Past tense, plain values, no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.kernel import Event
from flows.session import Known

# ---- the member did something ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said(Event):
    text: str  # trimmed, NFC, without control characters, 1,600 characters at most


@dataclass(frozen=True, slots=True)
class Tapped(Event):
    button: str


@dataclass(frozen=True, slots=True)
class Commanded(Event):
    """A word that means the same everywhere: menu, help, back, cancel, balance, scan, redeem, language, …"""

    command: str
    points: int = 0  # the number that stood beside "redeem"; 0: none did


@dataclass(frozen=True, slots=True)
class CodesTyped(Event):
    codes: tuple[str, ...]  # canonical XXXX-XXXX-XXXX-XXXX, in the order written, each once


@dataclass(frozen=True, slots=True)
class PhotoSent(Event):
    photos: tuple[str, ...]  # our ids of the pictures in the message
    caption: str = ""
    codes: tuple[str, ...] = ()  # written below it


@dataclass(frozen=True, slots=True)
class DocumentSent(Event):
    documents: tuple[str, ...]
    caption: str = ""
    codes: tuple[str, ...] = ()  # written below it


@dataclass(frozen=True, slots=True)
class OtherSent(Event):
    """A kind of message we cannot use: sticker, audio, video, contact, location, unknown, empty."""

    kind: str


@dataclass(frozen=True, slots=True)
class SecretGiven(Event):
    """A secret the member wrote, already sealed: the engine sees a token and the last four characters only."""

    token: str
    # vpa | bank (an account's number) | pan | pin | aadhaar (never kept; the token is empty) | malformed (not the shape that
    # was asked for)
    kind: str
    last4: str  # of a PIN nothing


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The flow above has ended, or the member asked to go on: say again where we were."""

    known: Known


@dataclass(frozen=True, slots=True)
class Begun(Event):
    """The flow has just been started and has the floor."""

    known: Known


def asks_again(event: Event) -> bool:
    """Whether repeating its question is all a state need do, so that it is no sign of a misunderstanding."""
    return isinstance(event, Begun | Resumed | Commanded)


# ---- what came of an effect -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolled(Event):
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class CodeResult:
    """What came of one code. outcome: credited | already_yours | claimed_by_other | not_active | expired | void |
    other_programme | typo | budget_spent | over_limit (of a helper's day). `on`: the date (YYYY-MM-DD) of the claim or the
    expiry where there is one."""

    code: str
    outcome: str
    points: int = 0
    product: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class CodesClaimed(Event):
    """`locked_at`: until when codes are refused, because too many wrong ones were tried; without results none was taken."""

    results: tuple[CodeResult, ...]
    available: int
    locked_at: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    on: str  # YYYY-MM-DD
    kind: str  # earned | held | paid | returned | expired | corrected
    points: int  # signed: what it did to the available points
    what: str = ""  # product name or payout reference; may be empty


@dataclass(frozen=True, slots=True)
class BalanceRead(Event):
    available: int
    held: int
    expiring: int = 0
    expiring_on: str = ""
    movements: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxPreviewed(Event):
    """gross = tax + net; net is what arrives. why: below | crossing | beyond | covered | borne (see flows.tax_words).
    `total_paise`: the tax year's benefits with this one; tax begins where they exceed `threshold_paise`."""

    points: int
    gross_paise: int
    tax_paise: int
    net_paise: int
    why: str
    rate_bp: int
    total_paise: int
    threshold_paise: int
    has_pan: bool


@dataclass(frozen=True, slots=True)
class TermsChanged(Event):
    """Nothing was sent: less would arrive than was shown, because another redemption came between. `now`: what would."""

    now: TaxPreviewed


@dataclass(frozen=True, slots=True)
class TaxExceedsCash(Event):
    """Nothing can be sent: the tax on the year so far would take all of it. From `least_points` on it is carried."""

    points: int
    gross_paise: int
    tax_paise: int
    least_points: int
    rate_bp: int
    threshold_paise: int
    has_pan: bool


# ---- the world spoke ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhotoRead(Event):
    """A picture was read, and is no bill. problem: "" | no_code | not_an_invoice | not_an_image | truncated | too_large |
    too_many_pixels | not_available | unsupported | aadhaar. `hints`: blurred, dark, glare, too_small, cut_edges, too_far.
    Foreign codes are counted, not told."""

    photo: str
    codes: tuple[str, ...]
    problem: str = ""
    hints: tuple[str, ...] = ()
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class PhotoDrawn(Event):
    """A picture of several codes, with a frame around each: `picture` is our id of it."""

    photo: str
    picture: str


@dataclass(frozen=True, slots=True)
class PhotoHard(Event):
    """Seen at a glance: this picture will be hard to read. We try; a better one may be quicker."""

    photo: str
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PayoutPaid(Event):
    lane: ClassVar[str] = "notice"
    payout: str
    points: int
    amount_paise: int
    masked: str
    utr: str


@dataclass(frozen=True, slots=True)
class PayoutFailed(Event):
    """The money did not go out; the points are available again.

    reason: vpa_invalid | account_invalid | declined | bank | other.
    """

    lane: ClassVar[str] = "notice"
    payout: str
    points: int
    amount_paise: int
    masked: str
    reason: str
    available: int


@dataclass(frozen=True, slots=True)
class PayoutReversed(Event):
    """Money that had gone out came back; the points are available again."""

    lane: ClassVar[str] = "notice"
    payout: str
    points: int
    amount_paise: int
    masked: str
    available: int


@dataclass(frozen=True, slots=True)
class PayoutDelayed(Event):
    """The bank has not answered for a while: nothing is lost, we keep asking."""

    lane: ClassVar[str] = "notice"
    payout: str
    amount_paise: int
    masked: str


@dataclass(frozen=True, slots=True)
class PinReset(Event):
    """One of our people has taken the member's PIN away; the next redemption that needs one asks for a new one."""

    lane: ClassVar[str] = "notice"


@dataclass(frozen=True, slots=True)
class EventParked(Event):
    """Something the member sent could not be handled because of a fault of ours; they are told once."""
