"""What is asked of the world while a member proves who they are, and what came of it. No secrets: tokens and masks.

kind: pan | gstin | udyam | destination. reason: a word of `flows.kyc_words.REASONS`, or "".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.kernel import Effect, Event


@dataclass(frozen=True, slots=True)
class KycStanding:
    """Where one kind stands. state: missing | checking | verified | ask_again | review | rejected."""

    kind: str
    state: str
    masked: str = ""
    since_at: str = ""  # India's time, YYYY-MM-DDTHH:MM
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KycPlace:
    """A destination that is saved: it can be checked without being typed again."""

    token: str
    masked: str


@dataclass(frozen=True, slots=True)
class KycRead(Event):
    """All that the member's role may be asked for; none: this programme asks for nothing."""

    standings: tuple[KycStanding, ...] = ()
    place: KycPlace | None = None


@dataclass(frozen=True, slots=True)
class KycGraded(Event):
    """What was made of what was given. state: verified | checking | ask_again | review.
    `pan_masked`: of the PAN within a GSTIN, where it could be taken as the member's own."""

    kind: str
    state: str
    masked: str = ""
    reason: str = ""
    pan_masked: str = ""


@dataclass(frozen=True, slots=True)
class KycCardRead(Event):
    """A photo of a PAN card was read. problem: "" | unreadable | aadhaar | no_card (a code or a bill). `token`: of the PAN
    that stands on it."""

    photo: str
    token: str = ""
    masked: str = ""
    name: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class KycAsked(Event):
    """Nothing was sent: for so much money the member must be known. `needs`: still to be given; `waits`: given, and being
    looked at. One of them is not empty."""

    points: int
    needs: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KycApproved(Event):
    """The bank, or one of our people, has found it right."""

    lane: ClassVar[str] = "notice"
    kind: str
    masked: str


@dataclass(frozen=True, slots=True)
class KycRejected(Event):
    lane: ClassVar[str] = "notice"
    kind: str
    masked: str
    reason: str


@dataclass(frozen=True, slots=True)
class KycAskedAgain(Event):
    lane: ClassVar[str] = "notice"
    kind: str
    masked: str
    reason: str


@dataclass(frozen=True, slots=True)
class KycSentToReview(Event):
    """What was being checked waits for one of our people now."""

    lane: ClassVar[str] = "notice"
    kind: str
    masked: str


# ---- asked of the world ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadKyc(Effect):
    """-> KycRead"""


@dataclass(frozen=True, slots=True)
class ReadKycCard(Effect):
    """Have the photo read as a PAN card. -> later, KycCardRead"""

    photo: str


@dataclass(frozen=True, slots=True)
class SaveKyc(Effect):
    """Keep what was given, and judge it. `name`: that stands beside it; `photo`: it was read from. -> KycGraded"""

    kind: str
    token: str
    name: str = ""
    photo: str = ""


@dataclass(frozen=True, slots=True)
class TakeKycPan(Effect):
    """Take the PAN within the member's GSTIN as theirs. -> KycGraded"""


@dataclass(frozen=True, slots=True)
class SendKycPhoto(Effect):
    """One of our people shall read the photo. -> KycGraded"""

    photo: str
