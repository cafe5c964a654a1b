"""The words of a campaign's file: arms, languages, buttons, held to what WhatsApp takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from campaigns.spec import Arm, Button, Words
from campaigns.toml_table import Table, doubled
from flows.texts import LOCALES, words
from whatsapp.content.spec import BODY_MAX, PLACEHOLDER
from whatsapp.outbound import BUTTON_TITLE_MAX, QUICK_REPLIES_MAX, size

ARM = r"[a-z][a-z0-9-]{0,23}"
ARM_MEANT = "1 to 24 small letters, digits or dashes, beginning with a letter"
ARMS_MAX = 8
HTTPS = r"https://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(:\d{1,5})?(/[^\s{}\"<>\\]*)?"
LINK_MAX = 2_000  # of an address behind a button
WHOLE = 100


def arms_of(top: Table) -> tuple[Arm, ...]:
    """The arms; one alone may leave out its name and share. Faults are kept with the table."""
    tables = top.tables("arms", needed=True)
    if top.has("arms") and not 1 <= len(tables) <= ARMS_MAX:
        top.fault("arms", f"must be 1 to {ARMS_MAX} of them")
    alone = len(tables) == 1
    arms = tuple(_arm(table, alone) for table in tables)
    for name in doubled(arm.name for arm in arms if arm.name):
        top.fault("arms", f"two are called {name}")
    shares = sum(arm.share for arm in arms)
    if arms and shares != WHOLE:
        top.fault("arms", f"their shares add up to {shares}, and must to {WHOLE}")
    for number, arm in enumerate(arms[1:], 2):  # another language in one arm alone would be another test than the one meant
        for locale in sorted(arms[0].words.keys() ^ arm.words.keys()):
            lacks, has = (number, 1) if locale in arms[0].words else (1, number)
            top.fault(f"arms[{lacks}].words.{locale}", f"is missing, and arms[{has}] has it")
    return arms


def placeholders(arms: tuple[Arm, ...]) -> Iterator[tuple[str, str]]:
    """Where each variable stands, and its name."""
    for number, arm in enumerate(arms, 1):
        for locale, said in arm.words.items():
            for name in dict.fromkeys(PLACEHOLDER.findall(said.body)):
                yield f"arms[{number}].words.{locale}.body", name


# --- inside ---------------------------------------------------------------------------------------------------------


def _arm(table: Table, alone: bool) -> Arm:
    name = table.text("name", "only" if alone else None, shape=ARM, meant=ARM_MEANT)
    share = table.whole("share", WHOLE if alone else None, least=1, most=WHOLE)
    arm = Arm(name, share, _languages(table))
    table.done()
    return arm


def _languages(table: Table) -> Mapping[str, Words]:
    inner = table.table("words", needed=True)
    if inner is None:
        return {}
    found = {}
    for locale in inner.each():
        said = inner.table(locale)
        if locale not in LOCALES:
            inner.fault(locale, f"is no language of ours: choose from {', '.join(LOCALES)}")
        elif said is not None:
            found[locale] = _words(said)
    if not found and table.has("words") and not inner.each():
        table.fault("words", "has no language: write [arms.words.en]")
    return found


def _words(table: Table) -> Words:
    body = table.text("body").strip("\n")
    for fault in _of_body(body):
        table.fault("body", fault)
    media = table.text("media", "", most=LINK_MAX, shape=HTTPS, meant="an https:// address")
    link = table.text("link", "", most=LINK_MAX, shape=HTTPS, meant="an https:// address without variables")
    title = table.text("link_title", "")
    if link and not title:
        table.fault("link_title", "is missing: the words on the button that opens the link")
    if title and not link:
        table.fault("link", "is missing, and link_title is there")
    _title(table, "link_title", title)
    buttons = _buttons(table)
    beside = [name for name, there in (("media", media), ("link", link), ("buttons", buttons)) if there]
    if len(beside) > 1:
        table.fault(beside[1], f"stands beside {beside[0]}: a picture, a link and buttons exclude each other")
    table.done()
    return Words(body, buttons, media, link, title)


def _of_body(body: str) -> Iterator[str]:
    """What WhatsApp refuses in a template, before it is asked."""
    if size(body) > BODY_MAX:
        yield f"is {size(body)} characters long, and WhatsApp takes {BODY_MAX}"
    if "{{" in body or "}}" in body:
        yield "double braces are Twilio's: write {name}"
    elif strange := re.search(r"[{}]", PLACEHOLDER.sub("", body)):
        yield f"a {strange[0]} stands alone: a variable is written {{name}}"
    if re.match(r"\s*\{\w+\}", body):
        yield "begins with a variable: WhatsApp wants words before it"
    if re.search(r"\{\w+\}\W*\Z", body):
        yield "ends with a variable: WhatsApp wants words after it"
    if re.search(r"\}\s*\{", body):
        yield "two variables stand side by side: put words between them"
    if re.search(r"[^\S\n]{4}|\t", body) or "\n\n\n" in body:
        yield "has a tab, four spaces or two empty lines in a row, which WhatsApp refuses"


def _buttons(table: Table) -> tuple[Button, ...]:
    rows = table.tables("buttons")
    if len(rows) > QUICK_REPLIES_MAX:
        table.fault("buttons", f"must be at most {QUICK_REPLIES_MAX} of them")
    commands = sorted(set(words().commands.values()))
    found = []
    for row in rows:
        button = Button(row.choice("id", commands), row.text("title"))
        _title(row, "title", button.title)
        row.done()
        found.append(button)
    for which, values in (("title", [one.title for one in found]), ("id", [one.id for one in found])):
        for twice in doubled(value for value in values if value):
            table.fault("buttons", f"two have the {which} {twice}")
    return tuple(found)


def _title(table: Table, name: str, title: str) -> None:
    if size(title) > BUTTON_TITLE_MAX:
        table.fault(name, f"must have at most {BUTTON_TITLE_MAX} characters, and has {size(title)}")
    if re.search(r"[{}\n]", title):
        table.fault(name, "must be one line of fixed words, without variables")
