"""From what was typed to what was meant: buttons by number, title or common word; commands in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from flows.events import Commanded, Said, Tapped
from flows.kernel import Event
from flows.session import Asked
from flows.spelling import normalised, whole_number
from flows.texts import LOCALES, Answer, catalogue, words

COMMAND = "cmd."  # a button whose id begins so is a command wherever it is tapped, however old the prompt
REDEEM = "redeem"  # the command that takes a number beside it
LETTERS_MAX = 100  # nothing we understand is longer
FUZZY_LETTERS_MIN = 5  # shorter words are one slip away from too many others
MEANT = ("yes", "move")  # buttons that are never guessed: these have to be meant
# "shop karo" is not "stop karo"
NEVER_GUESSED = ("stop", "start", "stop_marketing", "start_marketing", "cancel", "delete_data", "keep_data")


def exactly(said: Said, asked: Asked | None, locale: str) -> Event:
    """The event the words stand for, taken literally; the words themselves where they stand for nothing."""
    if len(said.text) > LETTERS_MAX:
        return said
    typed = normalised(said.text)
    return _literally(typed, asked, locale) or _literally(_bare(typed), asked, locale) or _with_points(said) or said


def nearly(said: Said, asked: Asked | None, locale: str) -> Event | None:
    """A second look, forgiving one slip of the finger, for words the state could make nothing of.

    Never guesses a yes, a STOP or a cancel: those have to be meant.
    """
    if len(said.text) > LETTERS_MAX:
        return None
    typed = _bare(normalised(said.text))
    if len(typed) < FUZZY_LETTERS_MIN:
        return None
    options = _options(asked, locale)
    guesses = {word: button for word, button in options.items() if _meaning(button) not in MEANT}
    offered = list(guesses.values())
    for word in _words_by_letter()[1].get(typed[0], ()):
        if (button := _by_meaning(word, offered)) is not None:
            guesses.setdefault(word, button)
    commands, answers = _words_by_letter()
    # the nearest of all: "my money has not come" is near to "I do not have it", and nearer to itself
    not_at_hand = [word for word in answers.get(typed[0], ()) if words().answers[word].meaning == "later"]
    near = _near(typed, [*guesses, *commands.get(typed[0], ()), *not_at_hand])
    if near in guesses:
        return tapped(guesses[near])
    if near in not_at_hand:
        return None
    rest, points = _number_taken_out(said.text) or (typed, 0)
    near = _near(rest, commands.get(rest[:1], ()))
    command = words().commands[near] if near else ""
    return Commanded(command, points) if command == REDEEM or (command and rest == typed) else None


def declines(typed: str, *, a_name: bool = False) -> bool:
    """Whether the words say no, later, or that what was asked for is not at hand. `a_name`: one was asked for, and a word
    that is also somebody's name is that name."""
    if a_name and normalised(typed) in words().also_names:
        return False
    answer = _said_alone(typed)
    return answer is not None and answer.meaning in ("no", "skip", "later")


def says_yes(typed: str) -> bool:
    """Whether the words are a yes that was meant as one, and not the ok of somebody who has read what was said."""
    answer = _said_alone(typed)
    return answer is not None and answer.meaning == "yes" and normalised(typed) not in words().nods


def _said_alone(typed: str) -> Answer | None:
    flat = normalised(typed)
    return words().answers.get(flat) or words().answers.get(_bare(flat))


def tapped(button: str) -> Event:
    return Commanded(button.removeprefix(COMMAND)) if button.startswith(COMMAND) else Tapped(button)


def is_ours(button: str) -> bool:
    """Whether some question of ours has, or had, a button of this meaning."""
    return _meaning(button) in _meanings()


def filled(template: str, values: Mapping[str, str | int]) -> str:
    """Placeholders replaced by the raw values; an unknown one stays as it is."""
    return re.sub(r"\{(\w+)\}", lambda m: str(values.get(m[1], m[0])), template)


def _literally(typed: str, asked: Asked | None, locale: str) -> Event | None:
    command = words().commands.get(typed)
    if command in ("stop", "start"):  # the law's words come before any button that happens to be titled so
        return Commanded(command)
    options = _options(asked, locale)
    if typed in options:
        return tapped(options[typed])
    if (button := _by_meaning(typed, options.values())) is not None:
        return tapped(button)
    return Commanded(command) if command else None


