"""Find coupon codes in whatever people write, and in links: shape only, nothing here knows a key."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from loyalty.codes import is_normal_form, normal_form
from loyalty.near_codes import find_near_codes

WORD = "SAATHI"  # stands before the code in the message a phone's camera prepares
TEXT_MAX = 4096  # what WhatsApp lets a person send; more is not looked at
_WA_HOSTS = {"wa.me", "www.wa.me", "api.whatsapp.com"}
_URL = re.compile(r"(?:https?://|wa\.me/|whatsapp://)\S+", re.IGNORECASE)
_RUN = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
_ADDRESS = re.compile(r"\S*@\S*")
_SIZE = re.compile(r"\d+X\d+")  # 8X12: of a sheet or a board
_NEVER_PRINTED = frozenset("ILOU")
_VOWELS = frozenset("AE")
_LONG_NUMBER = re.compile(r"\d{10}")  # a phone, an account, a bank's reference inside a longer word


def find_codes(text: str, *, spelt_oddly: bool = True) -> list[str]:
    """Every candidate in a message, in order, once each, ready for `read_code`.

    Normally `XXXX-XXXX-XXXX-XXXX`; a code clearly meant but with a letter too few or too many comes as it was typed.
    Takes lower case, any script's digits, missing or odd dashes, and pasted wa.me links; where none of these is there,
    what is spelt out oddly (near_codes.py). Leaves alone: ordinary words, phone and card numbers, GSTINs, UPI ids, bank
    references, UUIDs. What follows the word SAATHI needs less proof.
    """
    plain = _plain(text)
    found: list[tuple[int, str]] = []
    for url in _URL.finditer(plain):
        if code := code_in_link(url.group()):
            found.append((url.start(), code))
    rest = _ADDRESS.sub(_blank, _URL.sub(_blank, plain)).upper()
    loose: list[_Group | None] = []  # None ends a stretch of groups
    end = 0
    for run in _RUN.finditer(rest):
        if rest[end : run.start()].strip("-" + string.whitespace):
            loose.append(None)
        code, groups = _from_run(run, after_word=rest[: run.start()].rstrip(":,-" + string.whitespace).endswith(WORD))
        if code:
            found.append((run.start(), code))
        loose.extend(groups)
        end = run.end()
    found.extend(_from_stretches(loose))
    return list(dict.fromkeys(code for _, code in sorted(found))) or (find_near_codes(rest) if spelt_oddly else [])


def wa_link(number_digits: str, code: str) -> str:
    """The link inside a label's QR: a phone's own camera opens the chat with the message ready to send."""
    if not re.fullmatch(r"[1-9][0-9]{6,14}", number_digits):
        raise ValueError(f"a WhatsApp number is 7 to 15 digits with the country code and no +, not {number_digits!r}")
    if not is_normal_form(code):
        raise ValueError(f"not a coupon code: {code!r}")
    return f"https://wa.me/{number_digits}?text={quote(f'{WORD} {code}')}"


def code_in_link(url: str) -> str | None:
    """The code in a wa.me link's prepared message, or None. Whose number it names does not matter."""
    try:
        link = urlsplit(url if "://" in url else "https://" + url)
        words = parse_qs(link.query, max_num_fields=20).get("text", [])
        host = link.hostname or ""
    except ValueError:
        return None
    if link.scheme.lower() == "whatsapp" or (link.scheme.lower() in ("http", "https") and host in _WA_HOSTS):
        for message in words:
            # A link inside the link's text is not followed: no depth to exhaust.
            if codes := find_codes(_URL.sub(" ", message)):
                return codes[0]
    return None


# --- inside ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """Four letters as typed, and where."""

    at: int
    text: str

    @property
    def mixed(self) -> bool:
        return not self.text.isdigit() and not self.text.isalpha()

    @property
    def likelihood(self) -> int:
        """Of being a quarter of a code rather than a word or a number: about twice the natural log of the odds."""
        if _SIZE.fullmatch(self.text):
            return 0
        if self.mixed:
            return 7
        if self.text.isdigit():
            return -4
        if _NEVER_PRINTED & set(self.text):
            return -7
        return -3 if _VOWELS & set(self.text) else 1


