"""Where a member who proves who they are stands, and what each state carries: tokens and masks, never a number."""

from __future__ import annotations

from dataclasses import dataclass

from flows.kernel import State
from flows.kyc_events import KycPlace


@dataclass(frozen=True, slots=True)
class ReadingKyc(State):
    """`told`: the member has seen where they stand, so only what comes next is said."""

    told: bool = False


@dataclass(frozen=True, slots=True)
class AskKycGstin(State):
    pass


@dataclass(frozen=True, slots=True)
class AskKycName(State):
    """In whose name the GST registration is."""

    token: str


@dataclass(frozen=True, slots=True)
class AskKycPan(State):
    """`blurred`: photos of the card so far that could not be read."""

    blurred: int = 0


@dataclass(frozen=True, slots=True)
class ReadingKycCard(State):
    photo: str
    blurred: int


@dataclass(frozen=True, slots=True)
class ConfirmKycCard(State):
    """Is this what the card says?"""

    photo: str
    token: str
    masked: str
    name: str
    blurred: int


@dataclass(frozen=True, slots=True)
class OfferKycPan(State):
    """The PAN within the GSTIN, as the member's own."""

    masked: str


@dataclass(frozen=True, slots=True)
class AskKycUdyam(State):
    pass


@dataclass(frozen=True, slots=True)
class AskKycPlace(State):
    """Where money goes. `offer`: a destination that is saved already."""

    offer: KycPlace | None = None


@dataclass(frozen=True, slots=True)
class AskKycIfsc(State):
    account: str  # the number's token


@dataclass(frozen=True, slots=True)
class AskKycHolder(State):
    account: str
    ifsc: str


@dataclass(frozen=True, slots=True)
class CheckingKycPlace(State):
    """Whether money can go there at all."""

    token: str


@dataclass(frozen=True, slots=True)
class SavingKyc(State):
    kind: str