def _with_points(said: Said) -> Commanded | None:
    """ "redeem 50", "50 पॉइंट के पैसे": the command together with its number."""
    rest, points = _number_taken_out(said.text) or ("", 0)
    return Commanded(REDEEM, points) if words().commands.get(rest) == REDEEM else None


def _number_taken_out(text: str) -> tuple[str, int] | None:
    """The words without the one number among them and what belongs to it, and the number: 0 where it is no number of
    points (a sum of money, a fraction). None where there is not one number, or nothing beside it."""
    parts, known = text.split(), words()
    numbers = [part for part in parts if any(letter.isnumeric() for letter in part)]
    beside = [word for part in parts if part not in numbers for word in normalised(part).split()]
    nothing = known.points | known.beside_points | known.courtesy
    kept = [word for word in beside if word not in nothing]
    rests = (" ".join(kept), " ".join(word for word in kept if word not in known.money))  # "rupaye chahiye", "redeem rs"
    if len(numbers) != 1 or not kept:
        return None
    in_money = any(word in known.money for word in beside) and not any(word in known.points for word in beside)
    points = 0 if in_money else whole_number(numbers[0].strip(",;:!?।()\"'")) or 0
    return next((rest for rest in rests if rest in known.commands), rests[1]), points


def _options(asked: Asked | None, locale: str) -> Mapping[str, str]:
    """What may be typed for the last prompt's buttons -> the button's id. Titles of every language count: the
    member may have changed theirs since, or read the notice, which shows all."""
    if asked is None:
        return {}
    options: dict[str, str] = {}
    for tongue in (locale, *(other for other in LOCALES if other != locale)):
        prompt = catalogue(tongue).get(asked.key)  # a stored prompt may be of words that are gone since
        for number, button in enumerate(prompt.buttons if prompt else (), start=1):
            identity = filled(button.id, asked.values)
            if _meaning(identity) != "move":  # a bare number may be meant for another question, as a bare yes may
                options.setdefault(str(number), identity)
            options.setdefault(_title(button.title, asked.values), identity)
    return options


def _title(title: str, values: Mapping[str, str | int]) -> str:
    return normalised(filled(title, values)) if "{" in title else _fixed_title(title)


@cache
def _meanings() -> frozenset[str]:
    return frozenset(_meaning(b.id) for prompt in catalogue(LOCALES[0]).values() for b in prompt.buttons)


@cache
def _fixed_title(title: str) -> str:
    return normalised(title)


@cache
def _words_by_letter() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Commands and answers that may be guessed, by their first letter: fingers seldom slip on that one, and most of
    the words need not be looked at."""
    commands = [word for word, command in words().commands.items() if command not in NEVER_GUESSED]
    return _by_letter(commands), _by_letter(words().answers)


def _by_letter(candidates: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in candidates:
        if len(word) >= FUZZY_LETTERS_MIN:
            found[word[0]] = (*found.get(word[0], ()), word)
    return found


def _by_meaning(typed: str, buttons: Iterable[str]) -> str | None:
    """The button the word stands for; where a prompt has one per language, that of the word's own."""
    answer = words().answers.get(typed)
    if answer is None:
        return None
    fitting = [button for button in buttons if _meaning(button) == answer.meaning]
    own = f"{answer.meaning}-{answer.locale}"
    return own if own in fitting else next(iter(fitting), None)


def _meaning(button: str) -> str:
    return button.removeprefix(COMMAND).split("-", 1)[0]


def _bare(typed: str) -> str:
    """Without the courtesy around it; courtesy alone stays."""
    return " ".join(word for word in typed.split() if word not in words().courtesy) or typed


def _near(typed: str, candidates: Iterable[str]) -> str | None:
    alike = [c for c in candidates if len(c) >= FUZZY_LETTERS_MIN and c[0] == typed[0]]
    return next(iter(get_close_matches(typed, alike, n=1, cutoff=0.8)), None)


__all__ = ["COMMAND", "declines", "exactly", "filled", "is_ours", "nearly", "normalised", "says_yes", "tapped"]
