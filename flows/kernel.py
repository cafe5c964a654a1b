"""The conversation kernel: one pure function and the data it works on.

A flow is a graph. Each state is a small frozen dataclass; each node says which function answers in that state, where
it may go, what it may ask the world to do and which happenings of the world it listens for even while another flow
has the floor. `step` checks every answer against the node, so a diagram drawn from the table cannot lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar


class State:
    """Where a conversation stands within one flow. Subclasses are frozen, slotted dataclasses."""

    __slots__ = ()


class Event:
    """Something that happened, named in the past tense. `lane` is the outbox lane of the words that answer it."""

    __slots__ = ()
    lane: ClassVar[str] = "reply"


class Effect:
    """Something asked of the world, named in the imperative."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Done(State):
    """The flow has ended; its frame leaves the stack and the flow beneath it resumes."""


S = TypeVar("S", bound=State)


@dataclass(frozen=True, slots=True)
class Step:
    """An answer: the next state, the effects in order, and whether the event made sense in this state."""

    state: State
    effects: tuple[Effect, ...] = ()
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    answer: Callable[[Any, Event], Step]
    goes_to: frozenset[type[State]]
    may_emit: frozenset[type[Effect]]
    hears: frozenset[type[Event]]
    asks: str | None


def node(
    state: type[S],
    answer: Callable[[S, Event], Step],
    *,
    goes_to: set[type[State]],
    may_emit: set[type[Effect]],
    hears: set[type[Event]] | None = None,
    asks: str | None = None,
) -> tuple[type[State], Node]:
    """One row of a flow's table.

    `hears`: events of the world that this state takes even when its frame is not on top.
    `asks`: the kind of secret the state asks for ("vpa"); what the member writes there arrives as SecretGiven. With a
    question mark ("vpa?") the state does not wait for one but takes one: other words arrive as they are.
    """
    return state, Node(answer, frozenset(goes_to) | {state}, frozenset(may_emit), frozenset(hears or ()), asks)


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    version: int
    nodes: Mapping[type[State], Node]


class FlowBroken(AssertionError):
    """A flow answered outside its own declaration: a programmer error, never a member's."""


def step(flow: Flow, state: State, event: Event) -> Step:
    """Answer `event` in `state`. Raises FlowBroken when the answer leaves the state's declared row."""
    declared = flow.nodes[type(state)]
    answer = declared.answer(state, event)
    if type(answer.state) not in declared.goes_to:
        raise FlowBroken(f"{flow.name}: {type(state).__name__} -> {type(answer.state).__name__} is not declared")
    for effect in answer.effects:
        if type(effect) not in declared.may_emit:
            raise FlowBroken(f"{flow.name}: {type(state).__name__} may not emit {type(effect).__name__}")
    return answer
