"""The shop that is acted for: an invitation accepted from one's own phone, and the choice between several shops."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.effects import RecordConsent, Say, SetLanguage, Value
from flows.events import Begun, Commanded, Resumed, Said, Tapped, asks_again
from flows.helpers_events import (
    AcceptInvitation,
    InvitationAccepted,
    InvitationOpened,
    InvitationRefused,
    OpenInvitation,
    ReadShops,
    ShopGone,
    ShopsRead,
    ShopSwitched,
    ShopTold,
    SwitchShop,
)
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.session import Notice
from flows.spelling import as_name
from flows.texts import words

SHOWN_MAX = 10
NAMED = "shops.named"  # below replies about points, where a person acts for several shops
REFUSED = {"unknown": "joining.unknown", "tries": "joining.tries", "yours": "joining.yours"}
# The ready text of an invitation. The first word keeps numbers of bills and codes of products from being taken for one.
_READY = re.compile(r"\W*(?:join|jion|जॉइन|ज्वाइन)\W+([A-Za-z0-9]{4})[\W_]{0,3}([A-Za-z0-9]{4})\W*")


def invitation_in(typed: str) -> str | None:
    """The code of an invitation's ready text, as XXXXXXXX; None for any other words."""
    found = _READY.fullmatch(typed.casefold()) if len(typed) <= 40 else None
    return f"{found[1]}{found[2]}".upper() if found and (found[1] + found[2]).isascii() else None


@dataclass(frozen=True, slots=True)
class OpeningInvitation(State):
    code: str


@dataclass(frozen=True, slots=True)
class AskOwnNotice(State):
    """The notice, of which everyone who writes to us decides for themselves."""

    invitation: str
    kind: str
    shop: str
    notice: Notice = field(default_factory=Notice)


@dataclass(frozen=True, slots=True)
class AskAccept(State):
    invitation: str
    kind: str
    shop: str


@dataclass(frozen=True, slots=True)
class AskNewOwner(State):
    invitation: str
    shop: str


@dataclass(frozen=True, slots=True)
class AcceptingInvitation(State):
    pass


@dataclass(frozen=True, slots=True)
class ReadingShops(State):
    pass


@dataclass(frozen=True, slots=True)
class ChooseShop(State):
    shops: tuple[ShopTold, ...]
    current: str


@dataclass(frozen=True, slots=True)
class Switching(State):
    pass


