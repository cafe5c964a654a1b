"""The working copy of a session while one event is answered: who is given the event, what was emitted, who goes."""

from __future__ import annotations

from dataclasses import replace

from flows import events as ev
from flows.effects import RecordConsent, SaveMobile, SaveShop, Say, SetLanguage
from flows.flowbook import BOOK, keeper
from flows.helpers_events import InvitationAccepted, ShopLeft, ShopSwitched
from flows.kernel import Done, Effect, Event, FlowBroken, State, step
from flows.move_events import NumberMoved
from flows.session import FRAMES_MAX, Asked, Frame, Known, Session
from flows.texts import text

ENDS_MAX = 2 * FRAMES_MAX  # rounds of frames that may end within one event; more is a loop of ours


class Talk:
    def __init__(self, session: Session, known: Known) -> None:
        self.before = session
        self.known_before = known
        self.restart()

    def restart(self) -> None:
        """As if nothing had been tried yet."""
        self.frames = list(self.before.frames)
        self.known = self.known_before
        self.effects: list[Effect] = []

    def emit(self, *effects: Effect) -> None:
        for effect in effects:
            self.effects.append(effect)
            self.known = after(self.known, effect)

    def give(self, index: int, event: Event) -> bool:
        """Let the frame at `index` answer; True when the event made sense to it."""
        frame = self.frames[index]
        answer = step(BOOK[frame.flow], frame.state, event)
        self.frames[index] = replace(frame, state=answer.state)
        self.emit(*answer.effects)
        return answer.understood

    def resume(self) -> None:
        """Let the frame that has the floor say again where it was."""
        self.give(-1, ev.Resumed(self.known))

    def find(self, flow: str) -> int | None:
        return next((index for index, frame in enumerate(self.frames) if frame.flow == flow), None)

    def floor(self) -> str:
        """The flow that has the floor; "" when nobody has."""
        return self.frames[-1].flow if self.frames else ""

    def lift(self, index: int) -> None:
        """Give the floor to the frame at `index`."""
        self.frames.append(self.frames.pop(index))

    def push(self, flow: str, state: State, at: int | None = None) -> None:
        self.frames.insert(len(self.frames) if at is None else at, Frame(flow, BOOK[flow].version, state))

    def begin(self, flow: str, state: State) -> None:
        self.push(flow, state)
        self.give(-1, ev.Begun(self.known))

    def settle(self) -> None:
        """Take ended frames off the stack; a frame that has the floor again says where it was."""
        for _ in range(ENDS_MAX):
            had_floor = bool(self.frames) and isinstance(self.frames[-1].state, Done)
            self.frames = [frame for frame in self.frames if not isinstance(frame.state, Done)]
            if not had_floor or not self.frames:
                return
            self.resume()
        raise FlowBroken("frames keep ending")

    def session(self, misses: int) -> Session:
        frames = tuple(self.frames)
        while len(frames) > FRAMES_MAX:
            oldest = next((i for i, frame in enumerate(frames) if not keeper(frame.state)), None)
            if oldest is None:
                break
            frames = frames[:oldest] + frames[oldest + 1 :]
        return Session(frames, self._asked(frames), misses)

    def _asked(self, frames: tuple[Frame, ...]) -> Asked | None:
        """The last prompt with buttons. It stands as long as the frame that has the floor is where it was: a yes
        typed after the state has moved on must not be taken for an answer to the question before."""
        prompts = [e for e in self.effects if isinstance(e, Say) and text(self.known.locale, e.key).buttons]
        if prompts:
            return Asked(prompts[-1].key, prompts[-1].values)
        return self.before.asked if frames[-1:] == self.before.frames[-1:] else None


def after(known: Known, happening: Event | Effect) -> Known:
    """What is known once `happening` has taken place."""
    match happening:
        case ev.Enrolled(_, role):
            return replace(known, enrolled=True, role=role, acts="owner", sees_balance=True, owns=False)
        case InvitationAccepted(acts, _, role, sees) | ShopSwitched(acts, _, role, sees):
            owns = acts == "helper" and (known.owns or (known.enrolled and known.acts == "owner"))
            return replace(known, enrolled=True, role=role, acts=acts, sees_balance=sees, owns=owns)
        case ShopLeft(_, ""):
            return replace(known, enrolled=False, role="", acts="owner", sees_balance=True, owns=False, shop_known=False)
        case ShopLeft(_, _, acts, role, sees):  # of their own shops the first comes next, so none is left beside another's
            return replace(known, enrolled=True, role=role, acts=acts, sees_balance=sees, owns=False)
        case NumberMoved(_, role):
            return replace(known, enrolled=True, role=role, acts="owner", sees_balance=True, owns=False)
        case SetLanguage(locale):
            return replace(known, locale=locale)
        case RecordConsent("notice", given):
            return replace(known, consented=given)
        case RecordConsent("messages", given):
            return replace(known, stopped=not given)
        case RecordConsent("marketing", given):
            return replace(known, marketing_stopped=not given)
        case SaveShop():
            return replace(known, shop_known=True)
        case SaveMobile():
            return replace(known, mobile_known=True)
        case _:
            return known
