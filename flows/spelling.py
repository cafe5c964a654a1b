"""How people write: one spelling for many, whole numbers, names. Knows no text and no flow."""

from __future__ import annotations

import re
import unicodedata

DEVANAGARI_DIGITS = str.maketrans("०१२३४५६७८९", "0123456789")
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f"
NUKTA = "\u093c"
CHANDRABINDU, ANUSVARA = "\u0901", "\u0902"

NAME_LETTERS_MIN, NAME_MAX = 2, 60
NAME_MARKS = " .'’-&"
INTRODUCTIONS = re.compile(
    r"^(?:my name is|my name's|i am|i'm|this is|mera naam|mera nam|मेरा नाम|मैं)\s+"
    r"(.+?)(?:\s+(?:hai|he|h|hu|hoon|hun|है|हूँ|हूं))?[.!।]*$",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"^([0-9]{1,3}(?:,[0-9]{2,3}){1,3}|[0-9]{1,9})\s*"
    r"(?:points?|pts?|pnts?|पॉइंट्?स?|पाइंट|प्वाइंट|अंक)?[.!।]*$"
)


def normalised(typed: str) -> str:
    """Case, width, digits' script, punctuation, emoji and invisible marks taken out; one space between words.

    Nukta is dropped and chandrabindu written as anusvara (फ़ोटो = फोटो, हाँ = हां): few keyboards agree on them.
    Commas inside a number go, so that 1,200 is 1200.
    """
    folded = unicodedata.normalize("NFKC", typed).casefold().translate(DEVANAGARI_DIGITS)
    folded = folded.replace(NUKTA, "").replace(CHANDRABINDU, ANUSVARA)
    folded = re.sub(r"(?<=\d),(?=\d)", "", "".join(c for c in folded if c not in INVISIBLE))
    # an apostrophe inside a word is no gap: don't = dont
    folded = re.sub(r"(?<=\w)['’](?=\w)", "", folded)
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in folded)
    kept = "".join(c for c in kept if unicodedata.category(c) != "Me")  # the box around a keycap emoji
    return " ".join(kept.split())


def whole_number(typed: str) -> int | None:
    """The whole number that was typed, alone or with the word for points behind it; None for anything else.

    Signs, fractions and sums of money are no whole number of points: better to ask again than to guess.
    """
    if any(unicodedata.category(c) == "No" for c in typed):  # ², ½: folding would make plain digits of them
        return None
    plain = unicodedata.normalize("NFKC", typed).casefold().translate(DEVANAGARI_DIGITS).strip()
    found = NUMBER.match(plain)
    return int(found[1].replace(",", "")) if found else None


def digits_of(typed: str) -> str:
    """Every digit in the order written, in ASCII."""
    plain = unicodedata.normalize("NFKC", typed).translate(DEVANAGARI_DIGITS)
    return "".join(c for c in plain if c in "0123456789")


def only_emoji(typed: str) -> bool:
    """A thumbs up, folded hands, a smile: something was sent and all of it is pictures."""
    seen = [c for c in typed if not c.isspace() and c not in INVISIBLE]
    return bool(seen) and all(unicodedata.category(c) in ("So", "Sk") for c in seen)


def as_name(typed: str) -> str | None:
    """A person's name in any script, trimmed; None when it has digits, links, or too few or too many letters."""
    flat = " ".join(unicodedata.normalize("NFC", typed).split())
    introduced = INTRODUCTIONS.match(flat)
    name = (introduced[1] if introduced else flat).strip(" .!।,-")
    return name if _is_name(name, NAME_MARKS) else None


def as_profile_name(profile: str) -> str | None:
    """The name in a WhatsApp profile, without the decoration people put around it."""
    bare = "".join(c for c in profile if unicodedata.category(c) not in ("So", "Sk", "Cn", "Co") and c not in INVISIBLE)
    return as_name(bare)


def as_shop(typed: str) -> str | None:
    """A shop's name: like a person's, but digits and a few more marks are common ("24x7 Electricals, Sector-5")."""
    shop = " ".join(unicodedata.normalize("NFC", typed).split()).strip(" .!।,-")
    return shop if _is_name(shop, NAME_MARKS + "0123456789०१२३४५६७८९,()/+@#") and "://" not in shop else None


def as_indian_mobile(typed: str) -> str | None:
    """+91XXXXXXXXXX for ten digits that begin with 6 to 9, with or without +91, 91 or 0 before them."""
    if any(c.isalpha() for c in typed):
        return None
    found = re.fullmatch(r"(?:0{0,2}91|0)?([6-9]\d{9})", digits_of(typed))
    return f"+91{found[1]}" if found else None


def _is_name(name: str, marks: str) -> bool:
    letters = sum(unicodedata.category(c)[0] == "L" for c in name)
    known = all(unicodedata.category(c)[0] in "LM" or c in marks or c in "\u200c\u200d" for c in name)
    return known and letters >= NAME_LETTERS_MIN and len(name) <= NAME_MAX
