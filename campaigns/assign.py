"""Who gets which arm: drawn from a member's id alone, so that it is the same at every batch, after every kill. Pure."""

from __future__ import annotations

from hashlib import sha256

from campaigns.spec import Campaign

_WHOLE = 1 << 64
_HUNDRED = 100


def arm_of(campaign: Campaign, member_id: str) -> str | None:
    """The name of the member's arm; None: held out.

    Sticky: it follows from the salt (the campaign's id where none is given) and the member's id. Two campaigns with the
    same salt and shares draw alike; a larger holdout holds out whom a smaller one does, and moves nobody else's arm.
    """
    drawn = sha256(f"{campaign.experiment.salt or campaign.id}|{member_id}".encode()).digest()
    # Two draws that know nothing of each other: with one, raising the holdout would push people from arm to arm.
    held, place = (int.from_bytes(drawn[at : at + 8], "big") for at in (0, 8))
    if held * _HUNDRED < campaign.experiment.holdout * _WHOLE:
        return None
    upto = 0
    for arm in campaign.arms:
        upto += arm.share
        if place * _HUNDRED < upto * _WHOLE:
            return arm.name
    raise ValueError(f"the shares of {campaign.id} add up to {upto}, not to 100")


def shares(campaign: Campaign) -> dict[str | None, float]:
    """What part of all people each arm should have, and None the held out; they add up to 1."""
    held = campaign.experiment.holdout / _HUNDRED
    planned: dict[str | None, float] = {arm.name: arm.share / _HUNDRED * (1 - held) for arm in campaign.arms}
    return {None: held, **planned} if held else planned
