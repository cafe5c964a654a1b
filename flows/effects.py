"""What is asked of the world. Imperative, plain values. Which event answers which effect stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.kernel import Effect

Value = str | int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message made of several: a text key of its own, with values."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say(Effect):
    """Tell the member the text `key`. Values are raw (points, paise, ISO dates, words): rendering them is not ours.

    `lines` fill the text's {lines}; a text with lines has no buttons. -> nothing
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    picture: str = ""  # our id of a picture that is shown above the words; such a text has no buttons


@dataclass(frozen=True, slots=True)
class SetLanguage(Effect):
    """The member's language from here on, the rest of this turn included. -> nothing"""

    locale: str


@dataclass(frozen=True, slots=True)
class RecordConsent(Effect):
    """kind: notice | marketing | messages (STOP and START). Kept with MessageSid and time. -> nothing"""

    kind: str
    given: bool
    version: str
    locale: str


@dataclass(frozen=True, slots=True)
class Enrol(Effect):
    """Make the member. -> Enrolled"""

    name: str
    role: str
    pin_code: str
    state: str  # ISO 3166-2:IN letters, "MH"


@dataclass(frozen=True, slots=True)
class SaveShop(Effect):
    """-> nothing"""

    shop: str


@dataclass(frozen=True, slots=True)
class SaveMobile(Effect):
    """-> nothing"""

    mobile: str  # +91XXXXXXXXXX


@dataclass(frozen=True, slots=True)
class ReadPhotos(Effect):
    """Have the pictures read. -> later, for each one PhotoRead, or InvoiceRead where it is a bill.

    `claim`: they show the missing part of that bill, and are read together with it."""

    photos: tuple[str, ...]
    claim: str = ""


@dataclass(frozen=True, slots=True)
class DrawPhoto(Effect):
    """Draw what became of each code on the picture, once they are claimed. -> later, PhotoDrawn"""

    photo: str


@dataclass(frozen=True, slots=True)
class ClaimCodes(Effect):
    """-> CodesClaimed, one result per code in the same order"""

    codes: tuple[str, ...]
    shown: bool = False  # by a picture, all of them; else typed


@dataclass(frozen=True, slots=True)
class DecideClaims(Effect):
    """Decide on bills that were read. -> ClaimsDecided, one result per claim in the same order"""

    bills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerClaim(Effect):
    """What the member says to a question about a bill; `value` as text (number, ISO date, paise), "" when they cannot
    tell. -> ClaimsDecided"""

    claim: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class ReadClaims(Effect):
    """-> ClaimsRead"""


@dataclass(frozen=True, slots=True)
class ReadBalance(Effect):
    """-> BalanceRead"""


@dataclass(frozen=True, slots=True)
class ReadRedeemTerms(Effect):
    """-> RedeemTermsRead"""


@dataclass(frozen=True, slots=True)
class CheckDestination(Effect):
    """Whether money can go there, and from when on. -> DestinationAccepted | DestinationRefused"""

    token: str


@dataclass(frozen=True, slots=True)
class JoinAccount(Effect):
    """A bank account of its parts, and the check of it. -> DestinationAccepted | DestinationRefused"""

    account: str  # the number's token
    ifsc: str
    holder: str


@dataclass(frozen=True, slots=True)
class ForgetDestination(Effect):
    """Offer it no more; what is sealed of it goes as soon as no payout needs it. -> nothing"""

    token: str


@dataclass(frozen=True, slots=True)
class PreviewTax(Effect):
    """What taking so many points pays out now and what goes to tax. -> TaxPreviewed | TaxExceedsCash | KycAsked"""

    points: int


@dataclass(frozen=True, slots=True)
class ReadTax(Effect):
    """-> TaxRead"""


@dataclass(frozen=True, slots=True)
class SavePan(Effect):
    """Keep the PAN that was given, sealed. -> PanSaved | PanRefused"""

    token: str


@dataclass(frozen=True, slots=True)
class RequestRedemption(Effect):
    """Hold the points and ask for the payout, both or neither.
    -> RedemptionRequested | TooFewPoints | TermsChanged | TaxExceedsCash | RedemptionLimited | DestinationNotUsable
    | PinAsked | PinWrong | PinLocked | KycAsked"""

    points: int
    token: str  # of the destination
    net_paise: int = 0  # what the member was shown that they get; 0: all that the points are worth. Never less is paid
    pin: str = ""  # the token of the PIN that was typed for it; spent with the try


@dataclass(frozen=True, slots=True)
class ProposePin(Effect):
    """Keep the PIN's hash until it is typed again. -> PinProposed | PinTooEasy"""

    token: str


@dataclass(frozen=True, slots=True)
class SetPin(Effect):
    """Make the proposed PIN the member's where this one is the same. -> PinSet | PinDiffers"""

    token: str


@dataclass(frozen=True, slots=True)
class ReadPayouts(Effect):
    """-> PayoutsRead"""


@dataclass(frozen=True, slots=True)
class DropDelayNews(Effect):
    """That the payout takes longer is not told any more where it still waits to be: it has ended. -> nothing"""

    payout: str


@dataclass(frozen=True, slots=True)
class ForgetSecret(Effect):
    """Delete a secret the member gave unasked. -> nothing"""

    token: str