def _plain(text: str) -> str:
    """Plain letters, ASCII digits, `-` for every dash; invisible characters gone."""
    shown = []
    for letter in unicodedata.normalize("NFKC", text[:TEXT_MAX])[:TEXT_MAX]:
        category = unicodedata.category(letter)
        if category == "Nd":
            shown.append(str(unicodedata.decimal(letter)))
        elif category == "Pd" or letter in "\u2212_":
            shown.append("-")
        elif category != "Cf":
            shown.append(letter)
    return re.sub(r"[ \t]*-[ \t]*", "-", "".join(shown))


def _blank(match: re.Match[str]) -> str:
    return "|" * len(match.group())


def _from_run(run: re.Match[str], after_word: bool) -> tuple[str | None, list[_Group | None]]:
    """A run of letters and dashes is one code, or groups that may join their neighbours, or a break."""
    words = run.group().split("-")
    if words[0] == WORD and len(words) > 1:
        words, after_word = words[1:], True
    code = normal_form("-".join(words)) if len(words) in (1, 4) and all(len(w) in (4, 16) for w in words) else None
    if code and (after_word or (_not_a_word(words[0]) if len(words) == 1 else not _like_a_number(words))):
        return code, [None]
    if len(words) == 4 and _nearly(words):
        return "-".join(words), [None]
    if len(words) > 3 or not all(len(word) in (4, 8, 12) for word in words):
        return None, [None]
    at, groups = run.start(), []
    for word in words:
        groups += [_Group(at + start, word[start : start + 4]) for start in range(0, len(word), 4)]
        at += len(word) + 1
    return None, list(groups)


def _not_a_word(word: str) -> bool:
    """Sixteen letters in one piece: not a long word, not a number, not a bank's reference."""
    return not word.isalpha() and not word.isdigit() and not _LONG_NUMBER.search(word)


def _like_a_number(words: list[str]) -> bool:
    """1234-5678-9012-3456 is a card; BILL-2526-0004-0017 somebody's invoice."""
    return all(word.isdigit() for word in words[1:]) and (words[0].isdigit() or words[0].isalpha())


def _nearly(words: list[str]) -> bool:
    """Four groups with one letter missing or one too many, and letters and digits mixed as only codes do."""
    lengths = sorted(len(word) for word in words)
    mixed = sum(not word.isdigit() and not word.isalpha() for word in words)
    return lengths in ([3, 4, 4, 4], [4, 4, 4, 5]) and mixed >= 2


def _from_stretches(groups: list[_Group | None]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    stretch: list[_Group] = []
    for group in [*groups, None]:
        if group is not None:
            stretch.append(group)
            continue
        found += _best_windows(stretch)
        stretch = []
    return found


def _best_windows(stretch: list[_Group]) -> list[tuple[int, str]]:
    """The likeliest codes among groups of four with words beside them ("mera code 7K3M 9QXA 2B4C 5D6E hai").

    Chooses windows that do not overlap so that their likelihoods together are greatest; linear in the groups.
    """
    best: list[tuple[int, tuple[int, ...]]] = [(0, ())]  # up to each group: likelihood, where the windows start
    for end in range(1, len(stretch) + 1):
        skipping, start = best[-1], end - 4
        likelihood = sum(group.likelihood for group in stretch[start:end]) if start >= 0 else 0
        if start >= 0 and likelihood > 0 and any(group.mixed for group in stretch[start:end]):
            taken = (best[start][0] + likelihood, (*best[start][1], start))
            best.append(max(skipping, taken))
        else:
            best.append(skipping)
    codes = [(at, normal_form("".join(group.text for group in stretch[at : at + 4]))) for at in best[-1][1]]
    return [(stretch[at].at, code) for at, code in codes if code]
