"""What many people write, by a seed: joining, codes of their own and of others, money, nonsense, the same post twice."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

JOINING = ("hello", "yes", "Load Tester", "1", "411001")
WORDS = (
    "points", "menu", "help", "पॉइंट", "redeem", "100", "yes", "no", "back", "cancel", "🙏🙏", "stop", "start", "hello",
    "4111 1111 1111 1111", "language", "hindi", "english", "X7QK-9999-AAAA-BBBB", "\u202eolleh", "a\x00b",
)  # fmt: skip
TAKING_MONEY = ("redeem", "100", "asha.devi@okaxis", "yes")
SHARE_OF_CODES, SHARE_OF_OLD_CODES, SHARE_OF_MONEY, SHARE_TWICE, SHARE_FORGED = 0.12, 0.02, 0.02, 0.03, 0.005


@dataclass(frozen=True, slots=True)
class Post:
    """One request. `forged`: signed with a stranger's token; `repeat`: Twilio has posted this SID before."""

    form: dict[str, str]
    forged: bool = False
    repeat: bool = False


@dataclass
class Person:
    """One phone. Its requests follow one another, as a person's do."""

    number: str
    dice: random.Random
    codes: list[str]  # fresh ones, this person's alone
    others: list[str]  # codes somebody has claimed by now
    sender: str
    written: int = 0
    last: dict[str, str] = field(default_factory=dict)
    meant: list[str] = field(default_factory=list)  # the next words, where somebody is about something

    def posts(self) -> Iterator[Post]:
        """For ever."""
        for words in JOINING:
            yield self._says(words)
        while True:
            chance = self.dice.random()
            if chance < SHARE_TWICE:
                yield Post(self.last, repeat=True)
            elif chance < SHARE_TWICE + SHARE_FORGED:
                yield Post(self._form("points", forged=True), forged=True)
            else:
                yield self._says(self._words())

    def _words(self) -> str:
        if self.meant:
            return self.meant.pop(0)
        chance = self.dice.random()
        if chance < SHARE_OF_CODES and self.codes:
            code = self.codes.pop()
            self.others.append(code)
            return code
        if chance < SHARE_OF_CODES + SHARE_OF_OLD_CODES and self.others:
            return self.dice.choice(self.others)
        if self.dice.random() < SHARE_OF_MONEY:
            self.meant = list(TAKING_MONEY)
        return self.dice.choice(WORDS)

    def _says(self, words: str) -> Post:
        self.last = self._form(words)
        return Post(self.last)

    def _form(self, words: str, *, forged: bool = False) -> dict[str, str]:
        self.written += 1
        sid = "SM" + hashlib.md5(f"{self.number}/{self.written}/{forged}".encode()).hexdigest()
        return {
            "MessageSid": sid, "SmsMessageSid": sid, "AccountSid": "AC" + "0" * 32, "From": f"whatsapp:{self.number}",
            "To": self.sender, "Body": words, "NumMedia": "0", "ProfileName": "Load", "WaId": self.number.lstrip("+"),
            "SmsStatus": "received", "ApiVersion": "2010-04-01", "MessageType": "text",
        }  # fmt: skip
