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
    """Have the pictures read. -> later, one PhotoRead each"""

    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimCodes(Effect):
    """-> CodesClaimed, one result per code in the same order"""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadBalance(Effect):
    """-> BalanceRead"""


@dataclass(frozen=True, slots=True)
class ReadRedeemTerms(Effect):
    """-> RedeemTermsRead"""


@dataclass(frozen=True, slots=True)
class CheckVpa(Effect):
    """-> VpaAccepted | VpaRefused"""

    token: str


@dataclass(frozen=True, slots=True)
class RequestRedemption(Effect):
    """Hold the points and ask for the payout, both or neither. -> RedemptionRequested | TooFewPoints"""

    points: int
    token: str  # of the VPA


@dataclass(frozen=True, slots=True)
class ForgetSecret(Effect):
    """Delete a secret the member gave unasked. -> nothing"""

    token: str
