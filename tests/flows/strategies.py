"""Any event, any state, any person: with a bias to what flows look at."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints

from hypothesis import strategies as st

from flows import bill_events as bill
from flows import events as ev
from flows.codec import kinds
from flows.flowbook import BOOK, NEWS
from flows.helpers import ChooseHelper
from flows.helpers_events import HelperTold, ShopTold
from flows.kernel import Effect, Event, State
from flows.redeem_states import AskForget, OfferSaved, Terms
from flows.scan_words import HINTS, PROBLEMS
from flows.session import Known
from flows.shops import ChooseShop
from flows.texts import LOCALES, catalogue, words

CODES = ("K7QM-3XWD-9T4F-VB2H", "A2BC-D3EF-G4HJ-K5LM", "Z9YX-W8VT-S7RQ-P6NM")
PHOTOS = ("ph_1", "ph_2", "ph_3")
TOKENS = ("", "tok_1", "tok_2")
OUTCOMES = (
    "credited",
    "already_yours",
    "claimed_by_other",
    "not_active",
    "expired",
    "void",
    "typo",
    "budget_spent",
    "unheard_of",
)

BILL_BUTTONS = ("yes-number-clm_1", "no-total-clm_1", "skip-corner-clm_2")
BILLS = ("clm_1", "clm_2", "clm_3")
REASONS = (
    "vpa_invalid", "account_invalid", "bank", "declined", "other", "repeated", "phone", "crossing",
    "name_differs", "duplicate", "doubtful", "contested", "stale", "seen_yours", "seen_open", "too_small", "returned",
)

typed = st.one_of(
    st.sampled_from(sorted({*words().commands, *words().answers})),
    st.sampled_from(["1", "2", "३", "500", "१,२००", "110001", "98765 43210", "Ramesh", "रमेश कुमार", "👍", "", "\u200b"]),
    st.text(max_size=30),
)
buttons = st.one_of(
    st.sampled_from(sorted({b.id for locale in LOCALES for t in catalogue(locale).values() for b in t.buttons})),
    st.sampled_from(
        [*BILL_BUTTONS, "all-1200", "some-600", "yes-500-tok_1-50000", "yes-tok_1", "to-tok_2", "drop-tok_1", "forget", "why",
         "helper-x", "helper-Ramesh", "shop-x", "shop-Ramesh", "all-", "all-²", "all--5", "cmd.", "cmd.x"]
    ),
    st.text(max_size=10),
)
small = st.integers(0, 2_000)
dates = st.sampled_from(["", "2026-01-05"])
results = st.builds(
    ev.CodeResult,
    st.sampled_from(CODES),
    st.sampled_from(OUTCOMES),
    small,
    st.sampled_from(["", "LED"]),
    dates,
)
movements = st.builds(
    ev.Movement,
    st.just("2026-01-05"),
    st.sampled_from(["earned", "held", "paid", "returned", "expired", "corrected", "unheard_of"]),
    st.integers(-500, 500),
    st.sampled_from(["", "LED"]),
)
questions = st.builds(
    bill.Question,
    st.sampled_from(BILLS),
    st.sampled_from(["confirm", "type", "corner", "unheard_of"]),
    st.sampled_from(["", "number", "date", "total", "seller", "unheard_of"]),
    st.sampled_from(["", "GST/2526/0417", "2026-01-05", "1475000", "²", "27AABCR4521P1Z3"]),
    st.sampled_from(["", "top", "bottom", "unheard_of"]),
)
decided = st.builds(
    bill.ClaimResult,
    claim=st.sampled_from(BILLS),
    outcome=st.sampled_from(["credited", "asked", "review", "refused", "joined", "unheard_of"]),
    reason=st.sampled_from([*REASONS, "unheard_of"]),
    on=dates,
    points=small,
    sent_on=dates,
    other=st.sampled_from(["", *BILLS]),
    question=st.one_of(st.none(), questions),
)
known = st.builds(
    Known,
    locale=st.sampled_from(LOCALES),
    consented=st.booleans(),
    enrolled=st.booleans(),
    role=st.sampled_from(["", "electrician", "retailer"]),
    profile_name=st.one_of(st.sampled_from(["", "Ramesh 🔥", "9", "A" * 40]), st.text(max_size=5)),
    shop_known=st.booleans(),
    mobile_known=st.booleans(),
    stopped=st.booleans(),
    acts=st.sampled_from(["owner", "helper"]),
    sees_balance=st.booleans(),
    owns=st.booleans(),
)
by_name = {
    "text": typed,
    "button": buttons,
    "command": st.one_of(st.sampled_from(sorted(set(words().commands.values()))), st.text(max_size=5)),
    "codes": st.lists(st.sampled_from(CODES), max_size=3, unique=True).map(tuple),
    "photos": st.lists(st.sampled_from(PHOTOS), max_size=3, unique=True).map(tuple),
    "documents": st.just(("doc_1",)),
    "photo": st.sampled_from(PHOTOS),
    "hints": st.lists(st.sampled_from([*HINTS, "odd"]), max_size=2).map(tuple),
    "problem": st.sampled_from(["", "no_code", "unreadable", "no_card", *PROBLEMS, "odd"]),
    "token": st.sampled_from(TOKENS),
    "kind": st.sampled_from(
        ["vpa", "bank", "pan", "gstin", "udyam", "destination", "pin", "aadhaar", "malformed", "sticker", "audio"]
    ),
    "state": st.sampled_from(["missing", "checking", "verified", "ask_again", "review", "rejected", "asked", "paid", "odd"]),
    "needs": st.sampled_from([(), ("pan",), ("destination",), ("gstin", "pan"), ("unheard_of",)]),
    "waits": st.sampled_from([(), ("pan",), ("unheard_of",)]),
    "usable_at": st.sampled_from(["", "2026-01-06T10:00"]),
    "locked_at": st.sampled_from(["", "2026-01-05T12:00"]),
    "until_at": st.just("2026-01-05T12:00"),
    "promised_at": st.sampled_from(["", "2026-01-05T12:00"]),
    "limit": st.sampled_from(["", "day", "month", "unheard_of"]),
    "ifsc": st.just("HDFC0001234"),
    "results": st.lists(results, max_size=20).map(tuple),
    "movements": st.lists(movements, max_size=7).map(tuple),
    "masked": st.just("ra•••@okaxis"),
    "reason": st.sampled_from(REASONS),
    "claim": st.sampled_from(BILLS),
    "bills": st.lists(st.sampled_from(BILLS), max_size=3, unique=True).map(tuple),
    "questions": st.lists(questions, min_size=1, max_size=3).map(tuple),
    "decided": st.lists(decided, max_size=8).map(tuple),
    "waiting": st.integers(1, 3),
    "on": dates,
    "expiring_on": dates,
    "locale": st.sampled_from(LOCALES),
    "role": st.sampled_from(["electrician", "retailer", "dealer", "distributor"]),
    "known": known,
    "claims": st.integers(1, 3),
    "acts": st.sampled_from(["owner", "helper"]),
    "links": st.sampled_from([{}, {"hi": "https://x.in/hi"}, {"en": "https://x.in", "hi": "https://x.in/hi"}]),
}


def instances(kind: type) -> st.SearchStrategy:
    if kind in (OfferSaved, AskForget):  # there is something to offer, or the state is never come into
        terms = instances(Terms).filter(lambda one: one.saved)
        return st.builds(kind, terms, small)
    if kind in (ChooseHelper, ChooseShop):
        listed, told = ("helpers", HelperTold) if kind is ChooseHelper else ("shops", ShopTold)
        more = {} if kind is ChooseHelper else {"current": st.just("Ramesh")}
        return st.builds(kind, **{listed: st.lists(instances(told), min_size=1, max_size=10).map(tuple)}, **more)
    hints = get_type_hints(kind)
    chosen = {f.name: by_name[f.name] if f.name in by_name else _of(hints[f.name]) for f in fields(kind)}
    return st.builds(kind, **chosen)


def _of(hint: object) -> st.SearchStrategy:
    if hint is int:
        return small
    if hint is bool:
        return st.booleans()
    if hint is str:
        return st.sampled_from(["", "Ramesh", "x"])
    members = getattr(hint, "__args__", ())
    if hint == tuple[str, ...]:
        return st.just(())
    if Ellipsis in members:
        return st.lists(instances(members[0]), max_size=8).map(tuple)
    if type(None) in members:
        return st.one_of(st.none(), *(_of(m) for m in members if m is not type(None)))
    return instances(hint)


# not __subclasses__(): a slotted dataclass leaves the class it was made from behind
EVENT_KINDS: tuple[type[Event], ...] = tuple(kind for _, kind in sorted(kinds().items()) if issubclass(kind, Event))
EFFECT_KINDS: tuple[type[Effect], ...] = tuple(kind for _, kind in sorted(kinds().items()) if issubclass(kind, Effect))
STATE_KINDS: tuple[type[State], ...] = tuple(state for flow in (*BOOK.values(), NEWS) for state in flow.nodes)
INTERNAL = (ev.Begun, ev.Resumed)
events = st.one_of(*(instances(kind) for kind in EVENT_KINDS))
from_outside = st.one_of(*(instances(kind) for kind in EVENT_KINDS if kind not in INTERNAL))