def opening_invitation(state: OpeningInvitation, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (OpenInvitation(state.code),))
        case InvitationOpened(invitation, kind, shop, True):
            return Step(AskAccept(invitation, kind, shop), (_ask_accept(kind, shop),))
        case InvitationOpened(invitation, kind, shop, False, notice):
            return Step(AskOwnNotice(invitation, kind, shop, notice), (_ask_notice(shop, notice),))
        case InvitationRefused(why):
            return Step(Done(), (_refused(why),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def ask_own_notice(state: AskOwnNotice, event: Event) -> Step:
    match event:
        case Tapped("yes-en" | "yes-hi" as button):
            locale = button.removeprefix("yes-")
            agreed = (RecordConsent("notice", True, state.notice.version, locale), SetLanguage(locale))
            asked = AskAccept(state.invitation, state.kind, state.shop)
            return Step(asked, (*agreed, _ask_accept(state.kind, state.shop)))
        case Tapped("no-consent") | Commanded("back"):
            return Step(Done(), (Say("joining.declined"),))
        case _:
            return Step(state, (_ask_notice(state.shop, state.notice),), asks_again(event))


def ask_accept(state: AskAccept, event: Event) -> Step:
    match event:
        case Tapped("yes-accept") if state.kind == "owner":
            return Step(AskNewOwner(state.invitation, state.shop), (Say("joining.ask_name"),))
        case Tapped("yes-accept"):
            return Step(AcceptingInvitation(), (AcceptInvitation(state.invitation),))
        case Tapped("no-accept") | Commanded("back"):
            return Step(Done(), (Say("joining.declined"),))
        case _:
            return Step(state, (_ask_accept(state.kind, state.shop),), asks_again(event))


def ask_new_owner(state: AskNewOwner, event: Event) -> Step:
    match event:
        case Said(typed) if not words().are(typed) and (name := as_name(typed)):
            return Step(AcceptingInvitation(), (AcceptInvitation(state.invitation, name),))
        case Commanded("back"):
            return Step(AskAccept(state.invitation, "owner", state.shop), (_ask_accept("owner", state.shop),))
        case _:
            return Step(state, (Say("joining.ask_name"),), asks_again(event))


def accepting_invitation(state: AcceptingInvitation, event: Event) -> Step:
    match event:
        case InvitationAccepted("owner", shop):
            return Step(Done(), (Say("joining.owner", {"shop": shop}),))
        case InvitationAccepted(_, shop):
            return Step(Done(), (Say("joining.helper", {"shop": shop}),))
        case InvitationRefused(why):
            return Step(Done(), (_refused(why),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def reading_shops(state: ReadingShops, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadShops(),))
        case ShopsRead((_, _, *_) as shops, current):
            asked = ChooseShop(shops[:SHOWN_MAX], current)
            return Step(asked, (_choose(asked),))
        case ShopsRead(_, current):
            return Step(Done(), (Say("shops.only", {"current": current}),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def choose_shop(state: ChooseShop, event: Event) -> Step:
    match event:
        case Tapped(button) if chosen := next((s for s in state.shops if button == f"shop-{s.shop}"), None):
            return Step(Switching(), (SwitchShop(chosen.shop),))
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (_choose(state),), asks_again(event))


def switching(state: Switching, event: Event) -> Step:
    match event:
        case ShopSwitched(_, shop):
            return Step(Done(), (Say("shops.switched", {"shop": shop}),))
        case ShopGone():
            return Step(Done(), (Say("shops.gone"),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _ask_accept(kind: str, shop: str) -> Say:
    return Say("joining.accept_owner" if kind == "owner" else "joining.accept_helper", {"shop": shop})


def _ask_notice(shop: str, notice: Notice) -> Say:
    if not notice.links:
        return Say("joining.notice_bare", {"shop": shop})
    first = next(iter(notice.links.values()))
    links: dict[str, Value] = {"link_en": notice.links.get("en", first), "link_hi": notice.links.get("hi", first)}
    return Say("joining.notice", {"shop": shop, **links})


def _refused(why: str) -> Say:
    return Say(REFUSED.get(why, "joining.unknown"))


def _choose(state: ChooseShop) -> Say:
    values: dict[str, Value] = {"current": state.current}
    for number, one in enumerate(state.shops, start=1):
        values |= {f"shop_{number}": one.shop, f"name_{number}": one.name}
    return Say(f"shops.choose.{len(state.shops)}", values)


JOINING = Flow(
    "joining",
    version=1,
    nodes=dict(
        [
            node(
                OpeningInvitation, opening_invitation, goes_to={AskOwnNotice, AskAccept, Done}, may_emit={Say, OpenInvitation},
                hears={InvitationOpened, InvitationRefused},
            ),
            node(
                AskOwnNotice, ask_own_notice, goes_to={AskAccept, Done}, may_emit={Say, RecordConsent, SetLanguage},
            ),
            node(AskAccept, ask_accept, goes_to={AskNewOwner, AcceptingInvitation, Done}, may_emit={Say, AcceptInvitation}),
            node(AskNewOwner, ask_new_owner, goes_to={AcceptingInvitation, AskAccept}, may_emit={Say, AcceptInvitation}),
            node(
                AcceptingInvitation, accepting_invitation, goes_to={Done}, may_emit={Say},
                hears={InvitationAccepted, InvitationRefused},
            ),
        ]
    ),
)  # fmt: skip
SHOPS = Flow(
    "shops",
    version=1,
    nodes=dict(
        [
            node(ReadingShops, reading_shops, goes_to={ChooseShop, Done}, may_emit={Say, ReadShops}, hears={ShopsRead}),
            node(ChooseShop, choose_shop, goes_to={Switching, Done}, may_emit={Say, SwitchShop}),
            node(Switching, switching, goes_to={Done}, may_emit={Say}, hears={ShopSwitched, ShopGone}),
        ]
    ),
)
