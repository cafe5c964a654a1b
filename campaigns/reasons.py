"""Why a campaign leaves somebody out: one reason each, the first of a fixed order that holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.spec import Category

_WORDS: Mapping[str, str] = {
    "erased": "they asked us to delete their data",
    "suspended": "their account is switched off, or their phone is locked out just now",
    "no_contact": "nobody writes to this sender for them",
    "not_consented": "they have not agreed to messages from us",
    "stopped": "they said STOP, or have blocked us",
    "marketing_stopped": "they want no marketing messages",
    "overdue": "a bill or a payout of theirs is overdue: nothing promotional until it is settled",
    "no_words": "the campaign has no words in their language, and none to fall back on",
    "template_not_approved": "WhatsApp has not approved the words that they would get",
    "already": "they, or somebody at the same phone, have had this campaign already",
    "capped": "they have had as many marketing messages this week as the programme allows",
    "attention": "what is left of this week's messages is kept for campaigns of higher priority",
    "budget": "the campaign's budget is spent",
    "too_late": "it could leave only after the campaign's end",
}
REASONS: tuple[str, ...] = tuple(_WORDS)  # in the order in which they are looked at


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about one member; all false, and they get it."""

    erased: bool = False
    suspended: bool = False
    no_contact: bool = False
    not_consented: bool = False
    stopped: bool = False
    marketing_stopped: bool = False
    overdue: bool = False
    no_words: bool = False
    template_not_approved: bool = False
    already: bool = False
    capped: bool = False
    attention: bool = False
    budget: bool = False
    too_late: bool = False


# Of a utility message: it is about what the member did, so what guards people from advertising is not asked.
MARKETING_ONLY = ("marketing_stopped", "overdue", "capped", "attention")


def why_not(facts: Facts, category: Category) -> str | None:
    """The reason, or None: they get it, unless they are held out."""
    asked = (name for name in REASONS if category == "marketing" or name not in MARKETING_ONLY)
    return next((name for name in asked if getattr(facts, name)), None)


def words(reason: str) -> str:
    """A plain sentence for people of the staff. KeyError for a word that is no reason."""
    return _WORDS[reason]
