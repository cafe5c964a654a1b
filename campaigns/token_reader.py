"""A cursor over the tokens of a condition. Pure."""

from __future__ import annotations

from collections.abc import Callable

from campaigns.field_table import Field
from campaigns.tokens import BadCondition, Token

DAYS_MAX = 3_650


class Reader:
    """Reads the tokens once, from left to right; `count` of the tests so far."""

    def __init__(self, read: list[Token]) -> None:
        self.read, self.at, self.count = read, 0, 0

    @property
    def next(self) -> Token:
        return self.read[self.at]

    def ended(self) -> bool:
        return self.next.kind == "end"

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def word(self, *words: str) -> bool:
        """Whether the next token is one of these words of the language; then it is taken."""
        found = self.next.kind == "word" and self.next.text.casefold() in words
        self.at += found
        return found

    def sign(self, *signs: str) -> str:
        """The next token if it is one of these signs, taken; else empty."""
        return self.take().text if self.next.kind == "sign" and self.next.text in signs else ""

    def within(self, field: Field) -> int:
        """The days after `within`, which has been taken."""
        token = self.take()
        if token.kind != "number" or not 1 <= int(token.text) <= DAYS_MAX:
            raise self.fault(f"within wants a number of days from 1 to {DAYS_MAX}, and not {token.shown()}", token)
        if not self.word("days", "day"):
            raise self.fault(f"{field.name} within {token.text} …: write days after the number")
        return int(token.text)

    def values(self, read: Callable[[Token], str]) -> tuple[str, ...]:
        """What stands in the brackets after `in`, each once."""
        if not self.sign("("):
            raise self.fault("in wants a list in brackets, such as (electrician, retailer)")
        found = [read(self.take())]
        while self.sign(","):
            found.append(read(self.take()))
        if not self.sign(")"):
            raise self.fault(f"a comma or ) is expected here in the list, and not {self.next.shown()}")
        return tuple(dict.fromkeys(found))

    def fault(self, message: str, token: Token | None = None) -> BadCondition:
        """At that token; else at the next one."""
        return BadCondition(message, (token or self.next).column)

    def form(self, field: Field, example: str) -> BadCondition:
        """The field is there, and what follows it cannot."""
        return self.fault(f"{field.name} ({field.words}): write {field.name} {example}, and not {self.next.shown()}")

    def after(self) -> BadCondition:
        """What was read is whole, and what follows it cannot."""
        if self.next.text == "," and self.read[self.at - 1].kind == "number":
            return self.fault("numbers are written without a comma: 1000")
        if self.next.text == ")":
            return self.fault("this bracket was never opened")
        return self.fault(f"and, or or the end is expected here, and not {self.next.shown()}")
