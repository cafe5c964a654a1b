"""The shops that a person acts for: read, and chosen."""

from __future__ import annotations

from flows.helpers_events import (
    HelpedShopRead,
    ReadHelpedShop,
    ReadShops,
    ShopGone,
    ShopsRead,
    ShopSwitched,
    ShopTold,
    SwitchShop,
)
from flows.kernel import Event
from handlers import ownership
from handlers.turn import Turn
from loyalty import memberships


def read_shops(turn: Turn, effect: ReadShops, key: str) -> Event | None:
    mine = memberships.of_contact(turn.conn, turn.person, turn.conversation.programme_id)
    shops = tuple(ShopTold(one.member_id, ownership.shop_name(turn.conn, turn.keyring, one.member_id)) for one in mine)
    return ShopsRead(shops, ownership.shop_name(turn.conn, turn.keyring, turn.member_id))


def read_helped_shop(turn: Turn, effect: ReadHelpedShop, key: str) -> Event | None:
    return HelpedShopRead(turn.member_id, ownership.shop_name(turn.conn, turn.keyring, turn.member_id))


def switch_shop(turn: Turn, effect: SwitchShop, key: str) -> Event | None:
    """Only to one that they act for at this very moment."""
    held = memberships.hold(turn.conn, turn.person, effect.shop)
    if held is None or held.programme_id != turn.conversation.programme_id:
        return ShopGone()
    turn.conversation.member_id = held.member_id
    shop = ownership.shop_name(turn.conn, turn.keyring, held.member_id)
    return ShopSwitched(held.role, shop, ownership.role_of(turn.conn, held.member_id), held.sees_balance)
