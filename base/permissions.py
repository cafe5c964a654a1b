"""Who may do what: the one table of acts. Every verb and every page names its act; nothing else looks at roles.

Pure data. An admin may everything. What is in neither table below cannot be reached: a test walks all verbs and routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ROLES = ("ops", "support", "finance", "admin", "distributor")


@dataclass(frozen=True, slots=True)
class Act:
    """`roles`: whoever has one of them may. `step_up`: only with a code typed within the last minutes. `four_eyes`: a
    second colleague is asked for where the programme's limits or the review say so; never the same person twice."""

    roles: tuple[str, ...]
    step_up: bool = False
    four_eyes: bool = False


_REVIEWERS = ("ops", "support", "finance")
_SERVICE = ("ops", "support")
_DECIDERS = ("ops", "finance")
_MONEY = ("finance",)
_ADMIN = ("admin",)

ACTS: Mapping[str, Act] = {
    # money out, the books, the tax
    "payout.read": Act(_REVIEWERS),
    "payout.approve": Act(_MONEY, step_up=True, four_eyes=True),
    "payout.reject": Act(_MONEY, step_up=True),
    "payout.hold": Act(_MONEY),  # it only stops money: no code is asked for in a hurry
    "payout.release": Act(_MONEY, step_up=True),
    "payout.retry": Act(_MONEY, step_up=True),
    "payout.clear_alert": Act(_MONEY, step_up=True),
    "payout.reconcile": Act(_MONEY),
    "ledger.close": Act(_MONEY, step_up=True),
    "ledger.read_member": Act(_REVIEWERS),
    "tax.read": Act(_REVIEWERS),
    "tax.export": Act(_MONEY, step_up=True),  # PANs in full
    # bills
    "claim.read": Act(_REVIEWERS),
    "claim.approve": Act(_REVIEWERS),
    "claim.correct": Act(_REVIEWERS),
    "claim.reject": Act(_REVIEWERS),
    # who people are
    "kyc.read": Act(_REVIEWERS),
    "kyc.reveal": Act(_DECIDERS),  # a PAN or an account in full
    "kyc.read_picture": Act(_DECIDERS),  # which shows it in full as well
    "kyc.approve": Act(_DECIDERS, four_eyes=True),
    "kyc.enter": Act(_DECIDERS, four_eyes=True),  # what stands on a photo that no program could read
    "kyc.reject": Act(_DECIDERS),
    "kyc.ask": Act(_REVIEWERS),
    "kyc.renew": Act(_DECIDERS),
    # members
    "member.read": Act(_REVIEWERS),
    "member.reset_pin": Act(("support",)),
    "member.language": Act(_SERVICE),
    "member.supplier": Act(_SERVICE),  # whom they buy from: campaigns choose people by it, no points follow from it
    # whole accounts, and who acts for them
    "account.read": Act(_REVIEWERS),
    "account.invite": Act(_REVIEWERS),
    "account.remove": Act(_REVIEWERS),
    "account.switch_off": Act(_REVIEWERS),  # it only stops somebody: no code is asked for in a hurry
    "account.merge": Act(_DECIDERS, step_up=True, four_eyes=True),
    "account.transfer": Act(_DECIDERS, step_up=True, four_eyes=True),
    "account.move": Act(_DECIDERS, step_up=True, four_eyes=True),
    "journal.read": Act(_REVIEWERS),
    "journal.archive": Act(_ADMIN, step_up=True),
    "journal.unmask": Act(("support",), step_up=True),  # what people wrote
    "outbox.read": Act(_REVIEWERS),
    "outbox.release": Act(_SERVICE),
    "parked.read": Act(_REVIEWERS),
    "parked.retry": Act(_SERVICE),
    "parked.drop": Act(_SERVICE),
    "flows.read": Act(_REVIEWERS),  # what people did, and words that several of them wrote
    # what members may ask of us
    "privacy.read": Act(_REVIEWERS),
    "privacy.export": Act(("support",), step_up=True),  # all we hold of a person
    "privacy.erase": Act(("support",)),  # it waits, the member is told and can stop it
    "privacy.erase_now": Act(_ADMIN, step_up=True),
    "privacy.keep": Act(("support",)),
    "privacy.access": Act(_ADMIN),
    "privacy.breach": Act(_ADMIN, step_up=True),
    "limits.read": Act(_REVIEWERS),
    "limits.clear": Act(("ops", "support")),
    # broadcasts
    "campaign.read": Act(_REVIEWERS),
    "campaign.write": Act(("ops",)),  # the file, saved audiences, tests to colleagues: nothing reaches a member
    "campaign.approve": Act(_DECIDERS, step_up=True, four_eyes=True),
    "campaign.send": Act(("ops",), step_up=True),
    "campaign.stop": Act(_REVIEWERS),  # it only stops something: no code is asked for in a hurry
    # what is worth money before anybody has it
    "programme.publish": Act(("ops",), step_up=True),
    "coupon.issue": Act(("ops",), step_up=True),
    "coupon.read_codes": Act(("ops",), step_up=True),
    "coupon.activate": Act(("ops",)),
    "coupon.void": Act(("ops",)),
    "coupon.read": Act(_REVIEWERS),
    # the staff themselves
    "staff.sign_in": Act(ROLES),  # and out again
    "staff.own": Act(ROLES, step_up=True),  # one's own password and authenticator
    "staff.read": Act(ROLES),
    "staff.audit": Act(_ADMIN),  # who did what
    "staff.add": Act(_ADMIN, step_up=True),
    "staff.prove": Act(_ADMIN, step_up=True),  # a colleague's password or authenticator
    "staff.off": Act(_ADMIN, step_up=True),
    "staff.on": Act(_ADMIN, step_up=True),
    "staff.roles": Act(_ADMIN, step_up=True),
    "staff.phone": Act(_ADMIN, step_up=True),  # whose phone it is: campaigns are tested on colleagues' alone
}

# Verbs without an act: whoever runs them has the machine's shell and its environment. They run the house, measure it, or
# read what names no member.
OPERATOR_VERBS = frozenset({
    "serve", "up", "down", "demo", "relay", "worker", "migrate", "clock run", "clock advance", "doctor", "talk", "simulate",
    "flows draw", "flows rewrite", "bench turns", "bench bills", "bench ledger", "bench eyes", "bench guard",
    "bench campaign", "keys new", "keys next", "keys check", "keys rotate",
    "privacy report", "programme show", "coupon batches", "content sync", "content approve", "content list",
    "replay verify", "replay diff", "bench replay",
    "ledger trial", "ledger verify", "ledger liability", "ledger seal", "ledger prove", "ledger verifier",
})  # fmt: skip
# Routes without an act, by endpoint: the outside world's, each with a proof of its own or with nothing to tell.
PUBLIC_ROUTES = frozenset({
    "webhooks.twilio_inbound", "webhooks.twilio_status", "webhooks.razorpayx_events", "webhooks.cashfree_events",
    "healthz", "readyz", "metrics", "media", "link", "static", "console.static", "console.sign_in",
})  # fmt: skip
# There only where time may be moved, for this machine's sandbox: nothing of them exists in a house that faces the real world.
DEVELOPMENT_ROUTES = frozenset({"dev.conversation", "dev.clock", "dev.chat"})


def may(roles: Iterable[str], act: str) -> bool:
    """Whether somebody with these roles may do it. Raises KeyError for an act that is not in the table: a fault of ours."""
    return bool({"admin", *ACTS[act].roles} & set(roles))


def needed(act: str) -> str:
    """The roles that may, in words."""
    return " or ".join(ACTS[act].roles)
