"""Sessions and members that tests of the entry start from."""

from __future__ import annotations

from flows import events as ev
from flows.effects import Say
from flows.entry import Turned, converse
from flows.flowbook import BOOK
from flows.kernel import Event
from flows.redeem_events import Destination
from flows.redeem_states import Order, Terms
from flows.session import Asked, Frame, Known, Notice, Session

CODE = "K7QM-3XWD-9T4F-VB2H"
OTHER = "A2BC-D3EF-G4HJ-K5LM"
MEMBER = Known("en", consented=True, enrolled=True, role="electrician", mobile_known=True)
NOTICE = Notice("3", {"en": "https://x.in/privacy"})
STRANGER = Known("hi", mobile_known=True, notice=NOTICE)
TERMS = Terms(least=100, most=1200, paise_per_point=100)
SAVED = Destination("tok_1", "ra•••@okaxis")
KNOWN = Terms(least=100, most=1200, paise_per_point=100, saved=(SAVED,))
UNTAXED = ev.TaxPreviewed(500, 50_000, 0, 50_000, "below", 1_000, 50_000, 20_000_00, False)
ORDER = Order(TERMS, 500, SAVED, UNTAXED)
CONFIRM = Asked(
    "redeem.confirm", {"points": 500, "token": "tok_1", "amount_paise": 50_000, "masked": "x", "promise_minutes": 120}
)


def at(*states: tuple[str, object], asked: Asked | None = None) -> Session:
    return Session(tuple(Frame(flow, BOOK[flow].version, state) for flow, state in states), asked)


def flows(session: Session) -> list[str]:
    return [frame.flow for frame in session.frames]


def said(turned: Turned) -> list[str]:
    return [effect.key for effect in turned.effects if isinstance(effect, Say)]


def through(session: Session, known: Known, *events: Event) -> Turned:
    for event in events:
        turned = converse(session, known, event)
        session, known = turned.session, turned.known
    return turned
