"""Content resources for every text with buttons, in every locale: made at Twilio, remembered in the database."""

from __future__ import annotations

from bot.wiring import House
from flows.texts import LOCALES, catalogue
from whatsapp.content.spec import Spec, spec
from whatsapp.content.sync import Report
from whatsapp.content.sync import sync as sync_specs
from whatsapp.outbound import Button


def specs() -> list[Spec]:
    """One per text key with buttons and locale. Raises what `spec` raises where a text breaks Twilio's rules."""
    return [
        spec(
            key, locale, words.body, [Button(b.id, b.title, b.description) for b in words.buttons], words.list_button
        )
        for locale in LOCALES
        for key, words in catalogue(locale).items()
        if words.buttons
    ]


def sync(house: House) -> Report:
    """Make what is missing. Repeating it, or a crash in the middle of it, makes nothing twice."""
    return sync_specs(house.engine, house.twilio, specs(), house.clock)
