"""What one member reads of a campaign, and the Content resources that its words are.

Every message leaves as its resource, inside the session window too, so that what WhatsApp approved is what people get.
Values are one short line each; so the words that were approved for length are never too long for anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from campaigns import assign, stored
from campaigns.spec import Arm, Campaign, Words
from flows.understand import COMMAND
from whatsapp.content.spec import BODY_MAX, PLACEHOLDER, BadSpec, Spec, one_line, spec
from whatsapp.outbound import Button, Message, size

VALUE_LETTERS_MAX = 60  # a name longer than that is cut, so that the longest message is known beforehand
TOKEN = "link_token"  # the placeholder's name
PREFIX = "campaign/"
_FILE = text("SELECT file FROM campaigns WHERE id = :id AND approved_at IS NOT NULL")


def text_key(campaign_id: str, arm: str) -> str:
    return f"{PREFIX}{campaign_id}/{arm}"


def specs(campaign: Campaign, link_base: str) -> list[Spec]:
    """One resource per arm and language. `link_base`: where clicks are counted, such as https://bot.example.com. Raises
    BadSpec, which names the first that WhatsApp would not take."""
    every = [(arm.name, locale, words) for arm in campaign.arms for locale, words in arm.words.items()]
    return [_spec(campaign.id, arm, locale, words, link_base) for arm, locale, words in every]


def spec_of(conn: Connection, key: str, locale: str, link_base: str) -> Spec | None:
    """The resource behind a text key, where it is an approved campaign's: its words never change any more."""
    prefix, _, rest = key.partition("/")
    campaign_id, _, arm = rest.partition("/")
    if f"{prefix}/" != PREFIX:
        return None
    raw = conn.execute(_FILE, {"id": campaign_id}).scalar_one_or_none()
    found = None if raw is None else _words_of(stored.from_json(raw), arm, locale)
    return None if found is None else _spec(campaign_id, arm, locale, found, link_base)


def faults(campaign: Campaign, link_base: str) -> Iterator[str]:
    """What WhatsApp would refuse, each with where it stands; all of them."""
    for arm in campaign.arms:
        for locale, words in arm.words.items():
            try:
                _spec(campaign.id, arm.name, locale, words, link_base)
            except BadSpec as fault:
                yield str(fault)
            named = set(PLACEHOLDER.findall(words.body))
            where = f"{text_key(campaign.id, arm.name)} ({locale})"
            for name in sorted(named - campaign.variables.keys()):
                yield f"{where}: {{{name}}} is no variable: add it to [variables]"
            longest = size(PLACEHOLDER.sub("", words.body)) + VALUE_LETTERS_MAX * len(PLACEHOLDER.findall(words.body))
            if size(words.body) <= BODY_MAX < longest:
                yield f"{where}: with long values it has {longest} letters, and WhatsApp takes {BODY_MAX}: shorten it"


def locale_of(campaign: Campaign, own: str | None) -> str | None:
    """The language a member gets: their own, else the fallback; None where there is neither. Every arm has the same."""
    spoken = campaign.arms[0].words
    return next((locale for locale in (own, campaign.fallback) if locale and locale in spoken), None)


def message(
    campaign: Campaign, arm: str, locale: str, values: Mapping[str, str], link_base: str, token: str
) -> Message:
    """What leaves for one member. `values`: of the campaign's variables, raw; `token`: of their own link."""
    found = _words_of(campaign, arm, locale)
    if found is None:
        raise KeyError(f"{campaign.id} has no words for {arm} in {locale}")
    shown = {name: shortened(values.get(name, "")) for name in campaign.variables}
    link = f"{link_base}/l/{token}" if found.link else ""
    return Message(
        text_key=text_key(campaign.id, arm), locale=locale, body=PLACEHOLDER.sub(lambda m: shown.get(m[1], m[0]), found.body),
        buttons=_buttons(found), values=shown, raw_values={TOKEN: token} if link else {}, media=found.media, link=link,
        link_title=found.link_title if link else "",
    )  # fmt: skip


def has_link(campaign: Campaign, arm: str, locale: str) -> bool:
    found = _words_of(campaign, arm, locale)
    return found is not None and bool(found.link)


def arm_for(campaign: Campaign, member_id: str) -> str | None:
    """Their arm; None: held out."""
    return assign.arm_of(campaign, member_id)


def shortened(value: str) -> str:
    """One line of at most VALUE_LETTERS_MAX, counted as WhatsApp counts; never empty."""
    line = one_line(value)
    if size(line) <= VALUE_LETTERS_MAX:
        return line
    while size(line) >= VALUE_LETTERS_MAX:
        line = line[:-1]
    return line.rstrip() + "…"



def _words_of(campaign: Campaign, arm: str, locale: str) -> Words | None:
    found: Arm | None = next((one for one in campaign.arms if one.name == arm), None)
    return None if found is None else found.words.get(locale)


def _spec(campaign_id: str, arm: str, locale: str, words: Words, link_base: str) -> Spec:
    link = f"{link_base}/l/{{{TOKEN}}}" if words.link else ""
    return spec(
        text_key(campaign_id, arm), locale, words.body, _buttons(words), media=words.media, link=link,
        link_title=words.link_title,
    )  # fmt: skip


def _buttons(words: Words) -> tuple[Button, ...]:
    """A tap is a command of ours, however old the message is by then."""
    return tuple(Button(f"{COMMAND}{one.id}", one.title) for one in words.buttons)
