"""The effects of helpers, shops and new numbers, and the function that does each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flows import helpers_events as several
from flows import move_events as moves
from flows.kernel import Effect, Event
from handlers.helpers import (
    accept_invitation,
    invite_helper,
    leave_shop,
    offer_shop,
    open_invitation,
    read_helpers,
    remove_helper,
)
from handlers.moving import answer_move, ask_old_phone, prove_move
from handlers.shops import read_helped_shop, read_shops, switch_shop
from handlers.turn import Turn

HELPERS_AND_SHOPS: Mapping[type[Effect], Callable[[Turn, Any, str], Event | None]] = {
    several.ReadHelpers: read_helpers,
    several.InviteHelper: invite_helper,
    several.RemoveHelper: remove_helper,
    several.OfferShop: offer_shop,
    several.OpenInvitation: open_invitation,
    several.AcceptInvitation: accept_invitation,
    several.ReadShops: read_shops,
    several.SwitchShop: switch_shop,
    several.ReadHelpedShop: read_helped_shop,
    several.LeaveShop: leave_shop,
    moves.ProveMove: prove_move,
    moves.AskOldPhone: ask_old_phone,
    moves.AnswerMove: answer_move,
}
