"""Why: for each credit, refusal and silence of a turn, the reason that was stored at that moment. Pure.

Nothing is judged anew: reasons are read off the events that handlers gave, the facts of postings, and the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.codec import to_json
from flows.effects import Say
from flows.entry import MEMBER
from journal import masked
from journal.record import Entry
from journal.replay import Turn
from journal.replay_keys import results

REFUSALS = (
    "Refused", "Rejected", "Failed", "Limited", "Locked", "Wrong", "Differs", "TooEasy", "NotUsable", "Parked", "Reversed",
    "Changed", "ExceedsCash",
)  # fmt: skip
REASONS = ("reason", "problem", "why", "until_at", "usable_at", "kind")
WELL = ("credited", "joined")
UNTOLD = ("held", "expired", "failed", "unconfirmed", "uncertain")


@dataclass(frozen=True, slots=True)
class Why:
    """kind: credit | refusal | question | misunderstood | silence | untold. `about`: what it is about: a posting's key, an
    event's name, a text's key. `facts`: what was stored with it, masked."""

    kind: str
    about: str
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def reasons(turn: Turn) -> list[Why]:
    """In the order of what happened."""
    found = [Why("credit", p.key, str(p.facts.get("rule") or p.reason), p.facts) for p in turn.postings if p.reason == "earn"]
    for entry in turn.entries:
        found += _of_event(entry)
        if entry.after.misses > entry.before.misses:
            found.append(Why("misunderstood", type(entry.event).__name__, f"{entry.after.misses} in a row"))
    found += [
        Why("untold", told.text_key, told.reason or str(told.error_code or told.state), {"state": told.state})
        for told in turn.told if told.state in UNTOLD
    ]  # fmt: skip
    return found + list(_silence(turn))


def _of_event(entry: Entry) -> Iterator[Why]:
    name, event = type(entry.event).__name__, to_json(entry.event)
    for result in results(event):
        if result.get("outcome", "") not in ("", *WELL):
            yield _of_result(name, result)
    refused = name.endswith(REFUSALS) or name.startswith(("TooFew", "TooMany", "No")) or bool(event.get("problem"))
    if refused:
        reason = next((str(event[word]) for word in REASONS if event.get(word)), name)
        yield Why("refusal", name, reason, masked.value({k: v for k, v in event.items() if k != masked.TAG}))


def _of_result(name: str, one: Mapping[str, Any]) -> Why:
    outcome = str(one["outcome"])
    asked = outcome in ("asked", "review")
    question = one.get("question") or {}
    reason = one.get("reason") or " ".join(filter(None, (question.get("kind"), question.get("field")))) or outcome
    facts = masked.value({k: v for k, v in one.items() if k != masked.TAG and v not in ("", 0, None)})
    return Why("question" if asked else "refusal", name, str(reason), facts)


def _silence(turn: Turn) -> Iterator[Why]:
    """A turn that told nothing: what it waits for, or that nobody waited for what happened."""
    if not turn.entries or any(isinstance(effect, Say) for entry in turn.entries for effect in entry.effects):
        return
    if turn.tasks:
        for task in turn.tasks:
            yield Why("silence", turn.event, f"{task.kind} {task.outcome or task.state}", {"task": task.id})
    elif not any(entry.effects for entry in turn.entries):
        heard = "kept" if turn.entries[-1].before != turn.entries[-1].after else "nobody waited for it any more"
        yield Why("silence", turn.event, heard)
    else:
        asked = ", ".join(turn.effects)
        yield Why("silence", turn.event, f"asked for {asked}" if isinstance(turn.entries[0].event, MEMBER) else f"did {asked}")
