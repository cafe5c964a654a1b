"""Content resources for every text with buttons and every template, in every locale: made at Twilio, remembered in the
database."""

from __future__ import annotations

from collections.abc import Collection

from bot.wiring import House
from flows.texts import LOCALES, Text, catalogue, template_categories
from whatsapp.content import approval
from whatsapp.content.approval import UNSUBMITTED, Standing
from whatsapp.content.spec import Spec, spec
from whatsapp.content.sync import Report
from whatsapp.content.sync import sync as sync_specs
from whatsapp.outbound import Button


def specs() -> list[Spec]:
    """One per locale and text that has buttons or is a template. Raises what `spec` raises where a text breaks Twilio's
    rules."""
    may = template_categories()
    every = [(locale, words) for locale in LOCALES for words in catalogue(locale).values()]
    return [_spec(locale, words) for locale, words in every if words.buttons or words.key in may]


def templates(keys: Collection[str] = ()) -> list[Spec]:
    """Those that may be sent outside the session window once they are approved; all, or of these text keys."""
    may = template_categories()
    return [made for made in specs() if made.text_key in (keys or may) and made.text_key in may]


def sync(house: House) -> Report:
    """Make what is missing. Repeating it, or a crash in the middle of it, makes nothing twice."""
    return sync_specs(house.engine, house.twilio, specs(), house.clock)


def standing(house: House) -> list[Standing]:
    """What the database knows of every template."""
    with house.engine.connect() as conn:
        return approval.standing(conn, templates())


def read(house: House) -> list[Standing]:
    """The same after asking Twilio."""
    return approval.read(house.engine, house.twilio, templates(), house.clock)


def read_submitted(house: House) -> None:
    """Ask again about what somebody has submitted: WhatsApp approves late, and takes approval back without a word."""
    submitted = [one.spec for one in standing(house) if one.approval.status != UNSUBMITTED]
    approval.read(house.engine, house.twilio, submitted, house.clock)


def submit(house: House, keys: Collection[str]) -> list[Standing]:
    """Ask WhatsApp's approval for the templates of these text keys, all of them where none is given."""
    return approval.submit(house.engine, house.twilio, templates(keys), template_categories(), house.clock)


def _spec(locale: str, words: Text) -> Spec:
    buttons = [Button(b.id, b.title, b.description) for b in words.buttons]
    return spec(words.key, locale, words.body, buttons, words.list_button)
