"""What is asked and what happens where several people act for one shop: helpers, invitations, the shop that is acted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from flows.kernel import Effect, Event
from flows.session import Notice

# ---- asked of the world ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadHelpers(Effect):
    """-> HelpersRead"""


@dataclass(frozen=True, slots=True)
class InviteHelper(Effect):
    """-> Invited | HelpersFull"""

    name: str  # "": the owner gave none
    scans_per_day: int  # 0: as many as there are
    sees_balance: bool


@dataclass(frozen=True, slots=True)
class RemoveHelper(Effect):
    """End it at once. -> HelperRemoved"""

    helper: str


@dataclass(frozen=True, slots=True)
class OfferShop(Effect):
    """Hand the shop over to whoever shows the code, where the PIN is the owner's. -> Invited | HandoverRefused"""

    pin: str  # its token


@dataclass(frozen=True, slots=True)
class OpenInvitation(Effect):
    """-> InvitationOpened | InvitationRefused"""

    code: str


@dataclass(frozen=True, slots=True)
class AcceptInvitation(Effect):
    """-> InvitationAccepted | InvitationRefused"""

    invitation: str
    name: str = ""  # of a new owner


@dataclass(frozen=True, slots=True)
class ReadShops(Effect):
    """-> ShopsRead"""


@dataclass(frozen=True, slots=True)
class SwitchShop(Effect):
    """-> ShopSwitched | ShopGone"""

    shop: str


@dataclass(frozen=True, slots=True)
class ReadHelpedShop(Effect):
    """Which shop is acted for just now. -> HelpedShopRead"""


@dataclass(frozen=True, slots=True)
class LeaveShop(Effect):
    """Help there no more, from this moment on. -> ShopLeft | LeavingRefused"""

    shop: str


# ---- what came of it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvitationShown(Event):
    """The member, or whoever will be one, sent the ready text of an invitation."""

    code: str


@dataclass(frozen=True, slots=True)
class HelperTold:
    helper: str  # our id of the contact
    name: str  # as the owner calls them, else their number, masked


@dataclass(frozen=True, slots=True)
class HelpersRead(Event):
    helpers: tuple[HelperTold, ...]
    invited: int = 0  # invitations that nobody has accepted yet


@dataclass(frozen=True, slots=True)
class HelpersFull(Event):
    most: int


@dataclass(frozen=True, slots=True)
class Invited(Event):
    code: str  # XXXX-XXXX
    link: str
    until_at: str


@dataclass(frozen=True, slots=True)
class HelperRemoved(Event):
    name: str


@dataclass(frozen=True, slots=True)
class HandoverRefused(Event):
    """why: no_pin | wrong | locked"""

    why: str


@dataclass(frozen=True, slots=True)
class InvitationOpened(Event):
    """kind: helper | owner. `consented`: has agreed to the notice before."""

    invitation: str
    kind: str
    shop: str
    consented: bool
    notice: Notice = field(default_factory=Notice)


@dataclass(frozen=True, slots=True)
class InvitationRefused(Event):
    """why: unknown (wrong, used, over or taken back: not told apart) | tries (too many wrong ones today) | yours (it is for
    somebody else than its owner)"""

    why: str


@dataclass(frozen=True, slots=True)
class InvitationAccepted(Event):
    """From now on they act for the shop, as `acts`: helper | owner; in the shop's `role`."""

    acts: str
    shop: str
    role: str
    sees_balance: bool = True


@dataclass(frozen=True, slots=True)
class ShopTold:
    shop: str  # our id of the member
    name: str


@dataclass(frozen=True, slots=True)
class ShopsRead(Event):
    shops: tuple[ShopTold, ...]
    current: str  # the name of the one that is acted for


@dataclass(frozen=True, slots=True)
class ShopSwitched(Event):
    acts: str
    shop: str
    role: str
    sees_balance: bool = True


@dataclass(frozen=True, slots=True)
class ShopGone(Event):
    """They act for it no more."""


@dataclass(frozen=True, slots=True)
class HelpedShopRead(Event):
    shop: str  # our id of the member
    name: str


@dataclass(frozen=True, slots=True)
class ShopLeft(Event):
    """They help there no more. `onward`: the shop that they act for from now on, as `acts`; "": for none."""

    shop: str
    onward: str = ""
    acts: str = "owner"
    role: str = ""
    sees_balance: bool = True


@dataclass(frozen=True, slots=True)
class LeavingRefused(Event):
    """why: gone (they act for it no more) | owner (it is theirs by now)"""

    why: str


@dataclass(frozen=True, slots=True)
class FoundAgain(Event):
    """To the newer conversation of a person whom we knew twice: what they sent here counts for the account they have."""


# ---- told to others -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HelperJoined(Event):
    """To the owner."""

    lane: ClassVar[str] = "notice"
    name: str


@dataclass(frozen=True, slots=True)
class HelperLeft(Event):
    """To the owner: a helper has gone by themselves."""

    lane: ClassVar[str] = "notice"
    name: str


@dataclass(frozen=True, slots=True)
class RemovedFromShop(Event):
    """To somebody who was a helper until now."""

    lane: ClassVar[str] = "notice"
    shop: str


@dataclass(frozen=True, slots=True)
class ShopHandedOver(Event):
    """To whoever was the owner until now."""

    lane: ClassVar[str] = "notice"
    shop: str


@dataclass(frozen=True, slots=True)
class ShopTakenOver(Event):
    """To the new owner, where our people did it."""

    lane: ClassVar[str] = "notice"
    shop: str


@dataclass(frozen=True, slots=True)
class AccountsMerged(Event):
    """Our people have put two accounts of theirs together."""

    lane: ClassVar[str] = "notice"
    points: int  # that came over
