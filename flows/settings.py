"""The member's own choices; so far the language."""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Say, SetLanguage
from flows.events import Commanded, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node

# The names of the languages are commands, understood anywhere; the list's rows are the same commands.
LANGUAGES = {"english": "en", "hindi": "hi"}


@dataclass(frozen=True, slots=True)
class AskLanguage(State):
    pass


def ask_language(state: AskLanguage, event: Event) -> Step:
    match event:
        case Commanded(language) if language in LANGUAGES:
            return Step(Done(), (SetLanguage(LANGUAGES[language]), Say("settings.language_set")))
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (Say("settings.ask_language"),), asks_again(event))


SETTINGS = Flow(
    "settings",
    version=1,
    nodes=dict([node(AskLanguage, ask_language, goes_to={Done}, may_emit={Say, SetLanguage})]),
)
